/* SPDX-License-Identifier: MIT
 *
 * What the packages of a manifest are: for each install id of this system what was found for it,
 * by evaluation or in the lock. */
#pragma once

#include "environment/environment.h"
#include "manifest/manifest.h"
#include "manifest/manifest_lock.h"

struct profile_package;

struct env_package {
	const struct manifest_package *wanted;
	/* Its row of the lock; a slot, which has no files but is filled when a program starts, has
	 * no outputs. */
	struct manifest_locked locked;
	struct str *paths; /* of the outputs that are linked */
	struct str *names; /* and what these are called */
	size_t n_paths;
};
/* Fills these, of what the row has and the manifest says: one of version = 1 that says nothing
 * means all. ERR_NOT_FOUND for an output that is none.
 */
ATTR_MUST_CHECK errint env_package_outputs(const struct manifest *m, struct env_package *p,
					   struct arena *a, struct err *err);

/* Evaluates what the manifest says of these packages, each for this machine's system. Texts live in
 * the arena. Errors have the position in the manifest, but of what the change adds. */
ATTR_MUST_CHECK errint env_resolve(struct session *s, const struct environment *env,
				   const struct environment_change *change,
				   const struct manifest_package *const *v, size_t n,
				   struct arena *a, struct env_package *out, struct err *err);

struct env_packages {
	struct env_package *v; /* of this system, in the manifest's order */
	size_t n;
	struct str lock; /* the bytes of the lock that has them */
};
/* What all packages of the manifest are: by the lock where it was made of the same words, unless
 * the change wants them looked up again. Nothing is built. */
ATTR_MUST_CHECK errint env_lock_packages(struct session *s, const struct environment *env,
					 const struct environment_change *change, struct arena *a,
					 struct env_packages *out, struct err *err);
/* Makes them valid, and the profile of them. */
ATTR_MUST_CHECK errint env_build(struct session *s, const struct environment *env,
				 const struct env_packages *packages, struct arena *a,
				 struct str *profile, struct err *err);
/* The profile of some paths, which are valid; slots are words. */
ATTR_MUST_CHECK errint env_profile(struct session *s, const struct environment *env,
				   struct profile_package *v, size_t n, struct str slots,
				   struct arena *a, struct str *out, struct err *err);
