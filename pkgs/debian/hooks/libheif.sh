# shellcheck shell=bash
# Where the decoders are, for what runs in this build or shell; a program that is made needs to be told, too, as
# by `wrapProgram --set-default LIBHEIF_PLUGIN_PATH`.
export LIBHEIF_PLUGIN_PATH=${LIBHEIF_PLUGIN_PATH-@libheif@/lib/libheif/plugins}
