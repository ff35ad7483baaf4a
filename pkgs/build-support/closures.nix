# What packages need in the end, as files; and outputs that hold nothing.
{ lib, ... }: final:

{
  # store-paths: the closure, one path a line; registration: what `nix-store --load-db` reads;
  # total-nar-size: bytes.
  closureInfo = { rootPaths }: final.stdenvNoCC.mkDerivation {
    name = "closure-info";
    __structuredAttrs = true;
    exportReferencesGraph.closure = lib.toList rootPaths;
    preferLocalBuild = true;
    buildCommand = "source ${./closure-info.sh}";
  };
  writeClosure = paths: final.runCommandLocal "runtime-deps" { } "cp ${final.closureInfo { rootPaths = paths; }}/store-paths $out";
  writeReferencesToFile = path: final.writeClosure [ path ];
  # What a path refers to itself, one a line.
  writeDirectReferencesToFile = path: final.runCommandLocal "runtime-references"
    { exportReferencesGraph = [ "graph" path ]; inherit path; }
    ''
      while read -r at; do
        read -r deriver
        read -r count
        for ((; count > 0; count--)); do
          read -r reference
          if [ "$at" = "$path" ]; then echo "$reference"; fi
        done
      done <graph | sort -u >$out
    '';

  emptyFile = final.runCommandLocal "empty-file"
    { outputHash = "sha256-d6xi4mKdjkX2JFicDIv5niSzpyI0m/Hnm8GGAIU04kY="; outputHashMode = "recursive"; } "touch $out";
  emptyDirectory = final.runCommandLocal "empty-directory"
    { outputHash = "sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo="; outputHashMode = "recursive"; } "mkdir $out";
}
