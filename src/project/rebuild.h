/* SPDX-License-Identifier: MIT
 *
 * Building again what is there, and comparing: under the same conditions, and under others that
 * must not matter. */
#pragma once

#include "project/project.h"

struct rebuild_request {
	struct session *session;
	const struct build_wanted *w;
	size_t n;
	bool deep;     /* also what they were built from, as far as it is valid here */
	unsigned vary; /* other conditions that are tried, too (enum build_vary) */
	enum build_log_mode log;
};

/* An output of what was built again. */
struct rebuilt {
	struct str drv, output, path;
	/* Real path of what came of it that is something else, or NULL: all were the same. The
	 * caller removes it (rebuilt_remove()). */
	const char *other;
	unsigned vary; /* conditions under which it is: each alone, or all of these together; 0: the
			  same ones */
};

/* Builds what is not there yet, then all of it again. Fixed outputs are known by their hashes and
 * left out. *n_skipped: derivations below that are not here, or whose outputs are not. Strings and
 * the array live in the arena. A derivation that cannot be built again is the error. */
ATTR_MUST_CHECK errint project_rebuild(const struct rebuild_request *r, struct arena *a,
				       struct rebuilt **out, size_t *n, size_t *n_skipped,
				       struct err *err);
/* Removes what was left beside valid paths. */
void rebuilt_remove(const struct rebuilt *v, size_t n);
