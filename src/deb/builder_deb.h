/* SPDX-License-Identifier: MIT
 *
 * builtin:kiln-deb-1: Debian packages into one store path, relocated by DESIGN's rules. Its
 * environment is told in pkgs/debian/default.nix, its rules in pkgs/debian/groups. The output
 * depends on the .debs, the dependencies and the rules alone. */
#pragma once

#include "sandbox/builtin.h"

extern const struct builtin_builder builder_deb_1;
