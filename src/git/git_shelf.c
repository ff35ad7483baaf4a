/* SPDX-License-Identifier: MIT
 *
 * Opening a shelf and reading it, file by file. */
#include "git/git_shelf_int.h"

#include <stdlib.h>

#include "base/environ.h"
#include "base/process.h"

enum { FOLDERS_MAX = 8 };

void git_shelf_close(struct git_shelf *s)
{
	if (!s)
		return;
	if (s->repo)
		s->api->git_repository_free(s->repo);
	free(s->ref);
	free(s);
}

void git_shelf_cleanup(struct git_shelf **s)
{
	git_shelf_close(*s);
}

/* What a hook is asked about is not yet among the repository's own objects. */
static errint see_quarantine(struct git_shelf *s, struct err *err)
{
	const char *dir = env_get("GIT_QUARANTINE_PATH");
	git_odb *odb = NULL;

	if (!dir)
		return 0;
	int status = s->api->git_repository_odb(&odb, s->repo);
	if (!status)
		status = s->api->git_odb_add_disk_alternate(odb, dir);
	s->api->git_odb_free(odb);
	return status ? git_fail(s->api, status, ERR_FAILED, err, "reading what was pushed") : 0;
}

static errint open_around(const struct git_api *g, const char *dir, git_repository **out,
			  struct err *err)
{
	git_repository *found = NULL;
	int status = g->git_repository_open_ext(&found, dir, 0, NULL);

	if (status) {
		git_fail(g, status, ERR_FAILED, err, "'%s' is in no Git repository", dir);
		return err_hint(err, "git init makes one");
	}
	errint rc = git_open_plain(g, g->git_repository_path(found), out, err);
	g->git_repository_free(found);
	return rc;
}

errint git_shelf_open(const char *dir, const char *ref, struct git_shelf **out, struct err *err)
{
	struct git_shelf *s CLEANUP(git_shelf_cleanup) = xcalloc(1, sizeof(*s));
	errint rc = git_api(&s->api, err);

	s->ref = xstrdup(ref);
	if (!rc)
		rc = open_around(s->api, dir, &s->repo, err);
	if (!rc)
		rc = see_quarantine(s, err);
	if (!rc)
		*out = STEAL(s);
	return rc;
}

/* ---- commits and trees ---- */

errint git_shelf_ref(struct git_shelf *s, const char *ref, git_oid *out, bool *found,
		     struct err *err)
{
	int status = s->api->git_reference_name_to_id(out, s->repo, ref);

	*found = !status;
	if (status && status != GIT_ENOTFOUND)
		return git_fail(s->api, status, ERR_CORRUPT, err, "reading '%s'", ref);
	return 0;
}

errint git_shelf_tip(struct git_shelf *s, char rev[65], struct err *err)
{
	git_oid id;
	bool found;
	errint rc = git_shelf_ref(s, s->ref, &id, &found, err);

	rev[0] = '\0';
	if (!rc && found)
		s->api->git_oid_tostr(rev, 65, &id);
	return rc;
}

/* The tree of a commit, or NULL where the commit is not here. Tags are followed. */
errint git_shelf_tree_of(struct git_shelf *s, const git_oid *id, git_tree **out, struct err *err)
{
	git_object *object = NULL, *tree = NULL;
	int status = s->api->git_object_lookup(&object, s->repo, id, GIT_OBJECT_ANY);

	*out = NULL;
	if (status == GIT_ENOTFOUND)
		return 0;
	if (!status)
		status = s->api->git_object_peel(&tree, object, GIT_OBJECT_TREE);
	s->api->git_object_free(object);
	if (status)
		return git_fail(s->api, status, ERR_CORRUPT, err, "reading a commit's tree");
	*out = (git_tree *)tree;
	return 0;
}

