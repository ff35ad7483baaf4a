# Groups of Debian packages that need more than unpacking. A group:
#
#	debs	 Debian names; the first gives the version
#	deps	 groups beyond those that its packages depend on
#	folders	 folders with libraries, beside lib, in which groups depending on it find some
#	rules	 what to do, in this order:
#
# A rule is a list of words; file names are relative to the output, FILE* are globs in which '*' does
# not match '/'. In texts \n \t \\ \0 are escapes, and @out@ is the output.
#
#	layout FROM TO		  where Debian's folder FROM (as "usr/lib/python3") goes
#	drop FILE*		  removes; something must match
#	trim FILE*		  removes what is there
#	move FROM TO		  FROM must be there
#	link FILE TARGET	  makes a symlink with this text
#	copy SOURCE FILE	  a file from the store
#	concat FILE FILE*	  all that match, by name, into one
#	replace FILE* OLD NEW	  every occurrence in a text; each file must have one
#	bytes FILE OLD NEW COUNT  in a binary, at the same length, exactly COUNT times
#	sweep FROM TO		  in every ELF object, strings that begin with FROM, at the same length
#	untouched FILE*		  ELF objects that patchelf must leave alone
#	needed FILE SONAME	  one more NEEDED
#	search FILE* FOLDER	  one more folder in RUNPATH, for what an object opens itself
#	rpath FILE*		  DT_RPATH instead of RUNPATH: it also holds for what the object loads
#	missing SONAME		  a NEEDED that nothing here provides, on purpose
#	dangling FILE*		  a symlink that points nowhere is left out instead of an error
#	compile PYTHON FOLDER*	  bytecode beside every .py, by that interpreter
{ lib, fetch, platform, packages, groups }:

let
  inherit (platform) triplet loader;

  # A path compiled into a binary, sent to where nothing is: /nix holds store and var only, and /usr,
  # /etc and /lib are exactly as long.
  away = file: path: count:
    let rest = builtins.match "/(usr|etc|lib)/(.*)" path; in
    [ "bytes" file path "/nix/${builtins.elemAt rest 1}" (toString count) ];

  python = "lib/python3.13";
  sitePackages = "${python}/site-packages";
  torchLib = "${sitePackages}/torch/lib";
  pythonSlot = debs: extra: extra // {
    inherit debs;
    rules = [ [ "layout" "usr/lib/python3/dist-packages" sitePackages ] ] ++ extra.rules or [ ]
      ++ [ [ "compile" "${groups.python313}/bin/python3.13" sitePackages ] ];
  };
  # What ensurepip puts into a venv.
  pipVersion = "25.1.1";
  pipWheel = fetch {
    url = "mirror://pypi/pip/pip-${pipVersion}-py3-none-any.whl";
    sha256 = "2913a38a2abf4ea6b64ab507bd9e967f3b53dc1ede74b01b0931e1ce548751af";
  };
  # Scripts that ask for a shell get ours.
  withShell = group: group // { deps = group.deps or [ ] ++ [ "bash" ]; };
