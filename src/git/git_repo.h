/* SPDX-License-Identifier: MIT
 *
 * Commits, tags and notes of a repository on this machine, and moving its refs. libgit2 does it,
 * loaded when a repository is opened; what only looks at refs asks git_refs.h. Commits are named by
 * 40 hexadecimal digits. */
#pragma once

#include "git/git_refs.h"

struct git_repo;

/* The place is borrowed. */
ATTR_MUST_CHECK errint git_repo_open(const struct git_place *p, struct git_repo **out,
				     struct err *err);
void git_repo_close(struct git_repo *r);
void git_repo_cleanup(struct git_repo **r);

/* The commit that a person names: a branch, a tag, "v1~2", digits. ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint git_repo_commit(struct git_repo *r, const char *rev, char out[GIT_ID_MAX],
				       struct err *err);
bool git_repo_has(struct git_repo *r, const char *id);
/* Commits of a that b does not lead to, and of b that a does not. */
ATTR_MUST_CHECK errint git_repo_ahead_behind(struct git_repo *r, const char *a, const char *b,
					     size_t *ahead, size_t *behind, struct err *err);
/* Is `of` the commit itself, or one that leads to it? */
ATTR_MUST_CHECK errint git_repo_is_ancestor(struct git_repo *r, const char *of, const char *commit,
					    bool *out, struct err *err);

struct git_commit_facts {
	int64_t when; /* committed, seconds since 1970 */
	struct str author, summary;
	char parent[GIT_ID_MAX]; /* the first, or "" */
};
ATTR_MUST_CHECK errint git_repo_commit_facts(struct git_repo *r, const char *id, struct arena *a,
					     struct git_commit_facts *out, struct err *err);
/* The id of what the commit has at a path; ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint git_repo_entry(struct git_repo *r, const char *commit, const char *path,
				      char out[GIT_ID_MAX], struct err *err);
/* A blob's bytes. */
ATTR_MUST_CHECK errint git_repo_blob(struct git_repo *r, const char *id, struct arena *a,
				     struct str *out, struct err *err);

/* ---- tags ---- */

struct git_tag_facts {
	char commit[GIT_ID_MAX]; /* what it means, peeled */
	bool annotated;          /* else nothing below is known */
	int64_t when;
	struct str tagger, message;
};
/* id is what the ref names. */
ATTR_MUST_CHECK errint git_repo_tag_facts(struct git_repo *r, const char *id, struct arena *a,
					  struct git_tag_facts *out, struct err *err);
/* Writes an annotated tag of a commit; no ref is made. The tagger is who git says commits here, now
 * or, where the clock is behind the commit, when that was made. ERR_USAGE with the cure where
 * nobody is named. */
ATTR_MUST_CHECK errint git_repo_tag_make(struct git_repo *r, const char *name, const char *commit,
					 struct str message, char out[GIT_ID_MAX], struct err *err);

/* ---- notes ---- */

/* The note of a commit in a ref ("refs/notes/x"); "" when it has none. */
ATTR_MUST_CHECK errint git_repo_note(struct git_repo *r, const char *ref, const char *commit,
				     struct arena *a, struct str *out, struct err *err);
/* Replaces it. */
ATTR_MUST_CHECK errint git_repo_note_write(struct git_repo *r, const char *ref, const char *commit,
					   struct str text, struct err *err);

/* ---- moving refs ---- */

struct git_ref_move {
	const char *name;     /* "refs/heads/main" */
	const char *was, *to; /* ids; "": it is not there, it is removed */
};
/* Locks all, compares each with what it was, and moves them. ERR_MISMATCH names one that is
 * something else by now; then, and after any other failure before the first one moved, none has. */
ATTR_MUST_CHECK errint git_repo_move(struct git_repo *r, const struct git_ref_move *v, size_t n,
				     const char *why, struct err *err);
