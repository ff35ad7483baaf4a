# Native packages: Debian's, pinned by lock.json (`kiln lock debian` makes it from roots.control) and
# relocated into the store by builtin:kiln-deb-1. No Debian maintainer script ever runs.
#
# A *group* is one store path: usually one Debian package, several where they only work as one
# (glibc, python, torch). ./groups names the groups that need rules; every other package of the
# lock is a group of its own, under Debian's name. A group's dependencies are the groups of what its
# packages depend on, and what it refers to in the end is what its files really load.
#
# Layout of a store path: Debian's merged /usr, flattened, without multiarch folders:
#
#	(usr/)bin (usr/)sbin			-> bin
#	(usr/)lib/<triplet> (usr/)lib64 usr/lib	-> lib
#	usr/<other>, etc, opt			-> <other>, etc, opt
#	anything else				left out
#
# The environment of the builder, each a list separated by blanks unless said otherwise:
#
#	debs		.deb files, in the order of their Debian names
#	deps		store paths in which NEEDED libraries, interpreters and link targets are found
#	folders		further library folders of these (`lib` is implied)
#	glibc		whose dynamic linker programs get; empty in glibc itself
#	patchelf	unpacked, unrelocated patchelf with its libraries; empty: only unpack
#	triplet		Debian's multiarch name
#	rules		lines of tab-separated words, see ./groups
#
# `debian.packages.<Debian name>` is the group that holds that package.
{ system }:

