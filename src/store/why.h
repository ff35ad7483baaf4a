/* SPDX-License-Identifier: MIT
 *
 * Why one path needs another: the references that lead from one to the other, and the files that
 * hold them. */
#pragma once

#include "store/store.h"

/* Where a path's hash part stands in another's tree. */
struct why_place {
	struct str file; /* within the path; "/" for itself */
	bool link;       /* it is the target of a symlink */
	struct str text; /* what stands around it, unprintable bytes as dots */
	size_t at;       /* of the hash part in text */
};

struct why_step {
	struct why_node *to;
	struct why_place *places;
	size_t n, cap;
};

struct why_node {
	struct str path;
	unsigned distance; /* to the end, in references */
	bool told;         /* the caller's */
	bool scanned;
	struct why_step *steps; /* to what leads to the end, nearest first */
	size_t n;
};

/* Valid paths. *out is `from`, or NULL when `to` is not in its closure; everything lives in the
 * arena. */
ATTR_MUST_CHECK errint why_graph(struct store *s, struct arena *a, struct str from, struct str to,
				 struct why_node **out, struct err *err);
/* Fills the places of a node's first `n` steps by reading its files: in each file the first for
 * each step. */
ATTR_MUST_CHECK errint why_scan(struct store *s, struct arena *a, struct why_node *node, size_t n,
				struct err *err);
