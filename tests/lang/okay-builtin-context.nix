let
  inherit (builtins) appendContext getContext hasContext;
  path = "/nix/store/ib3sh3pcz10wsmavxvkdbayhqivbghlq-hello.drv";
  s = appendContext "text" { ${path} = { outputs = [ "out" "dev" ]; path = true; }; };
in
{
  getContext = getContext s;
  joined = getContext "${s} and ${appendContext "x" { ${path} = { allOutputs = true; }; }}";
  kept = getContext (builtins.substring 0 0 s);
  has = map hasContext [ s "plain" (builtins.unsafeDiscardStringContext s) ];
  plain = getContext (builtins.unsafeDiscardOutputDependency (appendContext "x" { ${path}.allOutputs = true; }));
  deep = getContext (builtins.addDrvOutputDependencies (appendContext "x" { ${path}.path = true; }));
}