let
  inherit (builtins) attrNames attrValues concatMap concatStringsSep elem filter fromJSON head listToAttrs
    mapAttrs match readFile replaceStrings;
  lib = import ../lib;

  platforms = {
    x86_64-linux = { arch = "amd64"; triplet = "x86_64-linux-gnu"; loader = "ld-linux-x86-64.so.2"; kernel = "x86"; };
    aarch64-linux = { arch = "arm64"; triplet = "aarch64-linux-gnu"; loader = "ld-linux-aarch64.so.1"; kernel = "arm64"; };
  };
  platform = platforms.${system} or (throw
    "debian: no packages for '${system}', only for ${concatStringsSep ", " (attrNames platforms)}");
  lockAt = keys: { file = ./lock.json; remake = "`kiln lock debian`"; inherit keys; };
  lock = lib.lock.read (removeAttrs (lockAt [ ]) [ "keys" ]);
  # What people are told of packages; nothing that is built depends on it.
  about = (fromJSON (readFile ./about.json)).packages;
  facts = import ./facts.nix { inherit lib; };
  locked = lock.architectures.${platform.arch} or (throw
    "debian: the lock has no packages for '${platform.arch}'; add it to roots.control and run `kiln lock debian`");
  # What is built of it.
  isWhole = row: row ? version && row ? file && builtins.isList (row.deps or null) && lib.lock.isHash (row.sha256 or null);
  entries = mapAttrs
    (name: lib.lock.checked (lockAt [ platform.arch name ]) isWhole {
      version = lib.lock.isText;
      file = lib.lock.isPath;
      sha256 = lib.lock.isHash;
      deps = locked;
    } [ ])
    locked;

  # A store name knows neither '~' nor ':'.
  storeName = replaceStrings [ "~" ":" "%3a" ] [ "-" "-" "-" ];
  fetch = { url, sha256 }: derivation {
    name = storeName (baseNameOf url);
    builder = "builtin:fetchurl";
    system = "builtin";
    inherit url;
    urls = [ url ];
    executable = false;
    unpack = false;
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = sha256;
    preferLocalBuild = true;
  };
  fetchDeb = package: fetch { url = "mirror://debian/${package.file}"; inherit (package) sha256; };

  # Debian's version without epoch, Debian revision and repack suffix: 2:2.41-12+deb13u1 -> 2.41.
  upstreamVersion = version:
    let
      noEpoch = let m = match "[0-9]+:(.*)" version; in if m == null then version else head m;
      noRevision = let m = match "(.*)-[^-]*" noEpoch; in if m == null then noEpoch else head m;
      # 1.3.dfsg+really1.3.1 is 1.3.1
      really = let m = match ".*really(.*)" noRevision; in if m == null then noRevision else head m;
    in
    storeName (head (match "([^+~]*).*" really));

  wanted = import ./groups {
    inherit lib fetch platform locked fromSource;
    packages = mapAttrs (_: g: built.${g}) groupOf;
    groups = built;
  };
  # An architecture may have fewer packages than the table has groups of.
  absentOf = group: filter (d: !(locked ? ${d})) group.debs;
  absent = lib.filterAttrs (_: group: group.debs == [ ] || absentOf group != [ ]) wanted;
  table = removeAttrs wanted (attrNames absent);
  # Headers beside libraries: where the table says so, else every -dev package by itself.
  headers = group: group // {
    isDev = true;
    deps = group.deps or [ ] ++ [ "bash" ];
    rules = group.rules or [ ] ++ [
      [ "layout" "usr/include/${platform.triplet}" "include" ]
      [ "config" "bin/*-config" ]
      [ "config" "lib/cmake/*" ]
      [ "config" "lib/cmake/*/*" ]
      [ "config" "share/cmake/*/*" ]
    ];
  };
  special = mapAttrs (_: g: if g.isDev or false then headers g else g) table // listToAttrs (map
    (name: { name = "${name}-dev"; value = headers { debs = table.${name}.dev; }; })
    (filter (name: table.${name} ? dev) (attrNames table)));
  # Every other package is a group of its own.
  alone = removeAttrs locked (concatMap (g: g.debs) (attrValues special));
  groups = special // mapAttrs
    (name: _:
      if special ? ${name} then throw "debian: '${name}' is a package and a group without it"
      else if isDevName name then headers { debs = [ name ]; } else { debs = [ name ]; })
    alone;
  groupOfDep = name: d: groupOf.${d} or (lib.lock.wrong (lockAt [ platform.arch name ]) "its 'deps' names '${d}', which is not there");
  # Debian name -> group name
  groupOf = mapAttrs (name: _: name) alone
    // listToAttrs (concatMap (g: map (d: { name = d; value = g; }) special.${g}.debs) (attrNames special));

  isDevName = name: match ".*-dev" name != null;
  sourceOf = name: locked.${name}.source or name;
  bySource = builtins.groupBy sourceOf (attrNames locked);
  fromSource = source: pattern: filter (name: match pattern name != null) bySource.${source} or [ ];
  depsOf = group: filter (d: !(elem d group.debs)) (concatMap (d: entries.${d}.deps) group.debs);
  # What headers are of: the groups of libraries from the same source that they depend on.
  ownersOf = group:
    let sources = map sourceOf group.debs; in
    unique (map (d: groupOf.${d}) (filter (d: elem (sourceOf d) sources && !(groups.${groupOf.${d}}.isDev or false)) (depsOf group)));
  # A library's headers: of one group. Only packages of its sources are looked at, since whoever asks for
  # one library would pay for all others.
  headersOf = name: group: filter (g: groups.${g}.isDev or false && elem name (ownersOf groups.${g}))
    (unique (map (d: groupOf.${d}) (concatMap (d: bySource.${sourceOf d}) group.debs)));
  # Whoever builds with headers gets their libraries, and the headers that they include.
  propagated = name: group:
    let owners = ownersOf group; in
    unique (owners ++ filter (g: groups ? ${g}) (map (g: groups.${g}.bin or "") owners) ++ devsOf name group);
  devsOf = name: group: filter (g: g != name && groups.${g}.isDev or false) (map (d: groupOf.${d}) (depsOf group));

  unique = list: attrNames (listToAttrs (map (name: { inherit name; value = null; }) list));
  # as the text of a rule
  linesOf = lib.concatMapStrings (g: "${built.${g}}\\n");
  rulesText = rules: concatStringsSep "\n" (map (concatStringsSep "\t") rules);

  # nixpkgs' outputs, as far as there are packages for them.
  shape = name: group:
    let dev = headersOf name group; in
    lib.optionalAttrs (dev != [ ]) { dev = outputs.${head dev}; lib = outputs.${name}; }
    // lib.optionalAttrs (groups ? ${group.bin or ""}) { bin = outputs.${group.bin}; lib = outputs.${name}; };

  pnameOf = name: group: group.pname or name;
  versionOf = group: group.version or (upstreamVersion entries.${head group.debs}.version);
  sorted = builtins.sort (a: b: a < b);

  # The derivation alone, which is all that other groups refer to.
  build = name: group:
    let
      debs = sorted group.debs;
      # a package for CMake also names libraries of the headers that it includes
      deps = filter (g: g != name)
        (unique (concatMap (d: map (groupOfDep d) entries.${d}.deps) debs ++ group.deps or [ ]
          ++ lib.optionals (group.isDev or false) (concatMap (g: ownersOf groups.${g}) (devsOf name group))));
    in
    derivation {
      name = "${storeName (pnameOf name group)}-${versionOf group}";
      builder = "builtin:kiln-deb-1";
      inherit system;
      requiredSystemFeatures = [ "kiln" ];
      debs = map (d: fetchDeb entries.${d}) debs;
      deps = map (g: built.${g}) deps;
      folders = concatMap (g: map (f: "${built.${g}}/${f}") groups.${g}.folders or [ ]) deps;
      glibc = if name == "glibc" then "" else built.glibc;
      patchelf = patchelfRaw;
      inherit (platform) triplet;
      rules = rulesText (group.rules or [ ]
        ++ lib.optional (group.isDev or false) [ "write" "nix-support/propagated-build-inputs" (linesOf (propagated name group)) ]
        ++ common);
    };

  # With what recipes and people ask of it.
  mkGroup = name: group: lib.extendDerivation true
    ({
      pname = pnameOf name group;
      version = versionOf group;
      debianVersion = entries.${head group.debs}.version;
      debianPackages = sorted group.debs;
      # the package that the group is named for tells what it is, not the first of its plug-ins
      meta = { platforms = [ system ]; } // about.${if elem name group.debs then name else head group.debs} or { }
        // facts { source = sourceOf (head group.debs); pname = pnameOf name group; } // group.meta or { };
    } // shape name group // group.passthru or { })
    built.${name};

  # The same for every package. Copyright files stay.
  common = map (glob: [ "trim" glob ]) [
    "share/man" "share/info" "share/locale" "share/lintian" "share/bug" "share/doc-base" "share/menu"
    "share/applications" "share/pixmaps" "share/icons" "share/bash-completion" "share/zsh" "share/fish"
    "share/gdb" "share/binfmts" "share/initramfs-tools" "share/vim" "share/emacs" "share/dh-*" "share/debhelper"
    "lib/binfmt.d" "lib/systemd" "lib/udev" "lib/tmpfiles.d" "lib/sysusers.d" "lib/debug"
    "etc/cron.*" "etc/init.d" "etc/default" "etc/logrotate.d" "etc/ld.so.conf" "etc/ld.so.conf.d" "etc/skel"
    "share/doc/*/[!c]*" "share/doc/*/c[!o]*" "share/doc/*/co[!p]*"
  ] ++ [
    [ "dangling" "share/doc/*" ]
    # Data and plug-ins that a program looks for where Debian has them, if nothing tells otherwise.
    [ "sweep" "/usr/lib/" "/nix/lib/" ]
    [ "sweep" "/usr/share/" "/nix/share/" ]
  ];

  # Debian's patchelf as it comes, with the libraries it loads: it relocates everything, itself too.
  patchelfRaw = derivation {
    name = "patchelf-unrelocated-${upstreamVersion entries.patchelf.version}";
    builder = "builtin:kiln-deb-1";
    inherit system;
    requiredSystemFeatures = [ "kiln" ];
    debs = map (d: fetchDeb entries.${d}) [ "libc6" "libgcc-s1" "libstdc++6" "patchelf" ];
    deps = [ ];
    folders = [ ];
    glibc = "";
    patchelf = "";
    inherit (platform) triplet;
    rules = rulesText ([ [ "trim" "lib/gconv" ] [ "trim" "share" ] [ "trim" "etc" ] ]);
  };

  missing = mapAttrs
    (name: group: throw "debian: '${name}' is not locked for '${platform.arch}' (${
      if group.debs == [ ] then "none of its packages" else concatStringsSep ", " (absentOf group)
    }); add it to roots.control and run `kiln lock debian`")
    absent;
  built = mapAttrs build groups // missing;
  outputs = mapAttrs mkGroup groups // missing;
  packages = mapAttrs (_: g: outputs.${g}) groupOf;
in
outputs // {
  inherit system packages lock patchelfRaw;
  gccLibs = outputs.gcc-libs;

  # What programs of this set need in their environment, since paths into the host's /usr and /etc are
  # not compiled into them.
  runtimeEnvironment = {
    GCONV_PATH = "${outputs.glibc}/lib/gconv";
    LOCPATH = "${outputs.glibc}/lib/locale";
    TZDIR = "${outputs.tzdata}/share/zoneinfo";
    TERMINFO_DIRS = "${outputs.ncurses}/share/terminfo";
    OPENSSL_MODULES = "${outputs.openssl}/lib/ossl-modules";
    SSL_CERT_FILE = "${outputs.cacert}/etc/ssl/certs/ca-bundle.crt";
  };
}
