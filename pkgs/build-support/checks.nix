# Checks of what was built, and what recipes say of how they are brought up to date.
{ lib, ... }: final:

{
  versionCheckHook = final.makeSetupHook { name = "version-check-hook"; } ./version-check.sh;
  # A home that may be written to, and is gone afterwards.
  writableTmpDirAsHomeHook = final.makeSetupHook { name = "writable-tmpdir-as-home.sh"; }
    (final.writeText "writable-home.sh" ''
      # in a shell to work in, home is the user's
      if [ -z "''${IN_NIX_SHELL:-}" ]; then
        HOME=$(mktemp -d "$NIX_BUILD_TOP/home.XXXXXX")
        export HOME
      fi
    '');

  testers = {
    # A program says the version that its recipe does.
    testVersion = { package, command ? "${package.meta.mainProgram or package.pname or package.name} --version"
      , version ? package.version, name ? "test-version" }:
      final.runCommand "${package.name}-${name}"
        { nativeBuildInputs = [ package ]; inherit version; }
        ''
          said=$(${command} 2>&1) || die "testVersion: ${lib.replaceStrings [ "\"" "\\" "$" "`" ] [ "\\\"" "\\\\" "\\$" "\\`" ] command} failed: $said"
          [[ $said == *"$version"* ]] || die "testVersion: version $version is not in: $said"
          printf '%s\n' "$said" >$out
        '';
    # Two files or folders are the same.
    testEqualContents = { assertion, actual, expected, ... }:
      final.runCommand "equal-contents-${lib.toLower (lib.replaceStrings [ " " ] [ "-" ] (lib.sanitizeDerivationName assertion))}"
        { inherit assertion actual expected; }
        ''
          diff -r --no-dereference "$expected" "$actual" || die "testEqualContents: not so: $assertion"
          touch $out
        '';
  };

  # passthru.updateScript, for the tools that read it.
  nix-update-script = { attrPath ? null, extraArgs ? [ ] }: {
    command = [ "nix-update" ] ++ extraArgs ++ lib.optional (attrPath != null) attrPath;
    supportedFeatures = [ "commit" ];
  };
}
