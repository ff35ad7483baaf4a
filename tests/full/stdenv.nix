# Builds of the set's stdenv and small builders with the set's own programs. `results` is a file with
# one line a check, "what<tab>true" or "what<tab>got …, expected …"; `fail` are builds that must fail.
let
  pkgs = import ../../pkgs { };
  inherit (pkgs) lib stdenv;

  prog = pkgs.writeShellScriptBin "prog" ''echo "prog $FOO $*"'';
  one = pkgs.runCommand "one" { } ''
    mkdir -p $out/share/x $out/bin
    echo same >$out/share/x/same; echo one >$out/share/x/file; ln -s same $out/share/x/link
    printf '#!/bin/sh\necho one\n' >$out/bin/one; chmod +x $out/bin/one
  '';
  two = pkgs.runCommand "two" { } ''
    mkdir -p $out/share/x/deep
    echo same >$out/share/x/same; echo two >$out/share/x/deep/file; touch $out/.hidden
  '';
  clash = pkgs.runCommand "clash" { } "mkdir -p $out/share/x; echo clash >$out/share/x/file";
  source = pkgs.runCommand "source" { } ''
    mkdir -p $out/sub
    echo 'hello @who@' >$out/text
    printf '#!/usr/bin/env bash\necho "run $1"\n' >$out/run; printf '#!/bin/sh\necho sh\n' >$out/sh
    chmod +x $out/run $out/sh
  '';
  archive = pkgs.runCommand "source.tar.gz" { } "cp -r ${source} source-1; tar czf $out source-1";
  change = pkgs.writeText "change.patch" ''
    --- a/text
    +++ b/text
    @@ -1 +1 @@
    -hello @who@
    +patched @who@
  '';
  recipe = attrs: stdenv.mkDerivation ({ name = "recipe"; dontUnpack = true; } // attrs);

  hello = stdenv.mkDerivation {
    pname = "hello";
    version = "1";
    src = archive;
    patches = [ change ];
    postPatch = "substituteInPlace text --replace-fail @who@ 'a & b'";
    preBuild = "echo pre >log";
    buildPhase = "runHook preBuild; echo build >>log; runHook postBuild";
    doCheck = true;
    checkPhase = "echo check >>log";
    installPhase = "mkdir -p $out/bin; cp text log $out; cp run sh $out/bin";
    doInstallCheck = true;
    installCheckPhase = "$out/bin/run installed >$out/ran";
  };
  structured = recipe {
    __structuredAttrs = true;
    outputs = [ "out" "dev" ];
    env = { FOO = "from env"; NUMBER = 3; };
    list = [ "a b" "c" ];
    nativeBuildInputs = [ prog ];
    installPhase = ''
      mkdir -p $out/include $dev
      printf '[%s]' "''${list[@]}" >$out/list; prog $NUMBER >$out/prog; touch $out/include/h.h
    '';
  };
  multi = recipe {
    outputs = [ "out" "bin" "dev" ];
    propagatedBuildInputs = [ prog ];
    installPhase = "mkdir -p $out/include $out/lib $bin/bin; touch $out/include/h $out/lib/l; echo 'echo bin' >$bin/bin/tool; chmod +x $bin/bin/tool";
  };
  joined = pkgs.symlinkJoin {
    name = "joined";
    paths = [ prog one two ];
    nativeBuildInputs = [ pkgs.makeWrapper ];
    postBuild = "wrapProgram $out/bin/prog --set FOO wrapped --add-flags \"'a b'\"";
  };
  app = pkgs.writeShellApplication { name = "app"; runtimeInputs = [ prog ]; runtimeEnv.FOO = "x  y"; text = ''prog "$@"''; };
  # Debian's, with files changed; it has paths of its own in it
  file = pkgs.file.overrideAttrs (old: { postFixup = old.postFixup + "mv $out/bin/file $out/bin/f"; });
  hook = pkgs.makeSetupHook { name = "hook"; propagatedBuildInputs = [ prog ]; substitutions.v = "a&b c"; } (pkgs.writeText "hook.sh" ''
    hooked() { echo "hooked @v@ $(FOO=1 prog)" >>$out; }
    postInstallHooks+=(hooked)
  '');
  env = attrs: pkgs.buildEnv ({ name = "env"; } // attrs);

  # what = [ "code that prints" "what it prints" ]
  checks = {
    "phases run in order" = [ "paste -sd ' ' ${hello}/log" "pre build check" ];
    "sources are unpacked, patched and substituted" = [ "cat ${hello}/text" "patched a & b" ];
    "scripts get the set's shell" = [ "head -qn 1 ${hello}/bin/run ${hello}/bin/sh" "#!${pkgs.bash}/bin/bash\n#!${pkgs.bash}/bin/sh" ];
    "and run while they are checked" = [ "cat ${hello}/ran" "run installed" ];
    "a folder is a source" = [ "cat ${recipe { dontUnpack = false; src = source; sourceRoot = "source/sub"; installPhase = "pwd >$out"; }} | sed 's/.*source/source/'" "source/sub" ];
    "so is a zip archive, whatever its names" = [
      "cat ${recipe {
        dontUnpack = false;
        nativeBuildInputs = [ pkgs.unzip ];
        src = pkgs.runCommand "x.zip" { nativeBuildInputs = [ pkgs.zip ]; } "mkdir d; echo zipped >\"d/ä b\"; zip -qr x.zip d; cp x.zip $out";
        installPhase = "cp \"ä b\" $out";
      }}"
      "zipped"
    ];
    "overrideAttrs" = [ "cat ${hello.overrideAttrs (old: { postPatch = old.postPatch + "; sed -i s/patched/over/ text"; })}/text" "over a & b" ];
    "overrideAttrs of a package of Debian's" = [ "${file}/bin/f -b --mime-type ${pkgs.writeText "text" "words"}" "text/plain" ];
    "which refers to itself, not to what it was" = [ "grep -rqF ${file} ${file} && echo itself; grep -rlF ${builtins.unsafeDiscardStringContext pkgs.file.outPath} ${file} || echo alone" "itself\nalone" ];
    "structured attributes keep their words" = [ "cat ${structured}/list" "[a b][c]" ];
    "env is exported" = [ "cat ${structured}/prog" "prog from env 3" ];
    "headers go to dev" = [ "find ${structured.dev} -name h.h -printf '%P'" "include/h.h" ];
    "dev brings the other outputs and what they propagate" = [
      "cat ${pkgs.runCommand "user" { buildInputs = [ multi ]; } "tool >$out; FOO=2 prog >>$out"}"
      "bin\nprog 2 "
    ];
    "makefiles are built and installed" = [
      "cat ${stdenv.mkDerivation { name = "make"; src = pkgs.writeTextDir "Makefile" "all:\n\techo $(V) >o\ninstall:\n\tcp o $(out)\n"; makeFlags = [ "V=1" ]; }}/o"
      "1"
    ];
    "only postInstall" = [ "cat ${recipe { postInstall = "echo x >$out"; }}" "x" ];
    "passAsFile" = [ "cat ${pkgs.runCommand "file" { big = "BIG"; passAsFile = [ "big" ]; } "cat $bigPath >$out"}" "BIG" ];
    "setup hooks and what they propagate" = [ "cat ${recipe { nativeBuildInputs = [ hook ]; installPhase = "runHook preInstall; runHook postInstall"; }}" "hooked a&b c prog 1 " ];
    "a shell application" = [ "${lib.getExe app} 1 2" "prog x  y 1 2" ];
    "joined and wrapped" = [ "${joined}/bin/prog c" "prog wrapped a b c" ];
    "joined folders are real, links relative" = [ "cd ${joined}; test ! -L bin -a ! -L share/x/deep && readlink share/x/link && ls -A | paste -sd ' '" "same\n.hidden bin share" ];
    "the wrapped package is as it was" = [ "FOO= ${prog}/bin/prog" "prog  " ];
    "buildEnv merges" = [ "cat ${env { paths = [ one two ]; }}/share/x/{file,deep/file,same}" "one\ntwo\nsame" ];
    "the first wins when told" = [ "cat ${env { paths = [ one clash ]; ignoreCollisions = true; }}/share/x/file" "one" ];
    "priorities" = [ "cat ${env { paths = [ one (lib.hiPrio clash) ]; }}/share/x/file" "clash" ];
    "pathsToLink" = [ "ls ${env { paths = [ one two prog ]; pathsToLink = [ "/bin" ]; }}" "bin" ];
    "linkFarm" = [ "cat ${pkgs.linkFarm "farm" { "d/x" = "${one}/share/x"; }}/d/x/file" "one" ];
    "replaceVars" = [ "cat ${pkgs.replaceVars (source + "/text") { who = "a & b \\ c"; }}" "hello a & b \\ c" ];
    "substitute" = [ "cat ${pkgs.substitute { src = source + "/text"; substitutions = [ "--subst-var-by" "who" "a b" ]; }}" "hello a b" ];
    "substituteAll" = [ "cat ${pkgs.substituteAll { src = source + "/text"; who = "wörld"; dir = "d"; name = "n"; }}/d/n" "hello wörld" ];
    "applyPatches" = [ "cat ${pkgs.applyPatches { src = source; patches = [ change ]; }}/text" "patched @who@" ];
    "removeReferencesTo" = [
      "grep -c ${builtins.unsafeDiscardStringContext (lib.removePrefix "/" (baseNameOf "${one}"))} ${pkgs.runCommand "bare" { nativeBuildInputs = [ pkgs.removeReferencesTo ]; } "echo ${one} >$out; remove-references-to -t ${one} $out"} || true"
      "0"
    ];
    "a closure's list" = [ "grep -cE '/[a-z0-9]{32}-(app|prog|bash)(-|$)' ${pkgs.closureInfo { rootPaths = [ app ]; }}/store-paths" "3" ];
    "and its size" = [ "test $(cat ${pkgs.closureInfo { rootPaths = [ app ]; }}/total-nar-size) -gt 100000 && echo big" "big" ];
    "what /bin/sh runs is on PATH" = [ "cat ${pkgs.runCommand "sh" { } ''
      mkdir own
      printf '#!/bin/sh\necho own\n' >own/sed; chmod +x own/sed
      PATH=$PWD/own:$PATH /bin/sh -c 'sed --version; ls --version >/dev/null && echo ls' >$out
    ''}" "own\nls" ];
    "nothing" = [ "find ${pkgs.emptyDirectory} ${pkgs.emptyFile} -mindepth 1 -o -size +0 -type f" "" ];
  };
in
{
  results = import ./results.nix { inherit pkgs; } checks;
  count = lib.length (lib.attrNames checks);

  fail = {
    collision = env { paths = [ one clash ]; };
    variable = pkgs.replaceVars (source + "/text") { };
    pattern = hello.overrideAttrs { postPatch = "substituteInPlace text --replace-fail nothing x"; };
    patch = hello.overrideAttrs { patches = [ change change ]; };
    source = recipe { dontUnpack = false; };
    application = pkgs.writeShellApplication { name = "bad"; text = "if"; };
  };
}
