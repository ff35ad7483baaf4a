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

/* Takes away generations: those of v, or with `old` all but the current one; *removed says how
 * many. Their roots go with them; what programs run with stays. ERR_USAGE for the current one,
 * ERR_NOT_FOUND for one that there is not; then none is taken. */
ATTR_MUST_CHECK errint environment_forget(struct session *s, const struct environment *env,
					  const uint64_t *v, size_t n, bool old, struct arena *a,
					  size_t *removed, struct err *err);
/* What the lock would be after a change, of which nothing is made. */
ATTR_MUST_CHECK errint environment_preview(struct session *s, const struct environment *env,
					   const struct environment_change *change, struct arena *a,
					   struct str *lock, struct err *err);
