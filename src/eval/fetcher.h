/* SPDX-License-Identifier: MIT
 *
 * How evaluation asks for something from outside, without knowing of networks, git or archives: the
 * cli hands in an implementation. The evaluator has checked access and arguments before it asks,
 * and asks for each thing once per evaluation. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct eval;

/* An argument of builtins.fetchTree and its like. */
struct fetch_attr {
	struct str name;
	enum fetch_attr_kind { FETCH_ATTR_STRING, FETCH_ATTR_INT, FETCH_ATTR_BOOL } kind;
	struct str text;
	uint64_t number; /* or 0 and 1 */
};

struct eval_fetch {
	/* "file": the bytes of url. "tarball": what is in the archive at url, without its only
	 * folder. "git", "hg", "github", "gitlab", "sourcehut", "indirect": as in flake references.
	 */
	struct str type;
	struct str name; /* of the store path */
	struct str url;  /* "" where the type has none */
	/* sha256 of the file, or of the NAR of the tree; NULL when it is not known. The fetcher
	 * checks it: ERR_MISMATCH. */
	const struct hash *expect;
	bool flat; /* of "file": the store path has the hash of the bytes, not of their NAR */
	const struct fetch_attr *attrs; /* all arguments, sorted by name */
	size_t n_attrs;
};

/* What was fetched. Strings live in the arena; what a type does not tell stays zero. */
struct eval_fetched {
	struct str store_path;
	/* Where it is as long as the fetcher lives, when the store may not be written; else "". */
	struct str source;
	struct hash nar_hash;
	bool has_nar_hash;
	struct str rev, short_rev;
	struct str dirty_rev, dirty_short_rev; /* of a work tree with changes */
	int64_t last_modified;                 /* Unix seconds */
	bool has_last_modified;
	uint64_t rev_count;
	bool has_rev_count;
	/* What rev_count() is asked with, when counting is work that nobody may need; else "". */
	struct str count_from;
	struct str branch; /* hg */
};

/* Registries of flakes, as they are looked up. */
enum eval_registry { EVAL_REGISTRY_USER, EVAL_REGISTRY_SYSTEM, EVAL_REGISTRY_GLOBAL };

struct eval_fetcher {
	errint (*fetch)(struct eval_fetcher *self, const struct eval_fetch *what, struct arena *a,
			struct eval_fetched *out, struct err *err);
	/* The file of a registry, which may be absent; "" when there is none. */
	errint (*registry)(struct eval_fetcher *self, enum eval_registry which, struct arena *a,
			   struct str *out, struct err *err);
	errint (*rev_count)(struct eval_fetcher *self, struct str from, uint64_t *out,
			    struct err *err);
};

/* The fetcher (borrowed) for this evaluation. Without one, fetching fails with a clear text. */
void eval_set_fetcher(struct eval *E, struct eval_fetcher *f);
