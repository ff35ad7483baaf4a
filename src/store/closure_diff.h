/* SPDX-License-Identifier: MIT
 *
 * What changed between two closures, by package: versions that came and went, and sizes. */
#pragma once

#include "store/store.h"

struct closure_change {
	struct str name;           /* of the package, without version and output */
	struct str_set gone, come; /* versions; "" where there is none */
	bool was, is;              /* is there any, before and after? */
	int64_t size;              /* bytes more, of NARs */
};

/* Takes a store path's name apart: the package without its output, and its version or "". */
void closure_package_name(struct str name, struct str *package, struct str *version);

/* Only packages whose versions or size differ are told, sorted by name; a difference of less than 8
 * KiB is none. Everything lives in the arena. */
ATTR_MUST_CHECK errint closure_diff(struct store *s, struct arena *a, struct str before,
				    struct str after, struct closure_change **out, size_t *n,
				    struct err *err);
