# Builds by the small builders that stdenv.nix leaves out; see there. `fetched` are those that fetch from
# the folder `files`, whose URL fetchers.sh gives.
{ files ? null }:
let
  pkgs = import ../../pkgs { };
  inherit (pkgs) lib stdenv;

  prog = pkgs.writeShellScriptBin "prog" ''echo "prog $*"'';
  tree = name: text: pkgs.runCommand name { } "mkdir -p $out; cd $out; ${text}";
  one = tree "one" "mkdir -p bin lib; echo one >lib/one; echo same >LICENSE; printf '#!/bin/sh\\n' >bin/x; chmod +x bin/x";
  two = tree "two" "mkdir -p lib bin; echo two >lib/two; echo other >LICENSE; cp ${one}/bin/x bin";
  wanted = tree "wanted" "mkdir -p lib nix-support; echo wanted >lib/one; echo w >lib/w; echo ${two} >nix-support/propagated-user-env-packages";
  source = tree "source" "echo hello >text; mkdir sub; echo s >sub/s";
  change = pkgs.writeText "change.patch" ''
    --- a/text
    +++ b/text
    @@ -1 +1 @@
    -hello
    +patched
  '';
  package = stdenv.mkDerivation {
    pname = "package";
    version = "1";
    src = source;
    patches = [ change ];
    buildInputs = [ prog ];
    shellHook = "echo its hook";
    installPhase = "cp -r . $out";
  };
  recipe = attrs: stdenv.mkDerivation ((if attrs ? pname then { } else { name = "recipe"; }) // { dontUnpack = true; } // attrs);
  versioned = attrs: recipe ({
    pname = "versioned";
    nativeBuildInputs = [ pkgs.versionCheckHook ];
    doInstallCheck = true;
    installPhase = ''
      mkdir -p $out/bin
      printf '#!%s\nif [ "$1" = --version ]; then echo "versioned 1.2.3"; fi\n' $SHELL >$out/bin/versioned
      chmod +x $out/bin/versioned
    '';
  } // attrs);
  env = attrs: pkgs.buildEnv ({ name = "env"; } // attrs);
  item = pkgs.makeDesktopItem {
    name = "foo";
    desktopName = "Foo";
    exec = "foo %U";
    terminal = false;
    categories = [ "Graphics" "Utility" ];
    actions.new = { name = "New"; exec = "foo --new"; };
    extraConfig.X-Thing = "y";
  };

  checks = {
    "runCommandWith" = [ "cat ${pkgs.runCommandWith { name = "w"; runLocal = true; derivationArgs = { big = "B"; passAsFile = [ "big" ]; }; } "cat $bigPath >$out"}" "B" ];
    "runCommandCC" = [ "cat ${pkgs.runCommandCC "c" { x = "1"; } "echo $x >$out"}" "1" ];
    "writeTextFile keeps the text as it is" = [ "cat ${pkgs.writeText "t" "a $b 'c' \\\n\n"}" "a $b 'c' \\\n" ];
    "with its place, mode and check" = [
      "cat ${pkgs.writeTextFile { name = "t"; text = "x"; executable = true; destination = "/bin/t"; checkPhase = "test -x $target && echo checked >>$target"; }}/bin/t"
      "xchecked"
    ];
    "writeTextDir" = [ "cat ${pkgs.writeTextDir "a/b" "ab"}/a/b" "ab" ];
    "concatText" = [ "cat ${pkgs.concatText "c" [ (pkgs.writeText "1" "1\n") (pkgs.writeText "2" "2\n") ]}" "1\n2" ];
    "concatScript" = [ "${pkgs.concatScript "c" [ (pkgs.writeText "1" "#!${stdenv.shell}\n") (pkgs.writeText "2" "echo $((1 + 1))\n") ]}" "2" ];
    "a script in Python" = [ "${pkgs.writers.writePython3Bin "p" { } "import sys\nprint(sys.version_info[0])"}/bin/p" "3" ];
    "one with libraries, without a folder" = [ "${pkgs.writePython3 "p" { libraries = [ pkgs.python3.pkgs.packaging ]; } "import packaging.version as v\nprint(v.Version('1.0') == v.Version('1'))"}" "True" ];
    "modules among the inputs, with what they need, are found" = [
      "cat ${pkgs.runCommand "n" { strictDeps = true; nativeBuildInputs = [ pkgs.python3.pkgs.requests ]; } "python -c 'import requests, idna; print(1)' >$out"}"
      "1"
    ];
    "a script in bash" = [ "${pkgs.writers.writeBash "b" "echo $1"} x" "x" ];
    "symlinkJoin of folders in packages" = [ "cd ${pkgs.symlinkJoin { name = "j"; paths = [ one two ]; stripPrefix = "/lib"; }}; echo *" "one two" ];
    "by pname and version" = [ "basename ${pkgs.symlinkJoin { pname = "j"; version = "2"; paths = [ one ]; }} | cut -c34-" "j-2" ];
    "what is missing may be" = [ "cd ${pkgs.symlinkJoin { name = "j"; paths = [ one change source ]; stripPrefix = "/bin"; }}; echo *" "x" ];
    "buildEnv folds licences and what is equal" = [ "cd ${env { paths = [ one two ]; }}; cat LICENSE; echo lib/* bin/*" "same\nlib/one lib/two bin/x" ];
    "what packages want beside them comes last" = [ "cd ${env { paths = [ one (lib.lowPrio wanted) ]; }}/lib; cat one w two" "one\nw\ntwo" ];
    "closures, too" = [ "test -e ${env { paths = [ prog ]; includeClosures = true; pathsToLink = [ "/bin" ]; }}/bin/bash && echo bash" "bash" ];
    "a manifest" = [ "cat ${env { paths = [ one ]; manifest = change; }}/manifest | head -n 1" "--- a/text" ];
    "single files may be passed over" = [ "ls ${env { paths = [ one change ]; pathsToLink = [ "/lib" ]; ignoreSingleFileOutputs = true; }}/lib" "one" ];
    "a prefix" = [ "cat ${env { paths = [ one ]; extraPrefix = "/opt/x"; }}/opt/x/lib/one" "one" ];
    "linkFarm, the last of a name" = [ "cat ${pkgs.linkFarm "f" [ { name = "a"; path = change; } { name = "a"; path = pkgs.writeText "t" "last"; } ]}/a" "last" ];
    "linkFarmFromDrvs" = [ "cat ${pkgs.linkFarmFromDrvs "f" [ one ]}/one/lib/one" "one" ];
    "onlyBin" = [ "ls ${pkgs.onlyBin one}" "bin" ];
    "srcOnly of a package" = [ "cat ${pkgs.srcOnly package}/text" "patched" ];
    "srcOnly of attributes" = [ "cat ${pkgs.srcOnly { name = "s"; src = source; patches = [ change ]; }}/text" "patched" ];
    "applyPatches takes mkDerivation's arguments" = [ "cat ${pkgs.applyPatches { src = source; postPatch = "echo $X >>text"; X = "more"; }}/text" "hello\nmore" ];
    "a menu entry" = [
      "cat ${item}/share/applications/foo.desktop"
      "[Desktop Entry]\nType=Application\nVersion=1.5\nName=Foo\nExec=foo %U\nTerminal=false\nActions=new;\nCategories=Graphics;Utility;\nX-Thing=y\n\n[Desktop Action new]\nName=New\nExec=foo --new"
    ];
    "copyDesktopItems" = [
      "ls ${recipe { nativeBuildInputs = [ pkgs.copyDesktopItems ]; desktopItems = [ item ]; installPhase = "mkdir $out; runHook postInstall"; }}/share/applications"
      "foo.desktop"
    ];
    "a shell's environment, built" = [
      "grep -c 'declare -x \\(shellHook\\|X\\)=' ${pkgs.mkShell { inputsFrom = [ package ]; packages = [ one ]; X = "1"; shellHook = "own"; }}"
      "2"
    ];
    "libheif finds its decoders in a build" = [
      "cat ${pkgs.runCommandCC "heif" { buildInputs = [ pkgs.libheif ]; nativeBuildInputs = [ pkgs.pkg-config ]; passAsFile = [ "text" ]; text = ''
        #include <libheif/heif.h>
        #include <stdio.h>
        int main(void)
        {
        	heif_init(0);
        	printf("%d %d", heif_have_decoder_for_format(heif_compression_HEVC), heif_have_decoder_for_format(heif_compression_AV1));
        }
      ''; } "cc -x c $textPath $(pkg-config --cflags --libs libheif) -o check; ./check >$out"}"
      "1 1"
    ];
    "references of a path" = [ "grep -c -- -bash- ${pkgs.writeDirectReferencesToFile prog}" "1" ];
    "exportReferencesGraph as pairs" = [
      "cat ${pkgs.runCommand "g" { exportReferencesGraph = [ "a" prog "b" one ]; } "grep -c -- -prog a >$out; grep -c -- -one b >>$out"}"
      "1\n1"
    ];
    "shellcheck may be told what to pass over" = [ "${pkgs.writeShellApplication { name = "u"; text = "echo $1"; excludeShellChecks = [ "SC2086" ]; }}/bin/u x" "x" ];
    "a home to write to" = [ "cat ${recipe { nativeBuildInputs = [ pkgs.writableTmpDirAsHomeHook ]; installPhase = "echo x >$HOME/f; cat $HOME/f >$out"; }}" "x" ];
    "a program says its version" = [ "cat ${pkgs.testers.testVersion { package = pkgs.bash; }} | head -n 1 | cut -c1-8" "GNU bash" ];
    "and is asked when it is installed" = [ "ls ${versioned { version = "1.2.3"; }}/bin" "versioned" ];
    "the same contents" = [ "test -e ${pkgs.testers.testEqualContents { assertion = "One is one"; actual = one; expected = one; }} && echo same" "same" ];
  } // lib.optionalAttrs stdenv.hasCC {
    "a wrapper in C" = [
      "V=old W=w ${recipe {
        nativeBuildInputs = [ pkgs.makeBinaryWrapper ];
        installPhase = ''
          mkdir -p $out/bin
          printf '#!%s\nprintf "%%s|" "''${0##*/}" "$V" "$W" "''${N-none}" "$@"\n' $SHELL >$out/bin/p
          chmod +x $out/bin/p
          makeWrapper $out/bin/p $out/bin/w --prefix V : 'a "b"' --set-default W no --unset N --add-flags "-x 'y z'" --append-flag end
          isELF $out/bin/w
        '';
      }}/bin/w arg"
      "p|a \"b\":old|w|none|-x|y z|arg|end|"
    ];
  };

  # What is behind a password, which the environment of who builds has.
  private = port: attrs: pkgs.fetchurl ({
    url = "http://127.0.0.1:${toString port}/auth/9";
    netrcPhase = ''
      [ -n "$SECRET" ] || die "SECRET is not set"
      printf 'machine 127.0.0.1\nlogin me\npassword %s\n' "$SECRET" >netrc
    '';
    netrcImpureEnvVars = [ "SECRET" ];
  } // attrs);
  fetch = name: attrs: pkgs.fetchurl ({ url = "${files}/${name}"; } // attrs);

  results = import ./results.nix { inherit pkgs; };
in
{
  results = results checks;
  count = lib.length (lib.attrNames checks);
  inherit pkgs;
  # Of file NAME what comes of it.
  inherit fetch private;
  zip = attrs: pkgs.fetchzip ({ url = "${files}/tree.zip"; } // attrs);
  patch = attrs: pkgs.fetchpatch ({ url = "${files}/change.patch"; } // attrs);
  patch2 = attrs: pkgs.fetchpatch2 ({ url = "${files}/change.patch"; } // attrs);

  fail = {
    version = versioned { version = "2.0"; };
    testVersion = pkgs.testers.testVersion { package = pkgs.bash; version = "1.0"; };
    contents = pkgs.testers.testEqualContents { assertion = "One is two"; actual = one; expected = two; };
    collision = env { paths = [ one wanted ]; };
    file = env { paths = [ one change ]; };
    missing = pkgs.symlinkJoin { name = "j"; paths = [ one change ]; };
    shellcheck = pkgs.writeShellApplication { name = "u"; text = "echo $1"; };
    python = pkgs.writers.writePython3Bin "p" { } "def";
    desktop = recipe { nativeBuildInputs = [ pkgs.copyDesktopItems ]; desktopItems = [ one ]; installPhase = "mkdir $out; runHook postInstall"; };
  };
}
