/* SPDX-License-Identifier: MIT
 *
 * Looking at and tidying the output: listing, globs, empty folders. */
#include "deb/deb_int.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"

struct growing_tree {
	struct arena *arena;
	struct deb_entry *v;
	size_t n, cap;
};

static void growing_tree_release(struct growing_tree *t)
{
	free(t->v);
}

static errint list_below(int dirfd, struct str prefix, unsigned depth, struct growing_tree *t,
			 struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {NULL, 0};

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "folders are nested too deeply");
	errint rc = dir_list(dirfd, ".", &l, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < l.n; i++) {
		const char *name = l.v[i].name;
		struct str path = str_c(arena_printf(t->arena, "%.*s%s", STR_ARG(prefix), name));

		if (l.v[i].type == DT_DIR) {
			int fd CLEANUP_FD = -1;
			struct str below = str_c(arena_printf(t->arena, "%.*s/", STR_ARG(path)));

			rc = open_dir(dirfd, name, &fd, err);
			if (!rc)
				rc = list_below(fd, below, depth + 1, t, err);
			if (rc)
				return rc;
			continue;
		}
		ARRAY_GROW(t->v, t->n, t->cap);
		t->v[t->n++] = (struct deb_entry){path, l.v[i].type};
	}
	return 0;
}

errint deb_tree_list(struct arena *a, int root, struct deb_tree *out, struct err *err)
{
	struct growing_tree t CLEANUP(growing_tree_release) = {.arena = a};
	errint rc = list_below(root, S(""), 0, &t, err);

	if (rc)
		return rc;
	out->v = ARENA_ARRAY(a, struct deb_entry, t.n);
	out->n = t.n;
	if (t.n)
		memcpy(out->v, t.v, t.n * sizeof(*t.v));
	return 0;
}

struct growing_list {
	struct arena *arena;
	struct str *v;
	size_t n, cap;
};

static void growing_list_release(struct growing_list *l)
{
	free(l->v);
}

/* Matches the first part of glob in dirfd, and the rest below what matched. */
static errint glob_below(int dirfd, struct str prefix, struct str glob, struct growing_list *out,
			 struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {NULL, 0};
	struct str part = glob, rest = STR_NULL;
	char *pattern CLEANUP_FREE = NULL;

	str_cut(glob, '/', &part, &rest);
	pattern = str_dupz(part);
	errint rc = dir_list(dirfd, ".", &l, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < l.n; i++) {
		int fd CLEANUP_FD = -1;
		struct str path;

		if (fnmatch(pattern, l.v[i].name, 0))
			continue;
		path = str_c(arena_printf(out->arena, "%.*s%s%s", STR_ARG(prefix),
					  prefix.n ? "/" : "", l.v[i].name));
		if (!rest.p) {
			ARRAY_GROW(out->v, out->n, out->cap);
			out->v[out->n++] = path;
			continue;
		}
		if (l.v[i].type != DT_DIR)
			continue;
		rc = open_dir(dirfd, l.v[i].name, &fd, err);
		if (!rc)
			rc = glob_below(fd, path, rest, out, err);
		if (rc)
			return rc;
	}
	return 0;
}

errint deb_glob(struct arena *a, int root, struct str glob, struct str_list *out, struct err *err)
{
	struct growing_list l CLEANUP(growing_list_release) = {.arena = a};
	errint rc = glob_below(root, S(""), glob, &l, err);

	if (rc)
		return rc;
	out->v = ARENA_ARRAY(a, struct str, l.n);
	out->n = l.n;
	if (l.n)
		memcpy(out->v, l.v, l.n * sizeof(*l.v));
	return 0;
}

errint deb_glob_some(struct arena *a, int root, struct str glob, struct str_list *out,
		     struct err *err)
{
	errint rc = deb_glob(a, root, glob, out, err);

	if (rc || out->n)
		return rc;
	return err_set(err, ERR_NOT_FOUND, "nothing matches '%.*s'", STR_ARG(glob));
}

static errint prune_below(int dirfd, unsigned depth, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {NULL, 0};

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "folders are nested too deeply");
	errint rc = dir_list(dirfd, ".", &l, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < l.n; i++) {
		int fd CLEANUP_FD = -1;

		if (l.v[i].type != DT_DIR)
			continue;
		rc = open_dir(dirfd, l.v[i].name, &fd, err);
		if (!rc)
			rc = prune_below(fd, depth + 1, err);
		if (rc)
			return rc;
		if (unlinkat(dirfd, l.v[i].name, AT_REMOVEDIR) && errno != ENOTEMPTY &&
		    errno != EEXIST)
			return err_sys(err, "cannot remove the empty folder '%s'", l.v[i].name);
	}
	return 0;
}

errint deb_prune_folders(int root, struct err *err)
{
	return prune_below(root, 0, err);
}

bool deb_exists(int root, struct str path)
{
	char *z CLEANUP_FREE = str_dupz(path);
	struct stat st;

	return fstatat(root, z, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
