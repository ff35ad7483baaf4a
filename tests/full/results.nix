# A file with one line a check, "what<tab>true" or "what<tab>got …, expected …". checks: what = [ "code that
# prints" "what it prints" ].
{ pkgs, nativeBuildInputs ? [ ] }: checks:
let
  inherit (pkgs) lib;
  line = what: check: ''
    got=$(${lib.head check} && echo .) || got="exit status $?"
    got=''${got%.}
    got=''${got%$'\n'}
    expected=${lib.escapeShellArg (lib.last check)}
    if [ "$got" = "$expected" ]; then verdict=true; else verdict="got $got, expected $expected"; fi
    printf '%s\t%s\n' ${lib.escapeShellArg what} "''${verdict//$'\n'/ / }" >>$out
  '';
in
pkgs.runCommand "results" { inherit nativeBuildInputs; } (lib.concatStrings (lib.mapAttrsToList line checks))
