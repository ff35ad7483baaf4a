# Patches, brought into one form before their hash is taken, so that a forge's other wording of the same
# change is the same file: without what is not part of the change, by file name.
{ lib, words, known, ... }: final:

let
  # who: fetchpatch keeps of what git says about a file its names alone, fetchpatch2 all that there is.
  patch = who: gitHeaders: lib.makeOverridable (args@{ relative ? null, stripLen ? 0, extraPrefix ? null, decode ? "cat"
    , excludes ? [ ], includes ? [ ], hunks ? [ ], revert ? false, postFetch ? "", nativeBuildInputs ? [ ], ... }:
    let
      quoted = lib.escapeShellArg;
      strip = if relative == null then stripLen else 1 + lib.length (lib.splitString "/" relative) + stripLen;
      prefix = if relative != null && extraPrefix == null then "" else extraPrefix;
      flags = lib.concatMapStringsSep " ";
    in
    assert known.fetchpatch args;
    if excludes != [ ] && includes != [ ] then
      throw (words.told "${who}: excludes and includes are both given" (words.place "excludes" args) [ "give one of them: includes names all that stays, excludes all that goes" ])
    else final.fetchurl (removeAttrs args [ "relative" "stripLen" "extraPrefix" "decode" "excludes" "includes" "hunks" "revert" ] // {
      nativeBuildInputs = [ final.patchutils ] ++ nativeBuildInputs;
      postFetch = ''
        source ${./patch.sh}
        decode() { ${decode}; }
        fileFlags=(${lib.optionalString (relative != null) "-p1 -i ${quoted relative}/'*'"})
        nameFlags=(--strip=${toString strip} ${lib.optionalString (prefix != null)
          "--addoldprefix=a/${quoted prefix} --addnewprefix=b/${quoted prefix}"})
        chosenFlags=(-p1 ${flags (x: "-x ${quoted x}") excludes} ${flags (x: "-i ${quoted x}") includes} ${
          lib.optionalString (hunks != [ ]) "-# ${lib.concatMapStringsSep "," toString hunks}"})
        normalisePatch ${lib.boolToString gitHeaders} ${lib.boolToString revert}
        ${postFetch}
      '';
    }));
in
{
  fetchpatch = patch "fetchpatch" false;
  fetchpatch2 = patch "fetchpatch2" true;
}
