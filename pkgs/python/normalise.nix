# PEP 503: runs of -, _ and . are one dash; lower case.
{ lib }: name:
lib.toLower (lib.concatMapStrings (x: if builtins.isList x then "-" else x) (builtins.split "[-_.]+" name))
