# What builtins.getFlake does with a flake and its lock file (versions 5 to 7). Inputs that are as the
# lock file says are taken from there; others are locked in memory, as Nix would. Every flake is
# fetched and evaluated when something needs it.
{ ref, rootRef, tools }:
let
  inherit (builtins) all any attrNames concatStringsSep elem filter foldl' fromJSON functionArgs head isAttrs isFunction isPath
    isString listToAttrs mapAttrs pathExists readFile split substring warn;
  inherit (tools) fetchInput fetchLocked isLocked parseInput pure resolve;

  below = path: sub: if sub == "" then path else path + "/" + sub;
  # The same without the "." and ".." of a path.
  join = foldl' (at: part: if part == ".." then dirOf at else if part == "." || part == "" then at else at + "/" + part);
  printed = path: concatStringsSep "/" path;
  without = names: set: removeAttrs set names;

  # Lock files. `original` and `locked` of a node are references.
  noLock = { version = 7; root = "root"; nodes.root = { }; };
  readLock = dir:
    let
      path = dir + "/flake.lock";
      lock = fromJSON (readFile path);
    in
    if !(pathExists path) then noLock
    else if lock.version >= 5 && lock.version <= 7 then lock
    else throw "lock file '${path}' has unsupported version ${toString lock.version}";

  isRelative = r: r.type == "path" && substring 0 1 r.path != "/";
  isFollows = spec: !(isString spec);

  # An input of flake.nix: a reference, or the path of the input that it follows, from the root.
  readInput = prefix: name: spec:
    let
      isFlake = spec.flake or true;
      fields = without [ "flake" "follows" "inputs" ] spec;
    in
    if !(isAttrs spec) then throw "input '${name}' is not a set"
    else {
      inherit isFlake;
      inputs = mapAttrs (readInput prefix) (spec.inputs or { });
      follows = if spec ? follows then prefix ++ filter (part: isString part && part != "") (split "/" spec.follows) else null;
      ref =
        if fields ? type then fields
        else if fields ? url then parseInput isFlake (if isPath fields.url then "path:${toString fields.url}" else fields.url)
        else null;
    };
  # What the arguments of `outputs` name is an input, too.
  readInputs = prefix: flake:
    let
      named = without [ "self" ] (mapAttrs (_: _: { }) (functionArgs flake.outputs));
      given = without [ "self" ] (flake.inputs or { });
    in
    mapAttrs (readInput prefix) (named // given);

  # 'inputs.a.inputs.b.url = …' says what b is for a; an outer flake's word counts more.
  overridesIn = at: path: inputs:
    foldl' (acc: id: acc // overridesIn at (path ++ [ id ]) inputs.${id}.inputs // ownOverrides at (path ++ [ id ]) inputs.${id}.inputs)
      { } (attrNames inputs);
  ownOverrides = at: path: inputs:
    listToAttrs (map (id: { name = printed (path ++ [ id ]); value = at // { input = inputs.${id}; }; })
      (filter (id: inputs.${id}.ref != null || inputs.${id}.follows != null) (attrNames inputs)));

  # The inputs of a flake at `path` (from the root): each follows another one, or is a node. `old` is
  # the lock's node that may still hold, `lock` its file; what that follows is below `base`.
  computeInputs = { inputs, path, lock, old, base, parent, trust, overrides, parents }:
    let
      known = overridesIn { inherit parent; from = path; } path inputs // overrides;
      one = id: declared:
        let
          here = path ++ [ id ];
          over = known.${printed here} or null;
          input = if over == null then declared else over.input // { inherit (declared) isFlake; };
          wanted = if input.ref == null then { type = "indirect"; inherit id; } else input.ref;
          spec = old.inputs.${id} or null;
          node = lock.nodes.${spec};
          relativeTo = if over == null then path else over.from;
          relative = isRelative wanted;
          kept = spec != null && !(isFollows spec) && node.original == wanted
            && (if relative then (node.parent or null) == relativeTo else !(node ? parent));
          place = { inherit here known parents; owner = if over == null then parent else over.parent; };
        in
        if input.follows != null then { inherit (input) follows; }
        else if kept then keptNode (place // { inherit lock node base trust; })
        else if pure && !relative && !(isLocked wanted) then throw "cannot update unlocked flake input '${printed here}' in pure mode"
        else if elem wanted parents then throw "found circular import of flake '${printed here}'"
        else newNode (place // { inherit (input) isFlake; inherit wanted; });
    in
    mapAttrs one inputs;

  # As the lock file has it.
  keptNode = { here, known, parents, owner, lock, node, base, trust }:
    let
      specs = node.inputs or { };
      follows = id: { follows = base ++ specs.${id}; inputs = { }; ref = null; isFlake = true; };
      # That the lock says what to follow is only as good as the flake that said so.
      stale = !trust && any (id: isFollows specs.${id} && !(known ? ${printed (here ++ [ id ])})) (attrNames specs);
      asLocked = mapAttrs
        (id: spec:
          if isFollows spec then follows id
          else { ref = lock.nodes.${spec}.original; isFlake = lock.nodes.${spec}.flake or true; follows = null; inputs = { }; })
        specs;
      self = tree {
        at = below owner.outPath node.locked.path;
        from = owner.sourceInfo;
        locked = node.locked;
        fetched = fetchLocked (without [ "dir" ] (node.info or { } // node.locked));
        isFlake = node.flake or true;
        changed = stale;
        children = computeInputs {
          inherit lock parents;
          inputs = if stale then readInputs here self.flake else asLocked;
          path = here;
          old = node;
          inherit base;
          parent = self;
          trust = !stale;
          overrides = known;
        };
        oldInputs = specs;
      };
    in
    self;

  # Not in the lock file: fetched now. Its own lock file says what its inputs are.
  newNode = { here, known, parents, owner, wanted, isFlake }:
    let
      direct = resolve wanted;
      self = tree {
        inherit isFlake;
        at = join owner.outPath (filter isString (split "/" direct.path));
        from = { inherit (owner.sourceInfo) outPath; };
        locked = direct;
        fetched = fetchInput (without [ "dir" ] direct);
        changed = true;
        oldInputs = { };
        children =
          let lock = readLock self.outPath; in
          if !isFlake then { }
          else computeInputs {
            inherit lock;
            inputs = readInputs here self.flake;
            path = here;
            old = lock.nodes.${lock.root};
            base = here;
            parent = self;
            trust = false;
            overrides = known;
            parents = parents ++ [ wanted ];
          };
      };
    in
    self;

  # A relative path is `at`, in the tree that its flake came `from`.
  tree = { at, from, locked, fetched, isFlake, children, changed, oldInputs }:
    let relative = isRelative locked; in
    node {
      inherit isFlake children changed oldInputs;
      sourceInfo = if relative then from else fetched;
      outPath = below (if relative then at else fetched.outPath) (locked.dir or "");
    };

  node = { sourceInfo, outPath, isFlake, children, changed, oldInputs }:
    let
      flake = import (outPath + "/flake.nix");
      inputs = mapAttrs (_: child: (follow child).result) children;
      outputs = flake.outputs (inputs // { self = result; });
      result = outputs // sourceInfo // { inherit outPath inputs outputs sourceInfo; _type = "flake"; };
    in
    {
      inherit sourceInfo outPath children changed oldInputs;
      flake =
        if !(flake ? outputs) then throw "flake '${ref}' lacks attribute 'outputs'"
        else flake;
      result =
        if !isFlake then sourceInfo // { inherit sourceInfo outPath; }
        else assert isFunction flake.outputs; result;
    };

  # The node behind an input; the way to it may lead over other inputs that follow.
  follow = child: if child ? follows then nodeAt child.follows else child;
  nodeAt = path: foldl' (at: id: follow (at.children.${id} or (throw "input '${printed path}' follows a non-existent input"))) root path;

  # Is anything not as the lock file says?
  differs = at:
    at.changed || attrNames at.children != attrNames at.oldInputs
    || any (id: if at.children.${id} ? follows then at.oldInputs.${id} != at.children.${id}.follows else differs at.children.${id})
      (attrNames at.children);

  dir = rootRef.dir or "";
  # What the flake wants to be fetched with, itself.
  plain = tools.root or (fetchInput (without [ "dir" ] rootRef));
  selfAttrs = (import (below plain.outPath dir + "/flake.nix")).inputs.self or { };
  rootInfo =
    if selfAttrs == { } then plain
    else if !(all (name: elem name [ "submodules" "lfs" ]) (attrNames selfAttrs))
    then throw "flake 'self' attribute '${head (attrNames (without [ "submodules" "lfs" ] selfAttrs))}' is not supported"
    else fetchInput (without [ "dir" "narHash" ] rootRef // selfAttrs);
  rootPath = below rootInfo.outPath dir;
  rootLock = readLock rootPath;
  rootOld = rootLock.nodes.${rootLock.root};
  root = node {
    # A tree that would need another lock file is not the commit that it came from.
    sourceInfo = if differs root then without [ "rev" "shortRev" "revCount" ] rootInfo else rootInfo;
    outPath = rootPath;
    isFlake = true;
    changed = false;
    oldInputs = rootOld.inputs or { };
    children = computeInputs {
      inputs = readInputs [ ] root.flake;
      path = [ ];
      lock = rootLock;
      old = rootOld;
      base = [ ];
      parent = root;
      trust = false;
      overrides = { };
      parents = [ rootRef ];
    };
  };
in
if differs root then warn "not writing modified lock file of flake '${ref}'" root.result else root.result
