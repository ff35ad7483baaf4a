/* SPDX-License-Identifier: MIT
 *
 * The program `git`, for what goes to another repository (libgit2 has no atomic push and runs no
 * hooks) and for what its owner's filters, hooks and configuration decide. Its own words are handed
 * on. */
#pragma once

#include "base/buf.h"
#include "git/git_refs.h"

/* Runs `git ARGS…` in the work tree; out gets what it prints. An exit other than 0 is ERR_FAILED
 * with its words as detail; ERR_NOT_FOUND without the program, with the cure. */
ATTR_MUST_CHECK errint git_program(const struct git_place *p, const char *const *args,
				   struct buf *out, struct err *err);
/* Branches, tags and kiln's own refs of a remote, as it has them now. ERR_NOT_FOUND when none of
 * that name is configured, ERR_NETWORK when it is not reached. */
ATTR_MUST_CHECK errint git_program_ls_remote(const struct git_place *p, const char *remote,
					     struct arena *a, struct git_refs *out,
					     struct err *err);
/* Brings its branches and new tags. */
ATTR_MUST_CHECK errint git_program_fetch(const struct git_place *p, const char *remote,
					 struct err *err);

struct git_push {
	const char *ref;
	const char *was, *to; /* at the remote; "": it is not there, it is removed */
};
/* One push of all or none, each on condition that the remote still has what is expected. ERR_DENIED
 * when the remote refused, ERR_MISMATCH when something has moved there; what else fails may have
 * happened all the same, and is ERR_NETWORK. *same (or NULL): how many were there already, by
 * somebody who did the same. */
ATTR_MUST_CHECK errint git_program_push(const struct git_place *p, const char *remote,
					const struct git_push *v, size_t n, size_t *same,
					struct err *err);

/* Is a tracked file of the work tree changed or staged? *first names one. */
ATTR_MUST_CHECK errint git_program_dirty(const struct git_place *p, struct arena *a, bool *dirty,
					 struct str *first, struct err *err);
