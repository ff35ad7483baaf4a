#!/bin/sh
# What recipes count on in python3: the table of pkgs-python.nix.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../pkgs-table.sh"
pkgs_table "$(cd "$(dirname "$0")" && pwd)/pkgs-python.nix" 52
