# What is known of a package besides its bits.
{ lib }:

rec {
  addMetaAttrs = newAttrs: drv:
    if drv ? overrideAttrs then drv.overrideAttrs (old: { meta = (old.meta or { }) // newAttrs; })
    else drv // { meta = (drv.meta or { }) // newAttrs; };
  dontDistribute = addMetaAttrs { hydraPlatforms = [ ]; };
  setName = name: drv: drv // { inherit name; };
  updateName = updater: drv: drv // { name = updater drv.name; };
  appendToName = suffix: updateName (name:
    let x = builtins.parseDrvName name; in "${x.name}-${suffix}-${x.version}");
  mapDerivationAttrset = f: lib.mapAttrs (_: pkg: if lib.isDerivation pkg then f pkg else pkg);
  defaultPriority = 5;
  setPrio = priority: addMetaAttrs { inherit priority; };
  lowPrio = setPrio 10;
  lowPrioSet = mapDerivationAttrset lowPrio;
  hiPrio = setPrio (-10);
  hiPrioSet = mapDerivationAttrset hiPrio;

  # A platform element is a system's name, or a pattern of the platform or of its `parsed`.
  platformMatch = platform: elem:
    if builtins.isString elem then (platform.system or platform) == elem
    else lib.matchAttrs (if elem ? parsed then elem else { parsed = elem; }) platform;
  availableOn = platform: pkg:
    (!(pkg ? meta.platforms) || lib.any (platformMatch platform) pkg.meta.platforms)
    && lib.all (elem: !platformMatch platform elem) (pkg.meta.badPlatforms or [ ]);

  getLicenseFromSpdxId = id:
    let found = lib.filter (l: lib.toLower (l.spdxId or "") == lib.toLower id) (lib.attrValues lib.licenses);
    in if found == [ ] then { shortName = id; } else lib.head found;
  getLicenseFromSpdxIdOr = id: default:
    licensesByLowerId.${lib.toLower id} or default;
  licensesByLowerId = lib.mapAttrs' (id: l: lib.nameValuePair (lib.toLower id) l) licensesSpdx;
  licensesSpdx = lib.listToAttrs (map (l: lib.nameValuePair l.spdxId l)
    (lib.filter (l: l ? spdxId && !(l.deprecated or false)) (lib.attrValues lib.licenses)));

  getExe = x: getExe' x (x.meta.mainProgram or (
    lib.warn "getExe: Package ${lib.strings.escapeNixIdentifier x.meta.name or x.pname or x.name} does not have the meta.mainProgram attribute. Assuming the package name."
      (lib.getName x)));
  getExe' = x: y:
    if builtins.match ".*/.*" y != null
    then throw "lib.meta.getExe': The second argument \"${y}\" is a nested path with a \"/\" character, but it should just be the name of the executable instead."
    else "${lib.getBin x}/bin/${y}";

  # Parts of a name in lists of vulnerabilities (CPE).
  cpeFullVersionWithVendor = vendor: version: { inherit vendor version; update = "*"; };
  tryCPEPatchVersionInUpdateWithVendor = vendor: version:
    let
      pattern = "([0-9]+\\.[0-9]+)\\.([0-9]+)";
      found = builtins.match pattern version;
    in
    if found == null then { success = false; error = "version ${version} is not MAJOR.MINOR.PATCH"; }
    else { success = true; value = { inherit vendor; version = lib.head found; update = lib.last found; }; };
  cpePatchVersionInUpdateWithVendor = vendor: version:
    let tried = tryCPEPatchVersionInUpdateWithVendor vendor version; in
    if tried.success then tried.value else throw "cpePatchVersionInUpdateWithVendor: ${tried.error}";
}
