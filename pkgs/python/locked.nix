# The lock's projects as packages, under their PEP 503 names.
{ lib, lock, lockAt, system, fetchurl, slots, pkgs, topLevel, buildPythonPackage }:

let
  additions = import ./additions.nix { inherit lib topLevel; };
  checks = import ./checks.nix;
  # What people are told of packages; nothing that is built depends on it. A project's lock has that of
  # its own, with what packages say of their extras, which the set's lock has in a file of its own.
  ofSet = { about = (lib.importJSON ./about.json).packages; metadata = (lib.importJSON ./metadata.json).packages; };
  own = lock.about or { };
  isOwn = name: lock ? whose && lock.whose ? ${name};
  aboutOf = name:
    if isOwn name then { position = toString lock.whose.${name}.file; } // lib.intersectAttrs { description = 1; license = 1; } (own.${name} or { })
    else ofSet.about.${name} or { };
  metadataOf = name: if isOwn name then own.${name} or { } else ofSet.metadata.${name} or { };

  # nixpkgs' optional-dependencies: of each extra, under its own name and the other spellings of it, what it
  # adds. What the lock has not is missed when it is asked for.
  extrasOf = name:
    let
      m = metadataOf name;
      names = extra: m.extras.${extra} ++ (m.extrasOn or { }).${system}.${extra} or [ ];
      member = extra: n: slots.markers.${n} or pkgs.${n} or (throw (
        "the extra '${extra}' of ${name} asks for ${n}, which no lock has"
        + "\nhint: write ${name}[${extra}] into the project's requirements, and 'kiln lock python' locks it"));
      spellings = extra:
        let dashed = lib.replaceStrings [ "_" "." ] [ "-" "-" ] (lib.toLower extra); in
        lib.unique [ extra dashed (lib.replaceStrings [ "-" ] [ "_" ] dashed) ];
    in
    lib.listToAttrs (lib.concatMap (extra: map (s: lib.nameValuePair s (map (member extra) (names extra))) (spellings extra))
      (lib.attrNames (m.extras or { })));

  # fetchurl's derivation of a file on PyPI; what fetchurl is to look at in its arguments is known of these.
  fetchFile = name: file:
    let
      args = { url = "mirror://pypi/${name}/${file.name}"; inherit (file) sha256; };
      whole = fetchurl args;
    in
    if builtins.match "[a-zA-Z0-9][a-zA-Z0-9+._-]{0,200}" file.name == null then whole
    else lib.extendDerivation true { inherit (args) url; inherit (whole) override overrideDerivation; urls = [ args.url ]; meta = { }; } (derivation {
      inherit (file) name;
      inherit (args) url;
      urls = [ args.url ];
      unpack = false;
      executable = false;
      builder = "builtin:fetchurl";
      system = "builtin";
      outputHashMode = "flat";
      outputHashAlgo = "sha256";
      outputHash = file.sha256;
      preferLocalBuild = true;
      impureEnvVars = lib.fetchers.proxyImpureEnvVars;
    });

  filesOf = row: lib.filter (f: !(f ? systems) || lib.elem system f.systems) row.files;
  noFile = name: row: throw "python3.pkgs.${name}: ${name} ${row.version} has no file for ${system} in the lock";

  # nixpkgs' packages are functions of what they depend on, which recipes replace by name.
  overridden = name: needs: given: f:
    let
      old = lib.genAttrs needs (n: given.${n} or pkgs.${n});
      new = let g = lib.toFunction f; in g old;
      unknown = lib.attrNames (removeAttrs new needs);
    in
    if unknown == [ ] then given // new
    else throw (lib.words.noSuchDependency name unknown needs new);

  isFile = f: f ? name && lib.lock.isHash (f.sha256 or null);
  names = test: x: builtins.isList x && lib.all test x;
  isRow = name:
    let at = lockAt [ name ]; in
    lib.lock.checked at
      (row: row ? version && names isFile row.files or null && names (n: lock.projects ? ${n}) row.requires or [ ] && names (n: slots.markers ? ${n}) row.slots or [ ])
      {
        version = lib.lock.isText;
        files = x: builtins.isList x && lib.all (f: lib.lock.look at { name = lib.lock.isFile; sha256 = lib.lock.isHash; } [ ] f != { }) x;
        requires = lock.projects;
        slots = slots.markers;
      } [ "requires" "slots" ];

  package = name: row: packageWith { } name (isRow name row);
  packageWith = given: name: row:
    let
      files = filesOf row;
      file = if files == [ ] then noFile name row else lib.head files;
      needs = row.requires or [ ] ++ row.requiresOn.${system} or [ ];
      isWheel = lib.hasSuffix ".whl" file.name;
      own = additions.${name} or { };
    in
    if own.optional or false && files == [ ] then null else buildPythonPackage ({
      pname = name;
      isLocked = true;
      inherit (row) version;
      src = fetchFile name file;
      dependencies = map (n: given.${n} or pkgs.${n}) needs ++ map (n: slots.markers.${n}) row.slots or [ ];
      pythonImportsCheck = [ ];
      # the lock says what a project needs: here it must hold
      dontCheckRuntimeDeps = false;
      doCheck = false;
      optional-dependencies = extrasOf name;
      meta = { description = "the project ${name} of the Python lock"; } // aboutOf name;
      passthru = {
        override = f: packageWith (overridden name needs given f) name row;
      } // lib.optionalAttrs (checks ? ${name}) { importCheck = checks.${name}; };
    }
    // (if isWheel then { format = "wheel"; } else {
      pyproject = true;
      build-system = map (n: pkgs.${n} or (throw "building ${name} from its source needs ${n}, which no lock has\nhint: write ${n} into the project's requirements, and 'kiln lock python' locks it"))
        (row.build or [ "setuptools" "wheel" ]);
    }) // removeAttrs own [ "optional" ]);
in
lib.mapAttrs package lock.projects
