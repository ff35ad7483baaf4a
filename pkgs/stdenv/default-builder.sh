# The builder of every mkDerivation that names none.
if [ -e "${NIX_ATTRS_SH_FILE:-}" ]; then . "$NIX_ATTRS_SH_FILE"; elif [ -f .attrs.sh ]; then . ./.attrs.sh; fi
source "$stdenv/setup"
genericBuild
