/* SPDX-License-Identifier: MIT
 *
 * Writing out a commit's tree. Names in a tree come from outside: each is checked before a file is
 * made of it. */
#include "git/git_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/process.h"

struct git_walk {
	struct git_source *s;
	git_repository *plain;   /* for export-ignore */
	git_repository *objects; /* for checkout */
	struct archive_writer *to;
	struct buf path;
	uint64_t entries;
};

static void walk_release(struct git_walk *w)
{
	if (w->plain)
		w->s->api->git_repository_free(w->plain);
	if (w->objects)
		w->s->api->git_repository_free(w->objects);
	archive_writer_free(w->to);
	buf_release(&w->path);
}

errint git_blob_get(const struct git_source *s, const git_oid *id, git_blob **out, struct err *err)
{
	const struct git_api *g = s->api;
	git_odb *odb = NULL;
	git_object_t type;
	size_t size = 0;
	int status = g->git_repository_odb(&odb, s->repo);

	if (!status)
		status = g->git_odb_read_header(&size, &type, odb, id);
	g->git_odb_free(odb);
	if (!status && size > LIMIT_GIT_FILE)
		return err_set(err, ERR_TOO_BIG, "it has %zu bytes", size);
	if (!status)
		status = g->git_blob_lookup(out, s->repo, id);
	return status ? git_fail(g, status, ERR_CORRUPT, err, "reading a Git object") : 0;
}

errint git_is_ignored(const struct git_source *s, git_repository *plain, const char *path,
		      bool *out, struct err *err)
{
	const struct git_api *g = s->api;
	git_attr_options o = GIT_ATTR_OPTIONS_INIT;
	const char *value = NULL;
	int status;

	if (s->facts.workdir) {
		status = g->git_attr_get(&value, plain,
					 GIT_ATTR_CHECK_INDEX_ONLY | GIT_ATTR_CHECK_NO_SYSTEM, path,
					 "export-ignore");
	} else {
		o.attr_commit_id = s->id;
		o.flags = GIT_ATTR_CHECK_INCLUDE_COMMIT | GIT_ATTR_CHECK_NO_SYSTEM;
		status = g->git_attr_get_ext(&value, plain, &o, path, "export-ignore");
	}
	if (status && status != GIT_ENOTFOUND)
		return git_fail(g, status, ERR_FAILED, err, "looking up attributes of '%s'", path);
	/* git passes over an export-ignore with a value, too. */
	*out = !status && g->git_attr_value(value) == GIT_ATTR_VALUE_TRUE;
	return 0;
}

/* ---- one entry ---- */

