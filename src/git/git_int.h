/* SPDX-License-Identifier: MIT
 *
 * The inside of the git files: git.c decides which commit is meant, git_remote.c brings it,
 * git_tree.c and git_workdir.c write it out. */
#pragma once

#include "archive/archive.h"
#include "git/git.h"
#include "git/git_dl.h"

struct git_source {
	const struct git_api *api;
	struct git_options o;
	struct git_request request; /* strings live in mem */
	struct arena mem;
	git_repository *repo;
	char *path; /* of a work tree or local repository, with links resolved; or the cache's */
	git_oid id; /* the commit; zeroes before the first one */
	struct git_facts facts;
	struct str *files; /* of a work tree, as git names them */
	size_t n_files, cap_files;
	unsigned depth; /* of submodules */
};

/* What libgit2 says of the last failure, or NULL; from 1.8 on it has words for that, too. */
const git_error *git_why(const struct git_api *g);
/* Adds what libgit2 says; an interrupted call is ERR_INTERRUPTED, whatever it says. */
ATTR_PRINTF(5, 6)
errint git_fail(const struct git_api *g, int code, int otherwise, struct err *err, const char *fmt,
		...);
/* Is it that the repository belongs to another user, whom git does not trust by itself? */
bool git_is_foreign(const struct git_api *g, int code);
/* What opening the repository there failed with; to a foreign one, the cure. */
errint git_open_fail(const struct git_api *g, int code, const char *path, struct err *err);
/* Opens a repository so that of the user's configuration nothing matters. */
ATTR_MUST_CHECK errint git_open_plain(const struct git_api *g, const char *path,
				      git_repository **out, struct err *err);

/* git_open() for a submodule of s. */
ATTR_MUST_CHECK errint git_open_below(const struct git_source *s, const struct git_request *r,
				      struct git_source **out, struct err *err);

/* git_remote.c: what s->request asks for is in s->repo afterwards. *ref: where HEAD points, when no
 * ref was asked for. */
struct git_fetch_spec {
	const char *url;
	const char *const *specs; /* none: only HEAD is asked about */
	size_t n_specs;
	bool shallow;
};
ATTR_MUST_CHECK errint git_remote_bring(const struct git_source *s, const struct git_fetch_spec *f,
					struct err *err);
/* The branch that the other side's HEAD means ("refs/heads/…"), or "HEAD" when it means none. */
ATTR_MUST_CHECK errint git_remote_head_ref(const struct git_source *s, const char *url, char **out,
					   struct err *err);

/* git_history.c: does the commit tip lead to the commit id, or is it that? */
ATTR_MUST_CHECK errint git_contains(const struct git_source *s, const git_oid *tip,
				    const git_oid *id, bool *out, struct err *err);

/* git_tree.c */
ATTR_MUST_CHECK errint git_tree_export(struct git_source *s, const char *dest, struct err *err);
/* Is the entry at path asked for (git_request's `only`)? folder: it is a tree or a submodule. */
bool git_is_wanted(const struct git_source *s, struct str path, bool folder);
/* A file's bytes, checked against the limit. Free with git_blob_free(). */
ATTR_MUST_CHECK errint git_blob_get(const struct git_source *s, const git_oid *id, git_blob **out,
				    struct err *err);

/* git_workdir.c: reads the list of files, and whether they are those of the commit. */
ATTR_MUST_CHECK errint git_workdir_read(struct git_source *s, struct err *err);
ATTR_MUST_CHECK errint git_workdir_export(struct git_source *s, const char *dest, struct err *err);

/* git_submodule.c: the lines of a .gitmodules file that name a path. */
struct git_module {
	struct str path, url, branch;
};
ATTR_MUST_CHECK errint git_modules_parse(struct git_source *s, const char *file,
					 struct git_module **out, size_t *n, struct err *err);
/* Writes the submodules of a commit, or of a work tree, below dest. */
ATTR_MUST_CHECK errint git_submodules_export(struct git_source *s, const char *dest,
					     struct err *err);

/* Asks each path whether it has the attribute export-ignore. */
ATTR_MUST_CHECK errint git_is_ignored(const struct git_source *s, git_repository *plain,
				      const char *path, bool *out, struct err *err);