in
{
  # With libgcc_s, which libc opens to end threads. Its libraries load each other through libc and
  # the loader, which every program has loaded by then; they need no RUNPATH.
  glibc = {
    debs = [ "libc6" "gcc-14-base" "libc-bin" "libgcc-s1" ];
    rules = [
      [ "untouched" "lib/*" ]
      # They want a shell, which wants a glibc; the cache is not read.
      [ "drop" "bin/ldd" ]
      [ "drop" "bin/tzselect" ]
      [ "drop" "bin/ldconfig" ]
      [ "trim" "share/libc-bin" ]
      # The loader's default folders, and as they are kept for a program without a cache.
      [ "bytes" "lib/${loader}" "/lib/${triplet}/\\0/usr/lib/${triplet}/\\0/lib/\\0/usr/lib/\\0"
        "/nix/${triplet}/\\0/nix/lib/${triplet}/\\0/nix/\\0/nix/lib/\\0" "2" ]
      (away "lib/${loader}" "/etc/ld.so.cache" 2)
      (away "lib/${loader}" "/etc/ld.so.preload" 1)
      (away "lib/libc.so.6" "/usr/lib/${triplet}/gconv" 2)
      (away "lib/libc.so.6" "/usr/lib/locale" 2)
      (away "lib/libc.so.6" "/usr/share/zoneinfo" 1)
      (away "lib/libc.so.6" "/usr/share/locale" 10)
    ];
  };

  gcc-libs = { pname = "gcc-libs"; debs = [ "libstdc++6" "libgomp1" "libatomic1" ]; };

  bash = {
    debs = [ "bash" ];
    rules = [ [ "link" "bin/sh" "bash" ] [ "drop" "bin/bashbug" ] [ "trim" "share/debianutils" ] [ "trim" "etc/bash.bashrc" ] ];
  };
  coreutils.debs = [ "coreutils" ];
  findutils.debs = [ "findutils" ];
  gnused = { debs = [ "sed" ]; };
  gnugrep = withShell { debs = [ "grep" ]; rules = [ [ "replace" "bin/[efr]grep" "exec grep" "exec @out@/bin/grep" ] ]; };
  gawk = withShell { debs = [ "gawk" ]; rules = [ [ "link" "bin/awk" "gawk" ] [ "drop" "bin/gawkbug" ] [ "trim" "etc" ] ]; };
  gnutar = withShell {
    debs = [ "tar" ];
    rules = [ [ "drop" "etc/rmt" ] [ "drop" "bin/rmt-tar" ] [ "trim" "lib/mime" ] ];
  };
  gzip = withShell { debs = [ "gzip" ]; rules = [ [ "replace" "bin/z[ef]grep" "exec zgrep" "exec @out@/bin/zgrep" ] ]; };
  bzip2 = withShell { debs = [ "bzip2" "libbz2-1.0" ]; };
  xz = withShell { debs = [ "xz-utils" "liblzma5" ]; };
  diffutils.debs = [ "diffutils" ];
  patch = { pname = "gnupatch"; debs = [ "patch" ]; };
  gnumake = { debs = [ "make" ]; rules = [ [ "drop" "bin/make-first-existing-target" ] ]; };
  patchelf.debs = [ "patchelf" ];
  busyboxStatic = {
    pname = "busybox-static";
    debs = [ "busybox-static" ];
    rules = [ [ "link" "bin/sh" "busybox" ] ];
  };

  zlib.debs = [ "zlib1g" ];
  zstd.debs = [ "libzstd1" ];
  expat.debs = [ "libexpat1" ];
  libffi.debs = [ "libffi8" ];
  sqlite.debs = [ "libsqlite3-0" ];
  readline.debs = [ "libreadline8t64" ];
  libuuid.debs = [ "libuuid1" ];
  ncurses = {
    debs = [ "libncursesw6" "libtinfo6" "ncurses-base" ];
    rules = [
      [ "trim" "etc" ]
      [ "bytes" "lib/libtinfo.so.6.5" "/etc/terminfo:/lib/terminfo:/usr/share/terminfo\\0"
        "/nix/terminfo:/nix/terminfo:/nix/share/terminfo\\0" "1" ]
      (away "lib/libtinfo.so.6.5" "/etc/terminfo" 1)
    ];
  };
  openssl = {
    debs = [ "libssl3t64" "openssl-provider-legacy" ];
    rules = [
      [ "drop" "lib/engines-3" ]
      [ "bytes" "lib/libcrypto.so.3" "/usr/lib/ssl" "/nix/lib/ssl" "6" ]
      (away "lib/libcrypto.so.3" "/usr/lib/${triplet}/ossl-modules" 2)
      (away "lib/libcrypto.so.3" "/usr/lib/${triplet}/engines-3" 2)
    ];
  };

  # One bundle, by certificate name, as update-ca-certificates would make it.
  cacert = {
    pname = "nss-cacert";
    debs = [ "ca-certificates" ];
    rules = [
      [ "concat" "etc/ssl/certs/ca-bundle.crt" "share/ca-certificates/mozilla/*.crt" ]
      [ "link" "etc/ssl/certs/ca-certificates.crt" "ca-bundle.crt" ]
      [ "drop" "share/ca-certificates" ]
      [ "drop" "bin/update-ca-certificates" ]
      [ "trim" "etc/ca-certificates" ]
    ];
  };
  tzdata = {
    debs = [ "tzdata" "tzdata-legacy" ];
    rules = [ [ "drop" "share/zoneinfo/localtime" ] [ "trim" "share/zoneinfo/right" ] ];
  };

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
        [ "copy" "${./python/sitecustomize.py}" "${python}/sitecustomize.py" ]
        [ "replace" "${python}/sitecustomize.py" "@cacert@" "${groups.cacert}" ]
        [ "replace" "${python}/sitecustomize.py" "@glibc@" "${groups.glibc}" ]
        [ "replace" "${python}/sitecustomize.py" "@openssl@" "${groups.openssl}" ]
        [ "replace" "${python}/sitecustomize.py" "@tzdata@" "${groups.tzdata}" ]
        [ "copy" "${./python/kiln_libraries.py}" "${python}/kiln_libraries.py" ]
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

  # The cpu filling of the slots: only the slots' own files. What torch imports of Python (numpy,
  # sympy, …) comes from the Python lock.
  torchCpu = pythonSlot [ "python3-torch" "libtorch2.6" ] {
    pname = "torch-cpu";
    deps = [ "libopenblas0-openmp" ];
    folders = [ torchLib ];
    rules = [
      # Debian's two packages become one tree, as upstream has it.
      [ "layout" "usr/lib/${triplet}" torchLib ]
      [ "drop" "${sitePackages}/torch/bin/*Test" ]
      [ "drop" "${sitePackages}/torch/bin/test_*" ]
      [ "drop" "${sitePackages}/torch/bin/tutorial_*" ]
      [ "drop" "${sitePackages}/torch/bin/*_test" ]
      # Headers come with no package of the set.
      [ "drop" "${sitePackages}/torch/include" ]
      [ "trim" "${sitePackages}/torch/test" ]
    ];
    passthru = { pythonModule = true; slot = "torch"; };
  };
  torchvisionCpu = pythonSlot [ "python3-torchvision" ] {
    pname = "torchvision-cpu";
    rules = [ [ "drop" "${sitePackages}/torchvision/video_reader.*.so" ] ];
    passthru = { pythonModule = true; slot = "torchvision"; };
  };
  torchaudioCpu = pythonSlot [ "python3-torchaudio" ] {
    pname = "torchaudio-cpu";
    passthru = { pythonModule = true; slot = "torchaudio"; };
  };

  # Alternatives, decided: OpenBLAS on the OpenMP threads that torch itself uses.
  libopenblas0-openmp = {
    pname = "openblas";
    debs = [ "libopenblas0-openmp" ];
    rules = [ [ "layout" "usr/lib/${triplet}/openblas-openmp" "lib" ] ];
  };
  libnl-route-3-200 = { debs = [ "libnl-route-3-200" ]; rules = [ (away "lib/libnl-route-3.so.200.26.0" "/etc/libnl" 1) ]; };
  # The compiled magic is left out of the lock: sox tells formats by name then.
  libmagic1t64 = { debs = [ "libmagic1t64" ]; rules = [ [ "trim" "etc" ] [ "dangling" "share/misc/magic" ] ]; };
  # Device back ends whose libraries are left out of the lock.
  libucx0 = {
    debs = [ "libucx0" ];
    rules = [
      [ "trim" "lib/ucx/*rocm*" ] [ "trim" "lib/ucx/*perftest*" ] [ "trim" "lib/ucx/*fuse*" ]
      [ "trim" "lib/ucx/*_ib*" ] [ "trim" "lib/ucx/*rdmacm*" ] [ "trim" "bin" ] [ "trim" "etc" ]
      (away "lib/libucs.so.0.0.0" "/etc/ucx" 2)
    ];
  };
}
