/* SPDX-License-Identifier: MIT
 *
 * Package URLs: pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS, every part in the canonical spelling of
 * its type. Text alone; whatever is empty is left out, and without a name there is none, "". */
#pragma once

#include "base/arena.h"

/* Of a Python project in whatever spelling. */
struct str purl_pypi(struct arena *a, struct str project, struct str version);
/* Of a package of Debian, with its architecture (or ""). */
struct str purl_debian(struct arena *a, struct str package, struct str version, struct str arch);
/* Of a commit or tag on that forge. */
struct str purl_github(struct arena *a, struct str owner, struct str repo, struct str ref);
/* Of what no registry has: where it came from (or "") is all that others can find it by. */
struct str purl_generic(struct arena *a, struct str name, struct str version, struct str from);
/* The name and version in one, decoded; "" of what it has not. */
void purl_parts(struct arena *a, struct str purl, struct str *name, struct str *version);
