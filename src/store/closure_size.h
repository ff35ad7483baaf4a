/* SPDX-License-Identifier: MIT
 *
 * What a closure's paths weigh: each alone, and each with all that is there only because of it. */
#pragma once

#include "store/store.h"

struct path_weight {
	struct str path;
	uint64_t own; /* of its NAR */
	uint64_t
		added; /* of all that no way from the roots reaches without this path, itself too */
};

/* The closure of valid paths, in no order that means anything. ERR_NOT_FOUND when one of them is
 * not valid. */
ATTR_MUST_CHECK errint closure_weigh(struct store *s, struct arena *a, const struct str *roots,
				     size_t n_roots, struct path_weight **out, size_t *n,
				     struct err *err);
