# A library of functions: all of it forced shallowly, two levels deep, then what recipes do with it.
{ lib }:
let
  l = import lib;
  inherit (builtins) attrNames filter foldl' genList isAttrs length tryEval typeOf;
  # Lists of people lie outside the folder; Nix 2.8 lacks the builtins behind the rest.
  names = set: filter (name: !(builtins.elem name [ "maintainers" "teams" "addDrvOutputDependencies" "convertHash" "flakeRefToString" "parseFlakeRef" "pathType" "readFileType" ])) (attrNames set);
  shallow = set: foldl' (n: name: let got = tryEval (typeOf set.${name}); in if got.success then n + 1 else n) 0 (names set);
  systems = [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" "riscv64-linux" "i686-linux" ];
in
[
  (shallow l)
  (foldl' (n: name: if (tryEval (isAttrs l.${name})).value then n + shallow l.${name} else n) 0 (names l))
  (length (filter (s: (l.systems.elaborate s).isLinux) systems))
  (length (l.unique (genList (n: "v${toString (n - n / 500 * 500)}") 3000)))
  (builtins.stringLength (l.generators.toINI { } (l.genAttrs (genList toString 2000) (n: { key = n; other = true; }))))
  (length (attrNames (l.foldl' l.recursiveUpdate { } (genList (n: { a.b."k${toString (n - n / 50 * 50)}" = n; c = n; }) 2000))))
  (length (l.splitString "," (l.concatMapStringsSep "," toString (l.range 1 5000))))
]
