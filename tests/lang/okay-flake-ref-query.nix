# Of a parameter that is given twice the first counts; of a forge
# only those that it knows.
{
  twice = builtins.parseFlakeRef "git+https://x/r?ref=b&ref=a&z=2&z=1&=q";
  hg = builtins.flakeRefToString { type = "hg"; url = "https://x/y"; ref = "a"; };
  forge = builtins.parseFlakeRef "github:a/b?ref=y&ref=x&z=1";
  parsed = builtins.parseFlakeRef "hg+https://x/r?=1&ref=a&submodules=1";
  empty = builtins.toXML { type = "derivation"; drvPath = ""; };
}
