{
  inputs.sub.url = "path:./sub";
  inputs.same.follows = "sub";
  outputs = { self, sub, same }: {
    sum = sub.value + same.value;
    names = builtins.attrNames self.inputs;
    own = builtins.pathExists (self.outPath + "/flake.lock");
  };
}
