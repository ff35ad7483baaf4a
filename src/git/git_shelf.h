/* SPDX-License-Identifier: MIT
 *
 * A ref whose tree is a shelf of small files: they are put there, never changed and never taken
 * away, so that two shelves unite without a conflict. Each change is a commit; whoever comes second
 * starts again from what is there then.
 *
 * Objects that a push has brought and not yet placed (GIT_QUARANTINE_PATH of a hook) are seen. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct git_shelf;

struct git_shelf_item {
	struct str path;  /* below the shelf's tree */
	struct str bytes; /* of a blob */
};

/* dir: a folder of a work tree, or a git folder. The ref need not be there. */
ATTR_MUST_CHECK errint git_shelf_open(const char *dir, const char *ref, struct git_shelf **out,
				      struct err *err);
void git_shelf_close(struct git_shelf *s);
void git_shelf_cleanup(struct git_shelf **s);

/* The ref's commit, "" when there is none. */
ATTR_MUST_CHECK errint git_shelf_tip(struct git_shelf *s, char rev[65], struct err *err);
/* Files below a folder ("" for all), sorted by path, as they were at a commit (NULL: the tip); none
 * where commit or folder are not there. `within`: only those that stand in a folder of that name;
 * "" for all. What is bigger than a configuration file, or no file, is left out. */
ATTR_MUST_CHECK errint git_shelf_read(struct git_shelf *s, const char *rev, const char *folder,
				      struct str within, struct arena *a,
				      struct git_shelf_item **out, size_t *n, struct err *err);
/* Was a file there at that commit? False where the commit is not here. */
ATTR_MUST_CHECK errint git_shelf_had(struct git_shelf *s, const char *rev, const char *path,
				     bool *out, struct err *err);
/* Adds files; what is there already under that name is left alone. */
ATTR_MUST_CHECK errint git_shelf_add(struct git_shelf *s, const struct git_shelf_item *v, size_t n,
				     const char *message, struct err *err);
/* Unites it with what another ref of the repository has. *changed: either lacked something. */
ATTR_MUST_CHECK errint git_shelf_merge(struct git_shelf *s, const char *other_ref, bool *changed,
				       struct err *err);
/* Is everything of one commit's tree in another's? */
ATTR_MUST_CHECK errint git_shelf_grows(struct git_shelf *s, const char *from, const char *to,
				       bool *out, struct err *err);

/* Of the repository around: is a commit here; a file of a commit's tree, *found false when it is
 * not there. */
ATTR_MUST_CHECK errint git_shelf_knows(struct git_shelf *s, const char *rev, bool *out,
				       struct err *err);
ATTR_MUST_CHECK errint git_shelf_file(struct git_shelf *s, const char *rev, const char *path,
				      struct buf *out, bool *found, struct err *err);
/* Is a commit another one, or does that lead to it? False where either is not here. */
ATTR_MUST_CHECK errint git_shelf_leads(struct git_shelf *s, const char *from, const char *to,
				       bool *out, struct err *err);
/* The commit that a ref or tag means; "" when there is none. */
ATTR_MUST_CHECK errint git_shelf_ref_commit(struct git_shelf *s, const char *ref, char rev[65],
					    struct err *err);
/* The tree of a commit, in base 16. */
ATTR_MUST_CHECK errint git_shelf_tree(struct git_shelf *s, const char *rev, char tree[65],
				      struct err *err);
