/* SPDX-License-Identifier: MIT
 *
 * A folder of Python's path: which projects are installed in it, and which files of it are whose.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct store;

struct dist {
	struct str project; /* PEP 503 */
	struct str version;
	struct str folder; /* that holds it: a site-packages, as a program sees it */
	struct str info;   /* its .dist-info or .egg-info there */
	struct str *needs; /* the text of each Requires-Dist */
	size_t n_needs;
};
/* The array is malloc'd, strings live in the arena of whoever fills it. */
struct dists {
	struct dist *v;
	size_t n, cap;
};
void dists_release(struct dists *d);
/* The first of that project, or NULL. */
const struct dist *dists_find(const struct dists *d, struct str project);

/* The place on this machine of a path as programs see it; in the arena. */
const char *site_real(const struct store *s, struct arena *a, struct str path);
/* Appends what is installed in a folder. One that is not there has nothing. */
ATTR_MUST_CHECK errint site_list(const struct store *s, struct arena *a, struct str folder,
				 struct dists *io, struct err *err);
/* Appends the one project of an entry of `folder` that ends in .dist-info or .egg-info. */
ATTR_MUST_CHECK errint site_add(const struct store *s, struct arena *a, struct str folder,
				struct str info, struct dists *io, struct err *err);
/* The names at the top of the folder that belong to a project, by its RECORD; *n is 0 where it has
 * none. */
ATTR_MUST_CHECK errint site_tops(const struct store *s, struct arena *a, const struct dist *d,
				 struct str **out, size_t *n, struct err *err);
