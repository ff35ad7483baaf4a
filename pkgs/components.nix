# What is known of packages and no store path holds, for lists of components (kiln sbom, kiln audit): JSON.
let
  inherit (builtins) attrNames attrValues concatMap concatStringsSep filter fromJSON groupBy isAttrs isList isString listToAttrs
    mapAttrs readFile toJSON unsafeDiscardStringContext;
  lib = import ./lib;
  facts = import ./debian/facts.nix { inherit lib; };
  about = (fromJSON (readFile ./debian/about.json)).packages;
  lock = fromJSON (readFile ./debian/lock.json);

  known = filter (x: x != "");
  text = x: if isString x then x else "";
  listed = x: if isList x then x else [ x ];
  # An SPDX expression where all of them have a name there.
  licenseOf = l:
    if isString l then l
    else if isAttrs l then text (l.spdxId or l.fullName or l.shortName or "")
    else "";
  licenses = l: let all = known (map licenseOf (listed l)); in concatStringsSep " AND " all;

  row = name: entry:
    let
      source = entry.source or name;
      said = facts { inherit source; pname = name; };
    in
    {
      inherit name source;
      value = {
        inherit source;
        inherit (entry) version;
        file = baseNameOf entry.file;
        license = licenses (said.license or [ ]);
        description = about.${name}.description or "";
        homepage = said.homepage or about.${name}.homepage or "";
      };
    };
  rows = concatMap (packages: attrValues (mapAttrs row packages)) (attrValues lock.architectures);
in
{
  # Debian's packages by name, of every architecture.
  debian = toJSON (mapAttrs (_: map (r: r.value)) (groupBy (r: r.name) rows));

  # What a recipe makes, by store path; "{}" of what is no package.
  made = v:
    let meta = v.meta or { }; in
    toJSON (if !isAttrs v || v.type or "" != "derivation" then { } else listToAttrs (map
      (output: {
        name = unsafeDiscardStringContext (v.${output} or v).outPath;
        value = {
          name = text (v.pname or v.name or "");
          version = text (v.version or "");
          license = licenses (meta.license or [ ]);
          description = text (meta.description or "");
          purl = text (meta.identifiers.purl or "");
          homepage = let h = listed (meta.homepage or ""); in if h == [ ] then "" else text (builtins.head h);
        };
      })
      (v.outputs or [ "out" ])));
}
