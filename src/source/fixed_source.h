/* SPDX-License-Identifier: MIT
 *
 * What a fixed output is of: the hash that it must have, and where its derivation says that it
 * comes from. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct drv;

struct fixed_source {
	struct hash hash;
	bool recursive; /* of the NAR */
	struct str rev; /* of a repository, or "" */
	/* mirror://…, URLs; a commit's is git+URL?rev=REV. Each once, the first is tried first. */
	struct str *origins;
	size_t n_origins;
};
/* d is fixed. ERR_UNSUPPORTED and ERR_CORRUPT as drv_output_hash(). */
ATTR_MUST_CHECK errint fixed_source_of(struct arena *a, const struct drv *d,
				       struct fixed_source *out, struct err *err);
