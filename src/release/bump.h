/* SPDX-License-Identifier: MIT
 *
 * Commits that a release is made of: another build of one version, and the next version. */
#pragma once

#include "release/release.h"

/* Counts another build in the project's build file, and commits it where HEAD is. message: what
 * changed, or NULL. *build: the number. */
ATTR_MUST_CHECK errint release_bump(struct release *r, const char *message, uint64_t *build,
				    struct err *err);
/* Refuses where tracked files are changed. */
ATTR_MUST_CHECK errint release_check_clean(struct release *r, struct err *err);
/* Commits every tracked file that is changed. */
ATTR_MUST_CHECK errint release_commit(struct release *r, const char *message, struct err *err);
