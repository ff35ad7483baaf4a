/* SPDX-License-Identifier: MIT
 *
 * One source under way. */
#pragma once

#include "recipe/literal.h"
#include "recipe/prefetch.h"
#include "recipe/update.h"

struct source_update {
	struct updater *u;
	struct arena *a;
	const char *recipe;
	const struct update_options *o;
	struct update_result *out;
	struct recipe_source *sources; /* those whose hash stands in the project */
	size_t n;
	const struct recipe_source *src;
	struct upstream_pick pick;
	struct recipe_programs programs;
	struct recipe_edit *edits; /* found so far */
	size_t n_edits, cap_edits;
};

/* A line for people. */
ATTR_PRINTF(2, 3) void update_note(struct source_update *w, const char *fmt, ...);
void update_add_edit(struct source_update *w, const struct recipe_edit *e);

/* update_hash.c: with the edits so far, other sources are wanted: brings them and adds the edits of
 * their hashes. */
ATTR_MUST_CHECK errint update_hashes(struct source_update *w, struct err *err);
/* The same for those that are there, where they are not what they should be. */
ATTR_MUST_CHECK errint update_wrong_hashes(struct source_update *w, struct err *err);
/* update_requires.c: what the new version's metadata asks for and the old one's did not, and the
 * other way round, into notes. */
ATTR_MUST_CHECK errint update_compare_requires(struct source_update *w, struct str old_path,
					       struct str new_path, struct err *err);

/* update_hash.c: do both fetch the same? Hashes apart. */
bool update_same_place(const struct recipe_source *a, const struct recipe_source *b);

/* update_shared.c: what the other recipes fetch, looked at where an edit is about a file that they
 * may read, too. */
struct update_others {
	struct update_other {
		struct str name;
		struct recipe_source *v;
		size_t n;
	} * v;
	size_t n;
};
/* Before the edits are applied. */
ATTR_MUST_CHECK errint update_look_at_others(const struct source_update *w,
					     struct update_others *out, struct err *err);
/* After that: who moves along is a note; ERR_UNSUPPORTED when one would have a wrong hash. */
ATTR_MUST_CHECK errint update_compare_others(struct source_update *w,
					     const struct update_others *others, struct err *err);