static errint check_name(const char *name, struct err *err)
{
	size_t n = strlen(name);

	if (n == 0 || n > LIMIT_NAR_NAME || strchr(name, '/') || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return err_set(err, ERR_CORRUPT, "Git tree holds the unsafe name '%s'", name);
	return 0;
}

bool git_is_wanted(const struct git_source *s, struct str path, bool folder)
{
	ptrdiff_t slash = str_rchr(path, '/');
	struct str dir = slash < 0 ? S("") : str_sub(path, 0, (size_t)slash);

	for (size_t i = 0; i < s->request.n_only; i++) {
		struct str only = s->request.only[i];
		/* of a file it is the folder that may be on the way */
		struct str on_way = folder ? path : dir;

		if (!on_way.n || str_eq(only, on_way) ||
		    (str_starts(path, only) && path.n > only.n && path.p[only.n] == '/') ||
		    (str_starts(only, on_way) && only.p[on_way.n] == '/'))
			return true;
	}
	return s->request.n_only == 0;
}

/* The objects alone: what a repository here is configured to do, its info/attributes, its index and
 * the attributes in its work tree are its owner's, and say nothing of a commit. */
static errint open_objects(const struct git_source *s, git_repository **out, struct err *err)
{
	const struct git_api *g = s->api;
	git_repository *repo = NULL;
	git_config *config = NULL;
	git_index *index = NULL;
	git_odb *odb = NULL;
	int status = g->git_repository_odb(&odb, s->repo);

	if (!status)
		status = g->git_repository_wrap_odb(&repo, odb);
	if (!status)
		status = g->git_config_new(&config);
	if (!status)
		status = g->git_repository_set_config(repo, config);
	if (!status)
		status = g->git_index_new(&index);
	if (!status)
		status = g->git_repository_set_index(repo, index);
	g->git_index_free(index);
	g->git_config_free(config);
	g->git_odb_free(odb);
	*out = repo;
	return status ? git_fail(g, status, ERR_FAILED, err, "opening the objects of '%s'", s->path)
		      : 0;
}

/* What git's filters make of a file. */
static errint put_filtered(struct git_walk *w, const git_oid *id, const struct archive_item *item,
			   struct err *err)
{
	const struct git_api *g = w->s->api;
	git_blob_filter_options o = GIT_BLOB_FILTER_OPTIONS_INIT;
	git_blob *blob = NULL;
	git_buf made = {0};
	errint rc = 0;
	int status = g->git_blob_lookup(&blob, w->objects, id);

	o.flags = GIT_BLOB_FILTER_NO_SYSTEM_ATTRIBUTES | GIT_BLOB_FILTER_ATTRIBUTES_FROM_COMMIT;
	o.attr_commit_id = w->s->id;
	if (!status)
		status = g->git_blob_filter(&made, blob, buf_z(&w->path), &o);
	if (status)
		rc = git_fail(g, status, ERR_CORRUPT, err, "checking out '%s'", buf_z(&w->path));
	struct str_source data = str_source_init(str_n(made.ptr, made.size));
	if (!rc)
		rc = archive_writer_add(w->to, item, &data.source, err);
	g->git_buf_dispose(&made);
	g->git_blob_free(blob);
	return rc;
}

static errint put_file(struct git_walk *w, const git_oid *id, bool executable, struct err *err)
{
	const struct git_api *g = w->s->api;
	git_blob *blob = NULL;
	struct str_source data;
	struct archive_item item = {
		.type = ARCHIVE_FILE, .name = buf_str(&w->path), .mode = executable ? 0755 : 0644};
	errint rc = git_blob_get(w->s, id, &blob, err);

	if (rc)
		return rc;
	data = str_source_init(str_n(g->git_blob_rawcontent(blob), g->git_blob_rawsize(blob)));
	rc = w->s->request.checkout ? put_filtered(w, id, &item, err)
				    : archive_writer_add(w->to, &item, &data.source, err);
	g->git_blob_free(blob);
	return rc;
}

static errint put_link(struct git_walk *w, const git_oid *id, struct err *err)
{
	const struct git_api *g = w->s->api;
	git_blob *blob = NULL;
	struct str_source none = str_source_init(S(""));
	struct archive_item item = {.type = ARCHIVE_SYMLINK, .name = buf_str(&w->path)};
	char *target CLEANUP_FREE = NULL;
	struct str text;
	errint rc = git_blob_get(w->s, id, &blob, err);

	if (rc)
		return rc;
	text = str_n(g->git_blob_rawcontent(blob), g->git_blob_rawsize(blob));
	if (text.n == 0 || text.n >= LIMIT_NAR_LINK || str_chr(text, '\0') >= 0)
		rc = err_set(err, ERR_CORRUPT, "it has no usable target");
	if (!rc) {
		target = str_dupz(text);
		item.link = str_c(target);
		rc = archive_writer_add(w->to, &item, &none.source, err);
	}
	g->git_blob_free(blob);
	return rc;
}

static errint put_dir(struct git_walk *w, struct err *err)
{
	struct str_source none = str_source_init(S(""));
	struct archive_item item = {.type = ARCHIVE_DIR, .name = buf_str(&w->path)};

	return archive_writer_add(w->to, &item, &none.source, err);
}

static errint walk_tree(struct git_walk *w, const git_oid *id, unsigned depth, struct err *err);

static errint put_entry(struct git_walk *w, const git_tree_entry *e, unsigned depth,
			struct err *err)
{
	const git_oid *id = w->s->api->git_tree_entry_id(e);
	git_filemode_t mode = w->s->api->git_tree_entry_filemode(e);
	bool ignored = false;
	errint rc = 0;

	if (w->s->request.export_ignore)
		rc = git_is_ignored(w->s, w->plain, buf_z(&w->path), &ignored, err);
	if (rc || ignored ||
	    !git_is_wanted(w->s, buf_str(&w->path),
			   mode == GIT_FILEMODE_TREE || mode == GIT_FILEMODE_COMMIT))
		return rc;
	switch (mode) {
	case GIT_FILEMODE_TREE:
		rc = put_dir(w, err);
		return rc ? rc : walk_tree(w, id, depth + 1, err);
	case GIT_FILEMODE_LINK:
		return put_link(w, id, err);
	case GIT_FILEMODE_COMMIT:
		/* A submodule: empty, until somebody fills it. */
		return put_dir(w, err);
	case GIT_FILEMODE_BLOB:
	case GIT_FILEMODE_BLOB_EXECUTABLE:
		return put_file(w, id, mode == GIT_FILEMODE_BLOB_EXECUTABLE, err);
	default:
		return err_set(err, ERR_UNSUPPORTED, "file '%s' has an unsupported Git file type",
			       buf_z(&w->path));
	}
}

static errint walk_entry(struct git_walk *w, const git_tree_entry *e, unsigned depth,
			 struct err *err)
{
	const char *name = w->s->api->git_tree_entry_name(e);
	size_t before = w->path.n;
	errint rc = check_name(name, err);

	if (!rc)
		rc = interrupt_check(err);
	if (!rc && ++w->entries > LIMIT_GIT_ENTRIES)
		rc = err_set(err, ERR_TOO_BIG, "Git tree holds more than %d entries",
			     LIMIT_GIT_ENTRIES);
	if (rc)
		return rc;
	if (before)
		buf_putc(&w->path, '/');
	buf_putz(&w->path, name);
	rc = buf_check(&w->path, "path in a Git tree", err);
	if (!rc)
		rc = put_entry(w, e, depth, err);
	if (rc)
		return rc;
	w->path.n = before;
	w->path.p[before] = '\0';
	return 0;
}

static errint walk_tree(struct git_walk *w, const git_oid *id, unsigned depth, struct err *err)
{
	const struct git_api *g = w->s->api;
	git_tree *tree = NULL;
	errint rc = 0;

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "Git tree is deeper than %d folders",
			       LIMIT_NAR_DEPTH);
	if (g->git_tree_lookup(&tree, w->s->repo, id))
		return git_fail(g, -1, ERR_CORRUPT, err, "reading the folder '%s' of a Git tree",
				buf_z(&w->path));
	for (size_t i = 0; !rc && i < g->git_tree_entrycount(tree); i++)
		rc = walk_entry(w, g->git_tree_entry_byindex(tree, i), depth, err);
	g->git_tree_free(tree);
	return rc;
}

