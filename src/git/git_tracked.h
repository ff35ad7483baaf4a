/* SPDX-License-Identifier: MIT
 *
 * The files that git tracks in a work tree, as its index has them: what is merely intended to be
 * added (`git add -N`) counts, what lies there unasked does not. A submodule that is checked out
 * has its own index. No commit, no configuration and no owner matters, so that nothing of a
 * repository but its index can stop a build. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* Something that was looked at, as it was seen. */
struct git_seen {
	struct str path;
	uint32_t type;    /* S_IFMT; 0: nothing is there */
	struct str bytes; /* of a file */
};

struct git_tracked {
	struct str top;    /* of the work tree, its links resolved; "" where there is none */
	struct str *files; /* below it, without a slash in front, sorted bytewise */
	size_t n, cap;
	struct git_seen *seen; /* what decided it: indexes, and .git wherever it was looked for */
	size_t n_seen, cap_seen;
};
void git_tracked_release(struct git_tracked *t);

/* Of the work tree that dir is in. Strings live in the arena. */
ATTR_MUST_CHECK errint git_tracked(const char *dir, struct arena *a, struct git_tracked *out,
				   struct err *err);
