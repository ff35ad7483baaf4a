#!/bin/sh
# ^C while jobs run: builds without a sandbox, stubborn ones too, and downloads that are slow or stand
# still. It is answered at once, by all, with exit status 130 (interrupt-jobs.py).
. "$(dirname "$0")/../lib.sh"
export NIX_STORE_DIR="$T/st" NIX_STATE_DIR="$T/var" NIX_LOG_DIR="$T/log" KILN_BUILD no_proxy='*'
unset KILN_STORE
mkdir -p "$NIX_CONF_DIR"
echo 'sandbox = false' >"$NIX_CONF_DIR/nix.conf"
python3 "$(dirname "$0")/interrupt-jobs.py" "${INTERRUPT_TRIALS:-2}"
