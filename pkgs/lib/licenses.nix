# Licences under nixpkgs' names. `free` is what recipes and the unfree check ask for.
{ lib }:

let
  mk = name: { spdxId ? null, fullName ? name, free ? true, redistributable ? free, deprecated ? false, url ? null }:
    { shortName = name; inherit fullName free redistributable deprecated; }
    // lib.optionalAttrs (spdxId != null) { inherit spdxId; url = "https://spdx.org/licenses/${spdxId}.html"; }
    // lib.optionalAttrs (url != null) { inherit url; };
  spdx = spdxId: fullName: { inherit spdxId fullName; };
in
lib.mapAttrs mk {
  afl3 = spdx "AFL-3.0" "Academic Free License v3.0";
  agpl3Only = spdx "AGPL-3.0-only" "GNU Affero General Public License v3.0 only";
  agpl3Plus = spdx "AGPL-3.0-or-later" "GNU Affero General Public License v3.0 or later";
  agpl3 = spdx "AGPL-3.0" "GNU Affero General Public License v3.0" // { deprecated = true; };
  artistic2 = spdx "Artistic-2.0" "Artistic License 2.0";
  asl20 = spdx "Apache-2.0" "Apache License 2.0";
  bsd0 = spdx "0BSD" "BSD Zero Clause License";
  bsd2 = spdx "BSD-2-Clause" "BSD 2-clause \"Simplified\" License";
  bsd2Patent = spdx "BSD-2-Clause-Patent" "BSD-2-Clause Plus Patent License";
  bsd3 = spdx "BSD-3-Clause" "BSD 3-clause \"New\" or \"Revised\" License";
  bsd3Clear = spdx "BSD-3-Clause-Clear" "BSD 3-Clause Clear License";
  bsdOriginal = spdx "BSD-4-Clause" "BSD 4-clause \"Original\" or \"Old\" License";
  boost = spdx "BSL-1.0" "Boost Software License 1.0";
  bsl11 = { spdxId = "BUSL-1.1"; fullName = "Business Source License 1.1"; free = false; redistributable = true; };
  bzip2 = spdx "bzip2-1.0.6" "bzip2 and libbzip2 License v1.0.6";
  cc-by-10 = spdx "CC-BY-1.0" "Creative Commons Attribution 1.0";
  cc-by-30 = spdx "CC-BY-3.0" "Creative Commons Attribution 3.0";
  cc-by-40 = spdx "CC-BY-4.0" "Creative Commons Attribution 4.0";
  cc-by-sa-30 = spdx "CC-BY-SA-3.0" "Creative Commons Attribution Share Alike 3.0";
  cc-by-sa-40 = spdx "CC-BY-SA-4.0" "Creative Commons Attribution Share Alike 4.0";
  cc-by-nc-40 = spdx "CC-BY-NC-4.0" "Creative Commons Attribution Non Commercial 4.0 International" // { free = false; redistributable = true; };
  cc-by-nc-sa-40 = spdx "CC-BY-NC-SA-4.0" "Creative Commons Attribution Non Commercial Share Alike 4.0" // { free = false; redistributable = true; };
  cc0 = spdx "CC0-1.0" "Creative Commons Zero v1.0 Universal";
  curl = spdx "curl" "curl License";
  epl20 = spdx "EPL-2.0" "Eclipse Public License 2.0";
  eupl12 = spdx "EUPL-1.2" "European Union Public License 1.2";
  free = { fullName = "Unspecified free software license"; };
  fdl13Plus = spdx "GFDL-1.3-or-later" "GNU Free Documentation License v1.3 or later";
  gpl2 = spdx "GPL-2.0" "GNU General Public License v2.0" // { deprecated = true; };
  gpl2Only = spdx "GPL-2.0-only" "GNU General Public License v2.0 only";
  gpl2Plus = spdx "GPL-2.0-or-later" "GNU General Public License v2.0 or later";
  gpl3 = spdx "GPL-3.0" "GNU General Public License v3.0" // { deprecated = true; };
  gpl3Only = spdx "GPL-3.0-only" "GNU General Public License v3.0 only";
  gpl3Plus = spdx "GPL-3.0-or-later" "GNU General Public License v3.0 or later";
  hpnd = spdx "HPND" "Historic Permission Notice and Disclaimer";
  ijg = spdx "IJG" "Independent JPEG Group License";
  isc = spdx "ISC" "ISC License";
  lgpl21 = spdx "LGPL-2.1" "GNU Lesser General Public License v2.1" // { deprecated = true; };
  lgpl21Only = spdx "LGPL-2.1-only" "GNU Lesser General Public License v2.1 only";
  lgpl21Plus = spdx "LGPL-2.1-or-later" "GNU Lesser General Public License v2.1 or later";
  lgpl2Plus = spdx "LGPL-2.0-or-later" "GNU Library General Public License v2 or later";
  lgpl3 = spdx "LGPL-3.0" "GNU Lesser General Public License v3.0" // { deprecated = true; };
  lgpl3Only = spdx "LGPL-3.0-only" "GNU Lesser General Public License v3.0 only";
  lgpl3Plus = spdx "LGPL-3.0-or-later" "GNU Lesser General Public License v3.0 or later";
  libpng = spdx "Libpng" "libpng License";
  libpng2 = spdx "libpng-2.0" "PNG Reference Library version 2";
  mit = spdx "MIT" "MIT License";
  mit0 = spdx "MIT-0" "MIT No Attribution";
  mpl11 = spdx "MPL-1.1" "Mozilla Public License 1.1";
  mpl20 = spdx "MPL-2.0" "Mozilla Public License 2.0";
  ncsa = spdx "NCSA" "University of Illinois/NCSA Open Source License";
  ofl = spdx "OFL-1.1" "SIL Open Font License 1.1";
  openrail = { fullName = "Open RAIL"; free = false; redistributable = true; };
  openssl = spdx "OpenSSL" "OpenSSL License";
  osl3 = spdx "OSL-3.0" "Open Software License 3.0";
  psfl = spdx "Python-2.0" "Python Software Foundation License version 2";
  publicDomain = { fullName = "Public Domain"; };
  sspl = spdx "SSPL-1.0" "Server Side Public License" // { free = false; redistributable = true; };
  tcltk = spdx "TCL" "Tcl/Tk license";
  unfree = { fullName = "Unfree"; free = false; };
  unfreeRedistributable = { fullName = "Unfree redistributable"; free = false; redistributable = true; };
  unlicense = spdx "Unlicense" "The Unlicense";
  upl = spdx "UPL-1.0" "Universal Permissive License";
  wtfpl = spdx "WTFPL" "Do What The F*ck You Want To Public License";
  x11 = spdx "X11" "X11 License";
  zlib = spdx "Zlib" "zlib License";
  zpl21 = spdx "ZPL-2.1" "Zope Public License 2.1";
  nvidiaCuda = { fullName = "CUDA EULA"; free = false; url = "https://docs.nvidia.com/cuda/eula/index.html"; };
}
