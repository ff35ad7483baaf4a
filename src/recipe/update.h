/* SPDX-License-Identifier: MIT
 *
 * Moving recipes to newer versions: which literals decide on a source is found out on trial
 * (literal.h), what is newer is asked for (upstream.h), its hash is taken of what it brings
 * (prefetch.h), and evaluation proves the result before a byte of it counts.
 *
 *	updater_open(&u, session, project, NULL, err);
 *	update_recipe(&u, "NAME", &options, &result, err);	edits u.files in memory
 *	recipe_files_write(&u.files, err);
 *	updater_release(&u);
 */
#pragma once

#include "recipe/upstream.h"

struct updater {
	struct session *s;
	struct arena a; /* of results, too */
	struct recipe_files files;
	struct str python; /* its version, for Requires-Python; or "" */
	/* the project with the edits so far */
	struct trial trial;
	struct recipe_list list;
	struct recipe_mark at;
	bool is_open;
};
/* release as in struct recipe_files. */
ATTR_MUST_CHECK errint updater_open(struct updater *u, struct session *s, const char *project,
				    const char *release, struct err *err);
void updater_release(struct updater *u);
/* Brings trial and list up to the files. */
ATTR_MUST_CHECK errint updater_refresh(struct updater *u, struct err *err);

struct update_options {
	const char *to; /* of the main source; NULL: the newest */
	bool pre;
	bool hashes; /* versions stay; hashes become what is there */
	bool all;    /* not asked for by name: what has no newest version is left alone */
};

/* Asks for the index pages of all recipes' sources already, so that they come at once. */
void updater_ask(struct updater *u);

enum update_state {
	UPDATE_NOTHING, /* no source that stands in the project */
	UPDATE_NEWEST,
	UPDATE_MOVED,
};

struct update_result {
	enum update_state state;
	struct update_move {
		const char *what; /* a project, a repository, a URL */
		struct str from, to;
		bool moved;
		const char *note; /* or NULL */
	} * moves;
	size_t n_moves;
	const char **notes; /* what else a person should look at */
	size_t n_notes, cap_notes;
	struct recipe_mark before; /* for recipe_files_diff() */
};
/* All of a recipe's sources, or, after a failure, nothing. */
ATTR_MUST_CHECK errint update_recipe(struct updater *u, const char *name,
				     const struct update_options *o, struct update_result *out,
				     struct err *err);
