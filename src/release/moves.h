/* SPDX-License-Identifier: MIT
 *
 * A plan of moves, as data: which refs go from where to where, here and at the remote. It is made
 *by looking alone, can be printed, and is carried out all or nothing:
 *
 *	journal -> one atomic push -> refs here -> work tree -> (the caller tells) -> journal
 *removed
 *
 * The push goes first, since only the remote can say no. A kill at any moment leaves a journal that
 * the next command ends by: forward when the remote, or any ref here, has moved, back to nothing
 * otherwise. The journal is `kiln-release.json` in the repository's folder. */
#pragma once

#include "release/release.h"

struct release_move {
	const char *ref;       /* "refs/heads/main", "refs/tags/v1" */
	const char *commit;    /* where it goes; NULL: it is removed */
	const char *was;       /* here, "" when it was not there */
	const char *there_was; /* at the remote */
	bool here, there;      /* which of them moves */
	bool backwards;        /* not a fast-forward, on purpose */
	const char *tag;       /* name of the annotated tag to be made, or NULL */
	struct str message;    /* of it */
	const char *note;      /* for people: "0.3.61 -> 0.3.62", or "" */
	char to[GIT_ID_MAX];   /* what the ref will name: the commit, or the tag once it is made */
};

struct release_plan {
	struct release *r;
	const char *what; /* the command that would do it again: "promote latest-testing" */
	struct release_move *v;
	size_t n, cap;
	const char *nothing; /* why there are no moves, where the verb's own word is not enough */
};
void release_plan_release(struct release_plan *p);
/* A new move to a commit, or to nothing. */
struct release_move *release_plan_add(struct release_plan *p, const char *ref, const char *commit);

/* Carries it out. Afterwards, when the caller has told, release_done(). After a failure nothing has
 * moved, unless the error says otherwise; then the journal stays. */
ATTR_MUST_CHECK errint release_apply(struct release_plan *p, struct err *err);
/* The journal becomes what the last run did. */
ATTR_MUST_CHECK errint release_done(struct release *r, struct err *err);
/* Removes the journal of what has moved nothing. */
ATTR_MUST_CHECK errint release_undone(struct release *r, struct err *err);
/* Was the last thing done here this command ("rotate"), and are the branches that it moved still
 * where it put them? Then who says it again may be somebody who was killed before he knew. The
 * remote has been asked. */
bool release_stands(struct release *r, const char *what);
/* What an interrupted run left is ended. *what: which command that was, when its moves were carried
 * out now; else NULL. release_lock() first. */
ATTR_MUST_CHECK errint release_recover(struct release *r, const char **what, struct err *err);
/* Is there such a run? */
bool release_is_interrupted(const struct release *r);

/* The work tree follows its branch from one commit to another: changed files are refused. */
ATTR_MUST_CHECK errint release_follow(struct release *r, const char *was, const char *to,
				      struct err *err);
