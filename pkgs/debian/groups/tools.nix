# The programs that every build finds on its PATH.
{ withShell, ... }:

{
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
  # Its programs in C alone: the others are scripts around them, for people.
  patchutils = {
    debs = [ "patchutils" ];
    rules = map (name: [ "drop" "bin/${name}" ]) [
      "dehtmldiff" "editdiff" "espdiff" "fixcvsdiff" "gitdiff" "gitdiffview" "recountdiff" "splitdiff" "svndiff"
      "svndiffview" "unwrapdiff"
    ];
  };
  busyboxStatic = {
    pname = "busybox-static";
    debs = [ "busybox-static" ];
    rules = [ [ "link" "bin/sh" "busybox" ] ];
  };
}
