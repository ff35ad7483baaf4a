# Python, with what its environments are made of.
{ lib, fetch, platform, packages, groups, ... }:

let
  inherit (platform) triplet;
  python = "lib/python3.13";
  sitePackages = "${python}/site-packages";
  # What ensurepip puts into a venv.
  pipVersion = "25.1.1";
  pipWheel = fetch {
    url = "mirror://pypi/pip/pip-${pipVersion}-py3-none-any.whl";
    sha256 = "2913a38a2abf4ea6b64ab507bd9e967f3b53dc1ede74b01b0931e1ce548751af";
  };
in
{
  # Debian's python as an ordinary one: site-packages instead of dist-packages (also in the frozen
  # `site`), no /usr/local, a wheel for ensurepip, and sysconfig that speaks of this store path and of
  # whatever `gcc` is on PATH. libstdc++, libgcc_s and libz are loaded by the executable itself, so
  # that a foreign wheel in a venv finds them.
  python313 = {
    pname = "python3";
    debs = [
      "python3.13" "python3.13-minimal" "python3.13-venv" "libpython3.13" "libpython3.13-dev"
      "libpython3.13-minimal" "libpython3.13-stdlib"
    ];
    deps = [ "cacert" "gcc-libs" "openssl" "bash" ];
    rules =
      let
        sysconfigdata = "${python}/_sysconfigdata__linux_${triplet}.py";
        config = "${python}/config-3.13-${triplet}";
      in
      [
        [ "layout" "usr/lib/python3/dist-packages" sitePackages ]
        [ "drop" "etc/python3.13" ]
        [ "drop" "${python}/EXTERNALLY-MANAGED" ]
        [ "drop" "${python}/_distutils_system_mod.py" ]
        [ "drop" "${python}/_sysconfigdata__${triplet}.py" ]
        [ "drop" "${python}/sitecustomize.py" ]
        [ "drop" "${config}/*.a" ]
        [ "drop" "${config}/*.o" ]
        [ "drop" "${config}/config.c*" ]
        [ "drop" "${config}/Setup*" ]
        [ "drop" "lib/libpython3.13.a" ]
        [ "trim" "src" ]
        [ "move" "include/${triplet}/python3.13/pyconfig.h" "include/python3.13/pyconfig.h" ]
        [ "trim" "include/${triplet}" ]
        [ "move" "bin/${triplet}-python3.13-config" "bin/python3.13-config" ]
        [ "link" "bin/python3" "python3.13" ]
        [ "link" "bin/python" "python3.13" ]
        [ "link" "bin/python3-config" "python3.13-config" ]
        [ "link" "bin/pydoc3" "pydoc3.13" ]

        [ "bytes" "bin/python3.13" "dist-packages" "site-packages" "4" ]
        [ "bytes" "lib/libpython3.13.so.1.0" "dist-packages" "site-packages" "4" ]
        [ "replace" "${python}/site.py" "dist-packages" "site-packages" ]
        [ "replace" "${python}/sysconfig/__init__.py" "prefix_scheme = 'posix_local'" "prefix_scheme = 'posix_prefix'" ]
        [ "replace" "${python}/sysconfig/__init__.py" "prefix_scheme = 'deb_system'" "prefix_scheme = 'posix_prefix'" ]
        [ "replace" "${python}/ensurepip/__init__.py" "    _ensurepip_is_disabled_in_debian_for_system()\\n" "" ]

        # The compiler is the one on PATH, whatever its triplet.
        [ "replace" sysconfigdata "${triplet}-gcc-" "gcc-" ]
        [ "replace" sysconfigdata "${triplet}-" "" ]
        [ "replace" sysconfigdata "/usr/share/zoneinfo:/usr/lib/zoneinfo:/usr/share/lib/zoneinfo:/etc/zoneinfo"
          "${groups.tzdata}/share/zoneinfo" ]
        [ "replace" sysconfigdata "/usr/bin/install" "install" ]
        [ "replace" sysconfigdata "/usr/lib/${triplet}" "@out@/lib" ]
        [ "replace" sysconfigdata "'/usr" "'@out@" ]
        [ "replace" sysconfigdata "=/usr" "=@out@" ]
        [ "replace" sysconfigdata " /usr" " @out@" ]
        [ "replace" "${config}/Makefile" "/usr/lib/${triplet}" "@out@/lib" ]
        [ "replace" "${config}/Makefile" "/usr" "@out@" ]
        [ "replace" "bin/python3.13-config" "/usr/lib/${triplet}" "@out@/lib" ]
        [ "replace" "bin/python3.13-config" "\"/usr\"" "\"@out@\"" ]
        [ "replace" "${python}/gettext.py" "/usr/share/locale-langpack" "@out@/share/locale-langpack" ]

        [ "copy" "${pipWheel}" "share/python-wheels/pip-${pipVersion}-py3-none-any.whl" ]
        [ "copy" "${../python/sitecustomize.py}" "${python}/sitecustomize.py" ]
        [ "replace" "${python}/sitecustomize.py" "@cacert@" "${groups.cacert}" ]
        [ "replace" "${python}/sitecustomize.py" "@glibc@" "${groups.glibc}" ]
        [ "replace" "${python}/sitecustomize.py" "@openssl@" "${groups.openssl}" ]
        [ "replace" "${python}/sitecustomize.py" "@tzdata@" "${groups.tzdata}" ]
        [ "copy" "${../python/kiln_libraries.py}" "${python}/kiln_libraries.py" ]
        [ "replace" "${python}/kiln_libraries.py" "@folders@"
          (lib.concatMapStringsSep ":" (p: "${p}/lib") [
            packages.libc6 packages."libstdc++6" packages.zlib1g packages.libssl3t64 packages.libsqlite3-0
            packages.libffi8 packages.liblzma5 packages."libbz2-1.0" packages.libncursesw6
            packages.libreadline8t64 packages.libuuid1 packages.libexpat1
          ]) ]
        [ "replace" "${python}/ctypes/util.py"
          "            return _findSoname_ldconfig(name) or \\\\\\n                   _get_soname(_findLib_gcc(name)) or _get_soname(_findLib_ld(name))"
          "            import kiln_libraries\\n            return kiln_libraries.find(name)" ]

        [ "needed" "bin/python3.13" "libstdc++.so.6" ]
        [ "needed" "bin/python3.13" "libgcc_s.so.1" ]
        [ "needed" "bin/python3.13" "libz.so.1" ]
        # Stubs that wheels for older systems still name.
        [ "needed" "bin/python3.13" "libdl.so.2" ]
        [ "needed" "bin/python3.13" "libpthread.so.0" ]
        [ "needed" "bin/python3.13" "librt.so.1" ]
        [ "needed" "bin/python3.13" "libutil.so.1" ]
        [ "rpath" "bin/python3.13" ]
        [ "compile" "@out@/bin/python3.13" python ]
      ];
    passthru = { pythonVersion = "3.13"; sitePackages = sitePackages; };
  };
}
