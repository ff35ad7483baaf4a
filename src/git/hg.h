/* SPDX-License-Identifier: MIT
 *
 * Mercurial repositories, by the program hg: without it they cannot be fetched. A local repository
 * with changes is taken as it is now, everything else by its commits, over a clone in the cache. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct hg_request {
	struct str url;      /* file://, http(s)://, ssh:// */
	struct str ref, rev; /* "" when not told */
};

struct hg_facts {
	struct str rev; /* "" of a changed work tree */
	struct str branch;
	uint64_t rev_count;
	bool dirty;
};

/* Writes the tree to dest, a folder that must not exist. Strings of out live in a. */
ATTR_MUST_CHECK errint hg_export(const char *cache_dir, const struct hg_request *r,
				 const char *dest, struct arena *a, struct hg_facts *out,
				 struct err *err);
