/* SPDX-License-Identifier: MIT
 *
 * Bringing sources whose hash nobody has told yet: the bytes come by the ladder, are hashed as a
 * fixed output would be, and lie in the store then, where a build finds them. */
#pragma once

#include "base/hash.h"
#include "project/session.h"

enum prefetch_kind {
	PREFETCH_FILE,
	PREFETCH_ARCHIVE, /* what is in it */
	PREFETCH_COMMIT,  /* the tree of one */
};

struct prefetch {
	enum prefetch_kind kind;
	struct str name;         /* of the store path */
	const char *const *urls; /* of FILE and ARCHIVE, as for an ascent */
	size_t n_urls;
	const struct hash *expect; /* of the file's bytes, where an index tells; or NULL */
	enum hash_algo algo;
	bool strip_root;      /* of ARCHIVE */
	bool executable;      /* of FILE: the hash is its NAR's */
	struct str repo, ref; /* of COMMIT */
	bool submodules;
	const struct str *sparse;
	size_t n_sparse;
	struct str root_dir;
	/* results */
	struct err failure; /* code 0: none */
	struct hash hash;
	struct str store_path;
	uint64_t size; /* of the file; of a tree, of its NAR */
};

/* All of them, files and archives at once; each has its result or its failure. Texts live in a.
 * Only what ends all of them is an error here. */
ATTR_MUST_CHECK errint prefetch_all(struct session *s, struct prefetch *v, size_t n,
				    struct arena *a, struct err *err);
