/* SPDX-License-Identifier: MIT
 *
 * Package names and versions as Nix compares them (Nix manual, "builtins.parseDrvName" and
 * "builtins.compareVersions"): used by the builtins and by commands that select by name. */
#pragma once

#include "base/str.h"

/* Splits at the first '-' that no letter follows; *version is "" when there is none. */
void drv_name_split(struct str s, struct str *name, struct str *version);
/* Takes the next component off the front of *rest; "" at the end. Components are runs of digits
 * or of anything else; '.' and '-' only separate. */
struct str version_next(struct str *rest);
/* Negative, 0 or positive. */
int version_compare(struct str a, struct str b);
/* One step of it: takes a component off each, and says how these two compare. */
int version_compare_next(struct str *a, struct str *b);
