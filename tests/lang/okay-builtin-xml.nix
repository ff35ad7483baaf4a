builtins.toXML {
  list = [ 1 1.5 "a<b>&\"c\"" null true /some/path ];
  set = { };
  f = { a, b ? 1, ... }@args: a;
  g = x: x;
  h = { }: 1;
  builtin = builtins.map;
  newline = "a\nb";
}
