/* SPDX-License-Identifier: MIT
 *
 * The inside of a comparison: the walk (difference.c) gives pairs of files, what they look like is
 * told by difference_cause.c, and what has members by difference_archive.c. */
#pragma once

#include "audit/difference.h"

enum {
	DIFFERENCE_DEPTH = 4,  /* archives within archives */
	DIFFERENCE_SHOWN = 40, /* bytes that are shown of a difference */
};

struct tree_comparison {
	struct arena *a;
	size_t max;
	uint64_t now; /* when the second one was made, Unix seconds */
	struct differences *out;
};

/* Two versions of one file or member. */
struct pair {
	struct str name; /* as in struct difference */
	struct str before, after;
	unsigned depth; /* of archives around it */
};

void difference_add(struct tree_comparison *c, const struct pair *p, enum difference_cause cause,
		    uint64_t offset);
/* The same, where what differs stands elsewhere in the second version. */
void difference_add_at(struct tree_comparison *c, const struct pair *p, enum difference_cause cause,
		       uint64_t offset, uint64_t offset_after);
/* What two words look like that differ at `at`, by what stands around it. */
enum difference_cause difference_cause_of_words(const struct tree_comparison *c,
						const struct pair *p, size_t at);
/* Of two binary files: adds the first texts in them that differ by a path or a time, if any do, or
 * where the same ones stand in another order. */
bool difference_in_texts(struct tree_comparison *c, const struct pair *p);
/* Of two versions that are not equal: adds what is different. */
ATTR_MUST_CHECK errint difference_look(struct tree_comparison *c, const struct pair *p,
				       struct err *err);
/* The same where both are archives or compressed files; *known tells whether they are, and whether
 * something was added for them. */
ATTR_MUST_CHECK errint difference_in_archive(struct tree_comparison *c, const struct pair *p,
					     bool *known, struct err *err);
/* Index of the first byte that differs: of the shorter one's length when it begins the other. */
size_t difference_at(struct str before, struct str after);
