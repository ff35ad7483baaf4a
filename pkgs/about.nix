# What people are told of a package (kiln search, kiln show): texts, "" for what it does not say. It takes
# a value of any set, a nixpkgs too, and reads nothing of it that must be fetched or built.
v:
let
  inherit (builtins) concatStringsSep elemAt filter head isAttrs isList isString length match;

  meta = v.meta or { };
  text = x: if isString x then x else "";
  listed = x: if isList x then x else [ x ];
  or' = a: b: if a != "" then a else b;

  licenseOf = l:
    if isString l then l
    else if isAttrs l then or' (text (l.spdxId or "")) (or' (text (l.shortName or "")) (text (l.fullName or "")))
    else "";

  # Of mirror://pypi/PROJECT/FILE the file.
  pypiFile = url: let m = match "mirror://pypi/[^/]*/([^/?#]*)" url; in if m == null then "" else head m;
  src = v.src or null;
  url =
    if !isAttrs src then ""
    else if isString (src.url or null) then src.url
    else if isList (src.urls or null) && src.urls != [ ] then text (head src.urls)
    else "";

  debian =
    let names = v.debianPackages or [ ]; in
    if length names > 1 then "Debian ${concatStringsSep ", " names} ${v.debianVersion}"
    else "Debian ${head names} ${v.debianVersion}";
  position = text (meta.position or "");
in
if !isAttrs v then { kind = ""; }
else if v.isSlot or false then {
  kind = "slot";
  name = text (v.pname or v.name or "");
  version = text (v.version or "");
  description = or' (text (meta.description or "")) "a slot: no package holds it, the environment fills it when a program starts";
  origin = "a slot, filled when a program starts (kiln run --slot)";
  homepage = text (meta.homepage or "");
  license = "";
  platforms = "";
  outputs = "";
  inherit position;
}
else if v.type or "" != "derivation" then { kind = if v.recurseForDerivations or false then "set" else ""; }
else {
  kind = "package";
  name = text (v.pname or (builtins.parseDrvName v.name).name);
  version = text (v.version or (builtins.parseDrvName v.name).version);
  description = text (meta.description or "");
  homepage = text (let h = meta.homepage or ""; in if isList h && h != [ ] then head h else h);
  license = concatStringsSep ", " (filter (x: x != "") (map licenseOf (listed (meta.license or [ ]))));
  platforms = concatStringsSep " " (filter isString (listed (meta.platforms or [ ])));
  outputs = concatStringsSep " " (v.outputs or [ "out" ]);
  origin =
    if v ? debianVersion && (v.debianPackages or [ ]) != [ ] then debian
    else if pypiFile url != "" then "PyPI ${pypiFile url}"
    else "built here";
  inherit position;
}
