# Programs that recipes and people call.
{ lib, locked, groups, default, withShell, withPerl, ... }:

let
  certificates = "${groups.cacert}/etc/ssl/certs/ca-bundle.crt";
  scripts = names: lib.genAttrs names (name: withShell { debs = [ name ]; });
in
scripts [ "libpam-modules-bin" ]
// {
  unzip = withShell { debs = [ "unzip" ]; rules = [ [ "copy" "${../hooks/unzip.sh}" "nix-support/setup-hook" ] ]; };
  openssl-bin = withPerl {
    pname = "openssl";
    debs = [ "openssl" ]; rules = [ [ "trim" "etc" ] [ "trim" "lib/ssl" ] ]; };
  zstd-bin = withShell { pname = "zstd"; debs = [ "zstd" ]; };
  sqlite-bin = { pname = "sqlite"; debs = [ "sqlite3" ]; };
  # As one, which they are elsewhere.
  util-linux.debs = [ "util-linux" "mount" "bsdextrautils" "uuid-runtime" ];
  which = { debs = [ "gnu-which" ]; rules = [ [ "link" "bin/which" "which.gnu" ] ]; };
  less = withShell { debs = [ "less" ]; rules = [ [ "sweep" "/etc/sysless" "/nix/sysless" ] [ "sweep" "/usr/bin/" "/nix/bin/" ] ]; };

  # Its commands and templates are beside it.
  git = withPerl {
    debs = [ "git" "liberror-perl" ];
    deps = [ "cacert" "openssh-client" ];
    rules = [
      [ "trim" "etc" ]
      [ "trim" "share/git-core/contrib" ]
      [ "trim" "share/gitweb" ]
      [ "trim" "lib/git-core/git-instaweb" ]
      [ "trim" "share/doc/git/contrib" ]
      [ "config" "lib/git-core/*" ]
      [ "wrap" "bin/git" (lib.concatStringsSep "\\n" [
        (default "GIT_EXEC_PATH" "@out@/lib/git-core")
        (default "GIT_TEMPLATE_DIR" "@out@/share/git-core/templates")
        (default "GITPERLLIB" "@out@/share/perl5")
        (default "GIT_SSL_CAINFO" "\${SSL_CERT_FILE-${certificates}}")
        "export PATH=$PATH:${groups.openssh-client}/bin"
      ]) ]
    ];
  };
  curl = withShell {
    debs = [ "curl" ];
    deps = [ "cacert" ];
    rules = [ [ "wrap" "bin/curl" (default "SSL_CERT_FILE" certificates) ] [ "config" "bin/wcurl" ] ];
  };
  # GnuTLS reads no environment.
  wget = withShell {
    debs = [ "wget" ];
    deps = [ "cacert" ];
    rules = [
      [ "trim" "etc" ]
      [ "write" "etc/wgetrc" "ca_certificate = ${certificates}\\nca_directory = ${dirOf certificates}\\n" ]
      [ "wrap" "bin/wget" (default "SYSTEM_WGETRC" "@out@/etc/wgetrc") ]
    ];
  };
  # Settings are the host's, as ever.
  openssh-client = withShell {
    pname = "openssh";
    debs = [ "openssh-client" "openssh-sftp-server" ];
    rules = [ [ "trim" "etc" ] [ "trim" "share/apport" ] ];
  };
  file = withShell {
    debs = [ "file" "libmagic-mgc" ];
    rules = [ [ "wrap" "bin/file" (default "MAGIC" "@out@/lib/file/magic.mgc") ] ];
  };
  rsync = { debs = [ "rsync" ]; deps = [ "bash" "python313" ]; rules = [ [ "trim" "bin/rsync-ssl" ] [ "trim" "share/rsync" ] [ "trim" "etc" ] ]; };
  # Its library takes modules from the output instead of the host.
  nodejs = withShell {
    debs = [ "nodejs" "libnode115" ] ++ builtins.filter (n: builtins.substring 0 5 n == "node-") (builtins.attrNames locked);
    rules = [ [ "trim" "lib/node_modules" ] [ "trim" "etc" ] ] ++ map
      (file: [ "redirect" "lib/libnode.so.115" "/usr/share/nodejs/${file}" "@out@/share/nodejs/${file}" ])
      [
        "acorn/dist/acorn.js" "acorn-walk/dist/walk.js" "cjs-module-lexer/dist/lexer.js" "cjs-module-lexer/lexer.js"
        "minimatch/dist/cjs/index.bundle.js" "undici/undici-fetch.js"
      ];
  };
  shadow = withShell { debs = [ "passwd" ]; rules = [ [ "trim" "etc" ] [ "drop" "bin/shadowconfig" ] ]; };
  # Its programs set up a host.
  libpam-runtime = { debs = [ "libpam-runtime" ]; rules = [ [ "drop" "bin" ] [ "trim" "etc" ] ]; };
  libpam-modules = { debs = [ "libpam-modules" ]; rules = [ [ "trim" "etc" ] ]; };
  iproute2 = { debs = [ "iproute2" ]; deps = [ "bash" ]; rules = [ [ "drop" "bin/routel" ] [ "trim" "include" ] [ "trim" "etc" ] ]; };
}