errint git_shelf_tree_at(struct git_shelf *s, const char *rev, git_tree **out, struct err *err)
{
	git_oid id;
	bool found = true;

	*out = NULL;
	if (rev && (!*rev || s->api->git_oid_fromstr(&id, rev)))
		return 0;
	errint rc = rev ? 0 : git_shelf_ref(s, s->ref, &id, &found, err);
	return rc || !found ? rc : git_shelf_tree_of(s, &id, out, err);
}

errint git_shelf_knows(struct git_shelf *s, const char *rev, bool *out, struct err *err)
{
	git_tree *tree;
	errint rc = git_shelf_tree_at(s, rev, &tree, err);

	*out = tree != NULL;
	s->api->git_tree_free(tree);
	return rc;
}

errint git_shelf_tree(struct git_shelf *s, const char *rev, char text[65], struct err *err)
{
	git_tree *tree;
	errint rc = git_shelf_tree_at(s, rev, &tree, err);

	if (rc)
		return rc;
	if (!tree)
		return err_set(err, ERR_NOT_FOUND, "there is no commit '%s'", rev);
	s->api->git_oid_tostr(text, 65, s->api->git_tree_id(tree));
	s->api->git_tree_free(tree);
	return 0;
}

errint git_shelf_leads(struct git_shelf *s, const char *from, const char *to, bool *out,
		       struct err *err)
{
	git_oid old, new;

	*out = false;
	if (s->api->git_oid_fromstr(&old, from) || s->api->git_oid_fromstr(&new, to))
		return 0;
	int k = s->api->git_oid_cmp(&old, &new) == 0
			? 1
			: s->api->git_graph_descendant_of(s->repo, &new, &old);
	*out = k == 1;
	return k < 0 && k != GIT_ENOTFOUND
		       ? git_fail(s->api, k, ERR_CORRUPT, err, "reading the history")
		       : 0;
}

errint git_shelf_ref_commit(struct git_shelf *s, const char *ref, char rev[65], struct err *err)
{
	git_object *object = NULL, *commit = NULL;
	git_oid id;
	bool found;
	errint rc = git_shelf_ref(s, ref, &id, &found, err);

	rev[0] = '\0';
	if (rc || !found)
		return rc;
	if (s->api->git_object_lookup(&object, s->repo, &id, GIT_OBJECT_ANY) == 0 &&
	    s->api->git_object_peel(&commit, object, GIT_OBJECT_COMMIT) == 0)
		s->api->git_oid_tostr(rev, 65, s->api->git_object_id(commit));
	s->api->git_object_free(commit);
	s->api->git_object_free(object);
	return 0;
}

errint git_shelf_had(struct git_shelf *s, const char *rev, const char *path, bool *out,
		     struct err *err)
{
	git_tree_entry *entry = NULL;
	git_tree *tree;
	errint rc = git_shelf_tree_at(s, rev, &tree, err);

	*out = !rc && tree && s->api->git_tree_entry_bypath(&entry, tree, path) == 0;
	s->api->git_tree_entry_free(entry);
	s->api->git_tree_free(tree);
	return rc;
}

static errint read_blob(struct git_shelf *s, const git_oid *id, struct buf *out, struct err *err)
{
	git_blob *blob = NULL;
	int status = s->api->git_blob_lookup(&blob, s->repo, id);

	if (status)
		return git_fail(s->api, status, ERR_CORRUPT, err, "reading a file of a commit");
	buf_put(out, s->api->git_blob_rawcontent(blob), (size_t)s->api->git_blob_rawsize(blob));
	s->api->git_blob_free(blob);
	return 0;
}

errint git_shelf_file(struct git_shelf *s, const char *rev, const char *path, struct buf *out,
		      bool *found, struct err *err)
{
	git_tree_entry *entry = NULL;
	git_tree *tree;
	errint rc = git_shelf_tree_at(s, rev, &tree, err);

	*found = false;
	if (!rc && tree && s->api->git_tree_entry_bypath(&entry, tree, path) == 0 &&
	    s->api->git_tree_entry_type(entry) == GIT_OBJECT_BLOB) {
		rc = read_blob(s, s->api->git_tree_entry_id(entry), out, err);
		*found = !rc;
	}
	s->api->git_tree_entry_free(entry);
	s->api->git_tree_free(tree);
	return rc ? rc : buf_check(out, path, err);
}

