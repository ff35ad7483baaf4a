#!/bin/sh
# kill -9 and ^C at 50 moments of making, of installing and of rebuilding a kit, and of vendoring.
: "${KILN_KIT_KILLS:=50}" "${KILN_KILLS:=400}" "${KILN_INTERRUPTS:=50}"
export KILN_KIT_KILLS KILN_KILLS KILN_INTERRUPTS
exec sh "$(dirname "$0")/../functional/vendor-killed.sh"
