# Programs that builds ask for. What they read of their own stands beside them, and what else they look for
# in /usr/share, in their inputs' by a hook.
{ platform, groups, default, withShell, withPerl, ... }:

let
  sitePackages = "lib/python3.13/site-packages";
  hook = file: [ "copy" "${file}" "nix-support/setup-hook" ];
in
{
  # Where its modules are is compiled in together with how long that is, so that the environment says it;
  # and the command line where that is not trusted (-T).
  perl = {
    debs = [ "perl" "perl-base" "libperl5.40" "perl-modules-5.40" ];
    deps = [ "bash" ];
    rules =
      let
        folders = "@out@/lib/perl/5.40:@out@/share/perl/5.40";
        tainted = "case $1 in -*T*) set -- -I@out@/lib/perl/5.40 -I@out@/share/perl/5.40 \"$@\" ;; esac";
      in
      [
        [ "drop" "lib/perl-base" ]
        [ "drop" "bin/*-${platform.triplet}" ]
        [ "drop" "bin/perl5.40.1" ]
        [ "trim" "bin/perlbug" ]
        [ "trim" "bin/perlthanks" ]
        [ "trim" "bin/perldoc" ]
        [ "trim" "etc" ]
        [ "sweep" "/etc/perl" "/nix/perl" ]
        [ "sweep" "/usr/local/" "/nix/local/" ]
        [ "config" "lib/perl/5.40.1/Config*.p[lm]" ]
        [ "wrap" "bin/perl" "case :$PERL5LIB: in\\n*:${folders}:*) ;;\\n*) export PERL5LIB=\${PERL5LIB:+$PERL5LIB:}${folders} ;;\\nesac\\n${tainted}" ]
      ];
  };

  # It finds its modules from where it lies.
  cmake = withShell {
    debs = [ "cmake" "cmake-data" ];
    rules = [ [ "trim" "share/cmake" ] [ "trim" "share/perl5" ] (hook ../hooks/cmake.sh) ];
  };
  ninja = { debs = [ "ninja-build" ]; rules = [ (hook ../hooks/ninja.sh) ]; };
  meson = {
    debs = [ "meson" ];
    deps = [ "bash" "ninja" "python313" ];
    rules = [
      [ "layout" "usr/lib/python3/dist-packages" sitePackages ]
      [ "drop" "share/meson" ]
      [ "trim" "share/polkit-1" ]
      [ "replace" "bin/meson" "import sys\\n" "import sys\\nsys.path.insert(1, '@out@/${sitePackages}')\\n" ]
      [ "compile" "${groups.python313}/bin/python3.13" sitePackages ]
      [ "wrap" "bin/meson" "export PATH=$PATH:${groups.ninja}/bin" ]
      (hook ../hooks/meson.sh)
    ];
  };
  pkgconf = withShell { debs = [ "pkgconf" "pkgconf-bin" "pkg-config" ]; rules = [ (hook ../hooks/pkg-config.sh) ]; };

  autotools-dev = withShell { debs = [ "autotools-dev" ]; rules = [ [ "drop" "bin/dh_*" ] ]; };
  autoconf = withPerl {
    debs = [ "autoconf" ];
    rules = [
      [ "trim" "etc" ]
      [ "config" "bin/*" ]
      [ "config" "share/autoconf/*" ]
      [ "config" "share/autoconf/Autom4te/*" ]
    ];
  };
  automake = withPerl {
    debs = [ "automake" ];
    deps = [ "autoconf" "autotools-dev" "gnumake" ];
    rules = [
      [ "link" "bin/aclocal" "aclocal-1.17" ]
      [ "link" "bin/automake" "automake-1.17" ]
      # Macros of other packages are found through ACLOCAL_PATH.
      [ "write" "share/aclocal/README" "" ]
      [ "config" "bin/*" ]
      [ "config" "share/automake-1.17/Automake/*" ]
      (hook ../hooks/aclocal.sh)
    ];
  };
  libtool = withPerl {
    debs = [ "libtool" "libtool-bin" ];
    deps = [ "autotools-dev" "coreutils" "gnugrep" "gnused" "m4" ];
    rules = [
      [ "config" "bin/*" ]
      [ "replace" "bin/libtoolize" "func_find_tool M4 gm4 gnum4 m4" "M4=${groups.m4}/bin/m4" ]
    ];
  };
  gettext = withPerl {
    debs = [ "gettext" "gettext-base" "autopoint" ];
    rules = [
      [ "config" "bin/*" ]
      [ "config" "lib/gettext/*" ]
      [ "trim" "share/emacs" ]
      [ "wrap" "bin/msgfmt" (default "GETTEXTDATADIR" "@out@/share/gettext") ]
      [ "wrap" "bin/xgettext" (default "GETTEXTDATADIR" "@out@/share/gettext") ]
    ];
  };
  m4.debs = [ "m4" ];
  flex = withShell { debs = [ "flex" ]; rules = [ [ "wrap" "bin/flex" (default "M4" "${groups.m4}/bin/m4") ] ]; };
  bison = withShell {
    debs = [ "bison" ];
    rules = [
      [ "config" "bin/bison.yacc" ]
      [ "link" "bin/yacc" "bison.yacc" ]
      [ "wrap" "bin/bison" "${default "BISON_PKGDATADIR" "@out@/share/bison"}\\n${default "M4" "${groups.m4}/bin/m4"}" ]
    ];
  };
  swig = withShell {
    debs = [ "swig" ];
    rules = [ [ "wrap" "bin/swig" (default "SWIG_LIB" "@out@/share/swig/4.3.0") ] ];
  };
}