/* ---- all ---- */

static errint walk_commit(struct git_walk *w, struct err *err)
{
	const struct git_api *g = w->s->api;
	git_object *commit = NULL, *tree = NULL;
	int status = g->git_object_lookup(&commit, w->s->repo, &w->s->id, GIT_OBJECT_COMMIT);
	errint rc;

	if (!status)
		status = g->git_object_peel(&tree, commit, GIT_OBJECT_TREE);
	if (status)
		rc = git_fail(g, status, ERR_CORRUPT, err, "reading the commit '%s'",
			      w->s->facts.rev);
	else
		rc = walk_tree(w, g->git_object_id(tree), 0, err);
	g->git_object_free(tree);
	g->git_object_free(commit);
	return rc;
}

errint git_tree_export(struct git_source *s, const char *dest, struct err *err)
{
	struct git_walk w CLEANUP(walk_release) = {.s = s, .path = BUF_INIT(LIMIT_PATH_TEXT)};
	int dir CLEANUP_FD = -1;
	errint rc = 0;

	if (mkdir(dest, 0755))
		return err_sys(err, "cannot make '%s'", dest);
	rc = open_dir(AT_FDCWD, dest, &dir, err);
	if (!rc && s->request.export_ignore)
		rc = git_open_plain(s->api, s->path, &w.plain, err);
	if (!rc && s->request.checkout)
		rc = open_objects(s, &w.objects, err);
	if (rc)
		return rc;
	w.to = archive_writer_new(dir);
	/* The user's own attributes are no part of the repository. */
	s->api->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
	rc = walk_commit(&w, err);
	s->api->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, NULL);
	return rc ? err_wrap(err, "writing out '%s' of the Git repository '%.*s'", s->facts.rev,
			     STR_ARG(s->request.url))
		  : 0;
}
