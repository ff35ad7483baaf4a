#!/bin/sh
# What recipes count on in pkgs/: the table of pkgs-lib.nix.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../pkgs-table.sh"
pkgs_table "$(cd "$(dirname "$0")" && pwd)/pkgs-lib.nix" 148
