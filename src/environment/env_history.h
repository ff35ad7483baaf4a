/* SPDX-License-Identifier: MIT
 *
 * An environment's generations, for who looks at them or goes back. */
#pragma once

#include "environment/env_generation.h"

/* A package that two locks have otherwise. Without a version before, it was not there; without one
 * after, it is gone. A version is the package's, or where it says none its store path's name. */
struct env_difference {
	struct str id, before, after;
	struct str path_before, path_after;
};
/* By install id, of this machine's system; texts live in the arena. */
ATTR_MUST_CHECK errint env_lock_difference(struct arena *a, struct str before, struct str after,
					   struct env_difference **out, size_t *n, struct err *err);

/* Makes generation `number` the current one again, its manifest and lock, too; 0 is the one before
 * the current. ERR_EXISTS when the manifest was edited since, and no generation has that edit. */
ATTR_MUST_CHECK errint environment_rollback(struct session *s, struct environment *env,
					    uint64_t number, struct arena *a, struct err *err);
