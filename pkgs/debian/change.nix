# What `override` and `overrideAttrs` mean for a package of Debian's, which is not built here: its files can
# be changed by the hooks that come behind a build, in a copy that refers to itself as the package does; how
# it is built cannot, and who asks for that is told.
{ lib, stdenvNoCC, package }:

let
  inherit (lib) words;
  name = package.pname;

  # Hooks around the copy, what they run, and what people are told.
  free = [ "preInstall" "postInstall" "preFixup" "postFixup" "nativeBuildInputs" "env" "meta" "passthru" "setupHook" "doInstallCheck" "installCheckPhase" "preInstallCheck" "postInstallCheck" "nativeInstallCheckInputs" ];
  # A recipe adds to these without asking whether they are there.
  empty = lib.genAttrs [ "buildInputs" "nativeBuildInputs" "propagatedBuildInputs" "patches" "configureFlags" "cmakeFlags" "mesonFlags" "makeFlags" "outputs" ] (_: [ ])
    // lib.genAttrs [ "prePatch" "postPatch" "preConfigure" "postConfigure" "preBuild" "postBuild" "preInstall" "postInstall" "preFixup" "postFixup" ] (_: "");
  old = empty // {
    inherit (package) name pname version meta;
    src = package;
    passthru = { };
  };

  # What is so, whoever asks.
  idle = { doCheck = false; doInstallCheck = false; dontStrip = true; strictDeps = true; enableParallelBuilding = true; };

  same = a: b: builtins.typeOf a == builtins.typeOf b && a == b;
  changed = new: f: !(same (old.${f} or null) new.${f}) && !(same (idle.${f} or null) new.${f});

  copy = pos: new: stdenvNoCC.mkDerivation ({
    inherit (package) name pname version meta;
    inherit pos;
    original = package;
    dontUnpack = true;
    dontPatch = true;
    dontConfigure = true;
    dontBuild = true;
    # it is as it shall be
    dontStrip = true;
    dontPatchELF = true;
    dontPatchShebangs = true;
    dontPruneLibtoolFiles = true;
    installPhase = "source ${./copy.sh}";
  } // builtins.intersectAttrs (lib.genAttrs free (_: null)) (lib.filterAttrs (f: _: changed new f) new)
  // {
    passthru = builtins.intersectAttrs (lib.genAttrs [ "dev" "lib" "bin" "debianVersion" "debianPackages" ] (_: null)) package
      // new.passthru or { };
  });

  attrs = given: f:
    let
      call = prev: let g = lib.toFunction f; first = g prev; in if lib.isFunction first then g new prev else first;
      before = old // given;
      own = call before;
      new = before // own;
      wrong = lib.filter (n: !(lib.elem n free) && changed new n) (lib.attrNames own);
      changes = import ./change.nix { inherit lib stdenvNoCC package; };
      told = [ "meta" "passthru" ];
      real = lib.filter (n: !(lib.elem n told) && changed new n) (lib.attrNames own);
      result =
        if real == [ ] then package // { inherit (new) meta; } // new.passthru
        else copy (builtins.unsafeGetAttrPos (lib.head real) own) new;
    in
    if wrong == [ ] then result // {
      overrideAttrs = changes.attrs (given // own);
      inherit (changes) override;
    }
    else throw (words.told "${name}.overrideAttrs cannot change ${words.quoted wrong}: it is Debian's package, as it was built there"
      (words.place (lib.head wrong) own)
      [ "its files can be changed, in postInstall, preFixup or postFixup" cure ]);

  cure = "to build it otherwise give it a recipe of its own, .flox/pkgs/${name}.nix, or evaluate on a nixpkgs with --nixpkgs PATH";
in
{
  inherit attrs;
  overrideAttrs = attrs { };
  override = f:
    let
      given = if lib.isFunction f then f { } else f;
      names = lib.attrNames given;
    in
    if names == [ ] then package
    else throw (words.told "${name}.override has no argument ${words.quoted names}: it is Debian's package, as it was built there"
      (words.place (lib.head names) given) [ cure ]);
}
