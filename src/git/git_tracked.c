/* SPDX-License-Identifier: MIT
 *
 * Reading indexes, and finding them: .git is a folder, or in a linked work tree and in a submodule
 * a file that names one. */
#include "git/git_tracked.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "git/git_index.h"

enum { MAX_DEPTH = 32, MODE_MODULE = 0160000 };

struct reading {
	struct arena *a;
	struct git_tracked *t;
	bool modules; /* there are some */
};

void git_tracked_release(struct git_tracked *t)
{
	free(t->files);
	free(t->seen);
	*t = (struct git_tracked){0};
}

/* Looks at a path; *out holds the bytes of a file. */
static errint look(struct reading *r, const char *path, struct git_seen *out, struct err *err)
{
	BUF(bytes, LIMIT_GIT_INDEX);
	struct git_tracked *t = r->t;
	struct stat st;
	errint rc;

	*out = (struct git_seen){.path = arena_str(r->a, str_c(path))};
	if (lstat(path, &st) == 0)
		out->type = st.st_mode & S_IFMT;
	else if (errno != ENOENT && errno != ENOTDIR)
		return err_sys(err, "cannot look at '%s'", path);
	if (out->type == S_IFREG) {
		rc = file_read(AT_FDCWD, path, &bytes, err);
		if (rc)
			return rc;
		out->bytes = arena_str(r->a, buf_str(&bytes));
	}
	ARRAY_GROW(t->seen, t->n_seen, t->cap_seen);
	t->seen[t->n_seen++] = *out;
	return 0;
}

/* In a file .git stands "gitdir: PATH", from its own folder. One that leads nowhere is what a moved
 * repository leaves of its work trees and submodules: taken for no repository, everything in it
 * would count. */
static errint follow_git_file(const char *dir, const char *at, struct str bytes, char **out,
			      struct err *err)
{
	struct str path = str_trim(str_drop_prefix(bytes, S("gitdir:")));

	if (!str_starts(bytes, S("gitdir:")) || !path.n)
		return err_set(err, ERR_CORRUPT, "'%s' names no repository", at);
	char *found CLEANUP_FREE =
		str_starts(path, S("/")) ? str_dupz(path) : path_join(str_c(dir), path);
	char *head CLEANUP_FREE = path_join(str_c(found), S("HEAD"));
	if (access(head, F_OK) < 0) {
		err_sys(err, "'%s' leads to '%s', which is no repository", at, found);
		return err_hint(err, "git worktree repair, or git submodule update --init");
	}
	*out = STEAL(found);
	return 0;
}

/* The folder with the index of the work tree that begins at dir; NULL when none does. */
static errint find_git_dir(struct reading *r, const char *dir, char **out, struct err *err)
{
	char *at CLEANUP_FREE = path_join(str_c(dir), S(".git"));
	struct git_seen seen;
	errint rc = look(r, at, &seen, err);

	*out = NULL;
	if (rc || !seen.type)
		return rc;
	if (seen.type == S_IFREG)
		return follow_git_file(dir, at, seen.bytes, out, err);
	char *head CLEANUP_FREE = path_join(str_c(at), S("HEAD"));
	/* Git goes on upwards where it is no repository. */
	if (access(head, F_OK) == 0)
		*out = STEAL(at);
	else if (errno != ENOENT && errno != ENOTDIR)
		return err_sys(err, "cannot look at '%s'", head);
	return 0;
}

static errint read_tree(struct reading *r, const char *dir, const char *git_dir, struct str prefix,
			unsigned depth, struct err *err);

static errint add_module(struct reading *r, const char *dir, struct str name, struct str path,
			 unsigned depth, struct err *err)
{
	char *module CLEANUP_FREE = path_join(str_c(dir), path), *git_dir CLEANUP_FREE = NULL;
	errint rc;

	if (depth == MAX_DEPTH)
		return err_set(err, ERR_TOO_BIG, "submodules of '%s' are nested too deeply", dir);
	rc = find_git_dir(r, module, &git_dir, err);
	if (rc || !git_dir)
		return rc;
	r->modules = true;
	return read_tree(r, module, git_dir, name, depth + 1, err);
}

static errint add_entry(struct reading *r, const char *dir, const struct git_index_entry_name *e,
			struct str prefix, unsigned depth, struct err *err)
{
	struct git_tracked *t = r->t;
	struct str name = e->path;

	if (prefix.n)
		name = str_c(arena_printf(r->a, "%.*s/%.*s", STR_ARG(prefix), STR_ARG(e->path)));
	if (t->n == LIMIT_GIT_ENTRIES)
		return err_set(err, ERR_TOO_BIG, "Git tracks more than %d files in '%.*s'",
			       LIMIT_GIT_ENTRIES, STR_ARG(t->top));
	ARRAY_GROW(t->files, t->n, t->cap);
	t->files[t->n++] = name;
	return e->mode == MODE_MODULE ? add_module(r, dir, name, e->path, depth, err) : 0;
}

static errint read_tree(struct reading *r, const char *dir, const char *git_dir, struct str prefix,
			unsigned depth, struct err *err)
{
	char *file CLEANUP_FREE = path_join(str_c(git_dir), S("index"));
	struct git_index_entry_name *v;
	struct git_seen index;
	size_t n = 0;
	errint rc = look(r, file, &index, err);

	/* Before the first `git add` there is none. */
	if (!rc && index.type)
		rc = git_index_parse(index.bytes, r->a, &v, &n, err);
	if (rc)
		return err_wrap(err, "reading '%s'", file);
	for (size_t i = 0; !rc && i < n; i++)
		rc = add_entry(r, dir, &v[i], prefix, depth, err);
	return rc;
}

errint git_tracked(const char *dir, struct arena *a, struct git_tracked *out, struct err *err)
{
	struct reading r = {.a = a, .t = out};
	char *top CLEANUP_FREE = realpath(dir, NULL), *git_dir CLEANUP_FREE = NULL;
	struct str at;
	errint rc = 0;

	*out = (struct git_tracked){.top = S("")};
	if (!top)
		return err_sys(err, "cannot resolve '%s'", dir);
	for (at = str_c(top);; at = path_dir(at)) {
		char *folder CLEANUP_FREE = str_dupz(at);

		rc = find_git_dir(&r, folder, &git_dir, err);
		if (rc || git_dir || at.n <= 1)
			break;
	}
	if (rc || !git_dir)
		return rc;
	out->top = arena_str(a, at);
	rc = read_tree(&r, out->top.p, git_dir, S(""), 0, err);
	/* An index is sorted; what submodules added is not. */
	if (!rc && r.modules)
		qsort(out->files, out->n, sizeof(*out->files), str_cmp_qsort);
	return rc;
}
