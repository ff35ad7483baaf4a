/* SPDX-License-Identifier: MIT
 *
 * Trees that were copied to the store. What they were is known by the path that they got, which is
 * made of their NAR's hash. What a filter said of a name and type it says again as long as all
 * other inputs are the same; about other names only an evaluation knows. */
#include "memo/signature_int.h"

#include <dirent.h>
#include <stdlib.h>
#include "base/stream.h"
#include "store/store.h"

static char *full_path(const struct input *tree, struct str rest)
{
	return xasprintf("%s%.*s", tree->path.p, STR_ARG(rest));
}

static bool stamp_entry(const struct input *tree, struct tree_entry *e)
{
	char *path CLEANUP_FREE = full_path(tree, e->path);
	struct stat st;

	if (!e->kept)
		return true;
	if (lstat(path, &st) < 0)
		return false;
	e->type = st.st_mode & S_IFMT;
	e->stamp = stamp_of(&st);
	return true;
}

/* Adds all that lies below one entry. */
static bool add_below(struct arena *a, struct input *tree, struct str rest, unsigned depth)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	char *path CLEANUP_FREE = full_path(tree, rest);
	ERR(err);

	if (depth > LIMIT_NAR_DEPTH || dir_list(AT_FDCWD, path, &l, &err) < 0)
		return false;
	for (size_t i = 0; i < l.n; i++) {
		char *name CLEANUP_FREE = xasprintf("%.*s/%s", STR_ARG(rest), l.v[i].name);
		struct tree_entry *e =
			tree_entry_add(a, tree, str_c(name), DTTOIF(l.v[i].type), true);
		struct str kept = e->path;

		if (!stamp_entry(tree, e))
			return false;
		if (S_ISDIR(e->type) && !add_below(a, tree, kept, depth + 1))
			return false;
	}
	return true;
}

bool tree_stamp(struct arena *a, struct input *tree)
{
	if (!tree->filter || !tree->recursive) {
		tree->n_entries = tree->cap_entries = 0;
		return stamp_entry(tree, tree_entry_add(a, tree, S(""), 0, true)) &&
		       (!S_ISDIR(tree->entries[0].type) || add_below(a, tree, S(""), 1));
	}
	for (size_t i = 0; i < tree->n_entries; i++)
		if (!stamp_entry(tree, &tree->entries[i]))
			return false;
	return true;
}

static bool proven(struct inputs_check *c, const struct input *tree)
{
	for (size_t i = 0; i < tree->n_entries; i++) {
		const struct tree_entry *e = &tree->entries[i];
		char *path CLEANUP_FREE = full_path(tree, e->path);
		struct stamp now;
		struct stat st;

		/* What was left out is in the folder's listing, whose stamp is compared. */
		if (!e->kept)
			continue;
		if (lstat(path, &st) < 0)
			return false;
		now = stamp_of(&st);
		if (!stamp_proves(c, &e->stamp, &now, path))
			return false;
	}
	return true;
}

/* ---- by content ---- */

struct recall {
	struct path_map entries; /* by their paths */
	size_t root_n;
	enum tree_filter filter;
};

static void recall_release(struct recall *r)
{
	path_map_release(&r->entries);
}

static bool recall_decision(void *ctx, const char *path, unsigned char d_type, struct err *err)
{
	const struct recall *r = ctx;
	const struct tree_entry *e = path_map_get(&r->entries, str_c(path + r->root_n));

	if (e && e->type == (uint32_t)DTTOIF(d_type))
		return e->kept;
	if (!e && r->filter == TREE_LISTED)
		return false;
	err_set(err, ERR_MISMATCH, "'%s' was not there", path);
	return false;
}

static errint hash_tree(const struct input *tree, struct hash *h, struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	struct recall r CLEANUP(recall_release) = {.root_n = tree->path.n, .filter = tree->filter};
	int fd CLEANUP_FD = -1;
	errint rc;

	if (!tree->recursive) {
		rc = open_file(AT_FDCWD, tree->path.p, &fd, err);
		return rc ? rc : hash_fd(HASH_SHA256, fd, h, err);
	}
	for (size_t i = 0; tree->filter && i < tree->n_entries; i++)
		path_map_put(&r.entries, tree->entries[i].path, &tree->entries[i]);
	rc = nar_dump(AT_FDCWD, tree->path.p, &sink.sink, tree->filter ? recall_decision : NULL, &r,
		      err);
	if (rc == 0)
		hash_sink_finish(&sink, h);
	return rc;
}

bool tree_matches(struct inputs_check *c, struct input *tree)
{
	struct str path;
	struct hash h;
	ERR(err);

	if (proven(c, tree))
		return true;
	/* New stamps first: what changes while it is read has a ctime that proves nothing. */
	if (!tree_stamp(c->a, tree) || hash_tree(tree, &h, &err) < 0 ||
	    store_path_make_fixed(c->a, store_dir(c->store), tree->name, tree->recursive, &h, NULL,
				  0, false, &path, &err) < 0 ||
	    !str_eq(path, tree->store_path))
		return differs(c, "'%s' changed", tree->path.p);
	c->refreshed |= fs_trusted(c, tree->entries[0].stamp.dev, tree->path.p);
	return true;
}