/* ---- walking ---- */

errint git_shelf_walk(struct git_shelf_walk *w, const git_tree *tree, const char *below,
		      unsigned depth, struct err *err)
{
	const struct git_api *g = w->s->api;
	errint rc = interrupt_check(err);

	for (size_t i = 0; !rc && i < g->git_tree_entrycount(tree); i++) {
		const git_tree_entry *e = g->git_tree_entry_byindex(tree, i);
		const char *path = arena_printf(w->a, "%s%s%s", below, *below ? "/" : "",
						g->git_tree_entry_name(e));
		git_tree *inner;

		if (g->git_tree_entry_type(e) == GIT_OBJECT_BLOB)
			rc = w->file(w, path, e, err);
		if (g->git_tree_entry_type(e) != GIT_OBJECT_TREE || depth >= FOLDERS_MAX)
			continue;
		rc = git_shelf_tree_of(w->s, g->git_tree_entry_id(e), &inner, err);
		if (!rc && inner)
			rc = git_shelf_walk(w, inner, path, depth + 1, err);
		g->git_tree_free(inner);
	}
	return rc;
}

static errint take_item(struct git_shelf_walk *w, const char *path, const git_tree_entry *e,
			struct err *err)
{
	BUF(bytes, LIMIT_SMALL_FILE);

	if (w->within.n && !str_eq(path_base(path_dir(str_c(path))), w->within))
		return 0;
	errint rc = read_blob(w->s, w->s->api->git_tree_entry_id(e), &bytes, err);

	if (rc || bytes.over)
		return rc;
	ARRAY_GROW(w->v, w->n, w->cap);
	w->v[w->n++] = (struct git_shelf_item){str_c(path), arena_str(w->a, buf_str(&bytes))};
	return 0;
}

void git_shelf_walk_release(struct git_shelf_walk *w)
{
	free(w->v);
	free(w->updates);
}

static int compare_items(const void *a, const void *b)
{
	return str_cmp(((const struct git_shelf_item *)a)->path,
		       ((const struct git_shelf_item *)b)->path);
}

/* The subtree of that name, which takes the place of *tree. */
static errint enter(struct git_shelf *s, git_tree **tree, const char *folder, struct err *err)
{
	git_tree_entry *entry = NULL;
	git_tree *inner = NULL;
	errint rc = 0;

	if (!*folder || !*tree)
		return 0;
	if (s->api->git_tree_entry_bypath(&entry, *tree, folder) == 0 &&
	    s->api->git_tree_entry_type(entry) == GIT_OBJECT_TREE)
		rc = git_shelf_tree_of(s, s->api->git_tree_entry_id(entry), &inner, err);
	s->api->git_tree_entry_free(entry);
	s->api->git_tree_free(*tree);
	*tree = inner;
	return rc;
}

errint git_shelf_read(struct git_shelf *s, const char *rev, const char *folder, struct str within,
		      struct arena *a, struct git_shelf_item **out, size_t *n, struct err *err)
{
	struct git_shelf_walk w CLEANUP(git_shelf_walk_release) = {
		.s = s, .a = a, .file = take_item, .within = within};
	git_tree *tree;
	errint rc = git_shelf_tree_at(s, rev, &tree, err);

	if (!rc)
		rc = enter(s, &tree, folder, err);
	if (!rc && tree)
		rc = git_shelf_walk(&w, tree, folder, 0, err);
	s->api->git_tree_free(tree);
	if (rc)
		return rc;
	if (w.n)
		qsort(w.v, w.n, sizeof(*w.v), compare_items);
	*out = ARENA_ARRAY(a, struct git_shelf_item, w.n);
	if (w.n)
		memcpy(*out, w.v, w.n * sizeof(*w.v));
	*n = w.n;
	return 0;
}
