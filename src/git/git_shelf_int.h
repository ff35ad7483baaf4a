/* SPDX-License-Identifier: MIT
 *
 * The inside of a shelf: git_shelf.c reads, git_shelf_write.c writes. */
#pragma once

#include "git/git_int.h"
#include "git/git_shelf.h"

struct git_shelf {
	const struct git_api *api;
	git_repository *repo;
	char *ref;
};

/* A walk over the files of a tree, for one of several purposes. */
struct git_shelf_walk {
	struct git_shelf *s;
	struct arena *a;
	/* Told of each file; entry's id is its content. */
	errint (*file)(struct git_shelf_walk *w, const char *path, const git_tree_entry *entry,
		       struct err *err);
	struct str within; /* of reading */
	struct git_shelf_item *v;
	size_t n, cap;
	git_tree_update *updates;
	size_t n_updates, cap_updates;
	git_tree *against;
	bool missing;
};
void git_shelf_walk_release(struct git_shelf_walk *w);
ATTR_MUST_CHECK errint git_shelf_walk(struct git_shelf_walk *w, const git_tree *tree,
				      const char *below, unsigned depth, struct err *err);
ATTR_MUST_CHECK errint git_shelf_ref(struct git_shelf *s, const char *ref, git_oid *out,
				     bool *found, struct err *err);
/* The tree of a commit, or NULL where the commit is not here. Tags are followed. */
ATTR_MUST_CHECK errint git_shelf_tree_of(struct git_shelf *s, const git_oid *id, git_tree **out,
					 struct err *err);
ATTR_MUST_CHECK errint git_shelf_tree_at(struct git_shelf *s, const char *rev, git_tree **out,
					 struct err *err);
