/* SPDX-License-Identifier: MIT
 *
 * Where the repository around a folder keeps what: found by looking at its files, as git does, so
 * that to know it costs nothing. A bare repository is none here: it has no files to build. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct git_place {
	const char *top;    /* of the work tree, its links resolved */
	const char *dir;    /* of this work tree: HEAD, index */
	const char *common; /* of all of them: refs, objects */
	struct str prefix;  /* where the folder that was asked about is below top: "" or "a/b/" */
	bool shallow;       /* of the history only an end is here */
};

/* Texts live in a. ERR_NOT_FOUND where no repository is. */
ATTR_MUST_CHECK errint git_place_find(const char *dir, struct arena *a, struct git_place *out,
				      struct err *err);
/* The branch that HEAD names ("refs/heads/x"), there or not; "" when it is detached. */
ATTR_MUST_CHECK errint git_place_head(const struct git_place *p, struct arena *a, struct str *out,
				      struct err *err);
/* The folder of the work tree that has this branch checked out, be it this one or another of the
 * repository; NULL when none has. */
ATTR_MUST_CHECK errint git_place_of_branch(const struct git_place *p, struct str ref,
					   struct arena *a, const char **out, struct err *err);
