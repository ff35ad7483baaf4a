# Folders made of other packages' files.
{ lib, command, words, ... }: final:

let
  named = who: args:
    if args ? name then args.name
    else if args ? pname && args ? version then "${args.pname}-${args.version}"
    else throw (words.told "${who}: neither name nor pname and version are given" (words.placeOfAny [ "paths" ] args) [ "say name = \"…\"" ]);
in
{
  # Folders merged by symlinks to each file, so that postBuild can wrap or replace any of them; the
  # first path that has a name gives it.
  symlinkJoin = lib.makeOverridable (args@{ paths, stripPrefix ? "", failOnMissing ? stripPrefix == ""
    , preferLocalBuild ? true, allowSubstitutes ? false, postBuild ? "", ... }:
    if stripPrefix != "" && !lib.hasPrefix "/" stripPrefix then
      throw (words.told "symlinkJoin: stripPrefix '${stripPrefix}' does not begin with '/'" (words.place "stripPrefix" args) [ "it is a folder of each path, as in stripPrefix = \"/bin\"" ])
    else command final.stdenvNoCC
      (removeAttrs args [ "name" "postBuild" "stripPrefix" "paths" "failOnMissing" ] // {
        inherit preferLocalBuild allowSubstitutes;
        joined = map (p: "${p}${stripPrefix}") (lib.filter (p: p != null) (lib.flatten [ paths ]));
        passAsFile = [ "joined" ] ++ args.passAsFile or [ ];
      })
      (named "symlinkJoin" args)
      ''
        source ${./make-links.sh}
        source ${./link-tree.sh}
        mkdir -p $out
        trees=()
        for path in $(<"$joinedPath"); do
          if [ -d "$path" ]; then
            trees+=("$path")
          ${lib.optionalString failOnMissing "else die \"symlinkJoin: '$path' is not a folder\""}
          fi
        done
        linkTrees "$out" "''${trees[@]}"
        ${postBuild}
      '');

  # The same, but two packages' files under one name are an error unless it is told which wins.
  buildEnv = lib.makeOverridable ({ name ? null, pname ? null, version ? null, paths, pathsToLink ? [ "/" ], ignoreCollisions ? false
    , checkCollisionContents ? true, extraOutputsToInstall ? [ ], extraPrefix ? "", postBuild ? "", nativeBuildInputs ? [ ]
    , buildInputs ? [ ], meta ? { }, passthru ? { }, manifest ? "", ignoreSingleFileOutputs ? false, includeClosures ? false }@args:
    let
      ofPath = p: lib.optional (p != null) {
        priority = p.meta.priority or lib.meta.defaultPriority;
        outs = if p.outputSpecified or false || !(lib.isDerivation p) then [ p ]
          else map (o: p.${o}) (lib.unique (p.meta.outputsToInstall or [ "out" ] ++ lib.filter (o: p ? ${o}) extraOutputsToInstall));
      };
      all = lib.sort (a: b: a.priority < b.priority) (lib.concatMap ofPath (lib.flatten [ paths ]));
    in
    command final.stdenvNoCC
      ({
        inherit nativeBuildInputs buildInputs meta;
        passthru = { inherit paths; } // passthru;
        preferLocalBuild = true;
        allowSubstitutes = false;
        chosen = lib.concatMap (x: map (o: "${toString x.priority}:${o}") x.outs) all;
        passAsFile = [ "chosen" ];
        inherit pathsToLink extraPrefix manifest;
        mode = if ignoreCollisions == true || ignoreCollisions == 1 then "first" else if checkCollisionContents then "same" else "strict";
        singleFiles = if ignoreSingleFileOutputs then "skip" else "refuse";
      } // lib.optionalAttrs includeClosures {
        closures = "${final.closureInfo { rootPaths = lib.concatMap (x: x.outs) all; }}/store-paths";
      })
      (named "buildEnv" (lib.filterAttrs (_: v: v != null) args))
      ''
        source ${./make-links.sh}
        source ${./merge-links.sh}
        mergeEnvironment
        ${postBuild}
      '');

  # Symlinks by name: a list of { name, path }, of which the last of a name counts, or a set.
  linkFarm = name: entries:
    let
      set =
        if builtins.isAttrs entries then entries
        else if builtins.isList entries then lib.foldl (a: e: a // { ${e.name} = e.path; }) { } entries
        else throw "linkFarm: ${name}: the entries are a ${builtins.typeOf entries}, expected a list of { name, path } or a set";
    in
    final.runCommandLocal name
      { passthru.entries = set; }
      (''
        source ${./make-links.sh}
        mkdir -p $out
        {
          :
      '' + lib.concatStrings (lib.mapAttrsToList
        (name: path: ''
          makeLink ${lib.escapeShellArg "${name}"} ${lib.escapeShellArg "${path}"}
        '')
        set) + ''
        } | makeLinks $out
      '');
  linkFarmFromDrvs = name: drvs: final.linkFarm name (map (d: { inherit (d) name; path = d; }) drvs);

  # A package's programs alone.
  onlyBin = drv: final.runCommandLocal "${drv.name}-only-bin" { } ''
    mkdir -p $out
    ln -s ${lib.getBin drv}/bin $out/bin
  '';
}
