#!/bin/sh
# kill -9 and ^C at 50 moments of `kiln update --all`.
: "${KILN_UPDATE_KILLS:=50}"
export KILN_UPDATE_KILLS
exec sh "$(dirname "$0")/../functional/update.sh"
