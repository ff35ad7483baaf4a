/* SPDX-License-Identifier: MIT
 *
 * Submodules: what .gitmodules says of them, and their trees in the place of empty folders. */
#include "git/git_int.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* The module of that name, made when it is new. */
static struct git_module *module(struct git_module **v, size_t *n, size_t *cap, struct str *names[],
				 struct str name)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq((*names)[i], name))
			return &(*v)[i];
	if (*n == *cap) {
		*cap = *cap ? 2 * *cap : 8;
		*v = xreallocarray(*v, *cap, sizeof(**v));
		*names = xreallocarray(*names, *cap, sizeof(**names));
	}
	(*names)[*n] = name;
	(*v)[*n] = (struct git_module){.path = S(""), .url = S(""), .branch = S("")};
	return &(*v)[(*n)++];
}

static errint read_modules(struct git_source *s, git_config_iterator *it, struct git_module **out,
			   size_t *n, struct err *err)
{
	git_config_entry *e;
	struct str *names = NULL;
	struct git_module *v = NULL;
	size_t cap = 0;
	int status;

	*n = 0;
	while ((status = s->api->git_config_next(&e, it)) == 0) {
		struct str name = str_skip(str_c(e->name), strlen("submodule."));
		ptrdiff_t dot = str_rchr(name, '.');
		struct str value = arena_str(&s->mem, str_c(e->value));
		struct git_module *m = module(&v, n, &cap, &names,
					      arena_str(&s->mem, str_sub(name, 0, (size_t)dot)));
		struct str key = str_skip(name, (size_t)dot + 1);

		/* The first of several wins. */
		if (str_eqz(key, "path") && !m->path.n)
			m->path = value;
		else if (str_eqz(key, "url") && !m->url.n)
			m->url = value;
		else if (str_eqz(key, "branch") && !m->branch.n)
			m->branch = value;
	}
	*out = ARENA_ARRAY(&s->mem, struct git_module, *n + 1);
	if (*n)
		memcpy(*out, v, *n * sizeof(*v));
	free(v);
	free(names);
	return status == GIT_ITEROVER
		       ? 0
		       : git_fail(s->api, status, ERR_CORRUPT, err, "reading .gitmodules");
}

errint git_modules_parse(struct git_source *s, const char *file, struct git_module **out, size_t *n,
			 struct err *err)
{
	git_config *config = NULL;
	git_config_iterator *it = NULL;
	int status = s->api->git_config_open_ondisk(&config, file);
	errint rc;

	if (!status)
		status = s->api->git_config_iterator_glob_new(
			&it, config, "^submodule\\..*\\.(path|url|branch)$");
	if (status)
		rc = git_fail(s->api, status, ERR_CORRUPT, err, "parsing .gitmodules file");
	else
		rc = read_modules(s, it, out, n, err);
	s->api->git_config_iterator_free(it);
	s->api->git_config_free(config);
	return rc;
}

/* The commit that the tree has at a path; false when there is no submodule. */
static bool pinned_at(struct git_source *s, const char *path, git_oid *out)
{
	const struct git_api *g = s->api;
	git_commit *commit = NULL;
	git_tree *tree = NULL;
	git_tree_entry *e = NULL;
	bool found = !g->git_commit_lookup(&commit, s->repo, &s->id) &&
		     !g->git_commit_tree(&tree, commit) &&
		     !g->git_tree_entry_bypath(&e, tree, path) &&
		     g->git_tree_entry_filemode(e) == GIT_FILEMODE_COMMIT;

	if (found)
		*out = *g->git_tree_entry_id(e);
	g->git_tree_entry_free(e);
	g->git_tree_free(tree);
	g->git_commit_free(commit);
	return found;
}

/* Makes the folder, so that no symlink is on the way to it. */
static errint make_place(const char *dest, const char *path, struct err *err)
{
	struct archive_writer *to CLEANUP(archive_writer_cleanup) = NULL;
	struct archive_item item = {.type = ARCHIVE_DIR, .name = str_c(path), .link = S("")};
	struct str_source none = str_source_init(S(""));
	int dir CLEANUP_FD = -1;
	errint rc = open_dir(AT_FDCWD, dest, &dir, err);

	if (rc)
		return rc;
	to = archive_writer_new(dir);
	return archive_writer_add(to, &item, &none.source, err);
}

/* Its tree in the place of the empty folder. */
static errint fill(struct git_source *s, const struct git_request *r, const char *dest,
		   const char *path, struct err *err)
{
	char *place CLEANUP_FREE = path_join(str_c(dest), str_c(path));
	struct git_source *below CLEANUP(git_close_cleanup) = NULL;
	errint rc = git_open_below(s, r, &below, err);

	if (!rc)
		rc = make_place(dest, path, err);
	if (rc)
		return rc;
	if (rmdir(place))
		return err_sys(err, "cannot fill '%s'", path);
	rc = git_export(below, place, err);
	if (!rc && s->facts.workdir && below->facts.dirty)
		s->facts.dirty = true;
	return rc;
}

static errint resolve_url(struct git_source *s, const char *url, struct str *out, struct err *err)
{
	git_buf buf = {0};
	int status = s->api->git_submodule_resolve_url(&buf, s->repo, url);

	if (status)
		return git_fail(s->api, status, ERR_CORRUPT, err,
				"resolving Git submodule URL '%s'", url);
	*out = arena_str(&s->mem, str_n(buf.ptr, buf.size));
	s->api->git_buf_dispose(&buf);
	return 0;
}

static errint fill_commit(struct git_source *s, const struct git_module *m, const char *dest,
			  struct err *err)
{
	struct git_request r = {
		.ref = str_eqz(m->branch, ".") ? s->facts.ref : m->branch,
		.export_ignore = s->request.export_ignore,
		.checkout = s->request.checkout,
		.submodules = true,
		.all_refs = true,
	};
	char rev[65];
	git_oid id;
	errint rc;

	/* Paths of .gitmodules that are none here say nothing. */
	if (!pinned_at(s, m->path.p, &id))
		return 0;
	rc = resolve_url(s, m->url.p, &r.url, err);
	if (rc)
		return rc;
	r.rev = str_c(s->api->git_oid_tostr(rev, sizeof(rev), &id));
	return fill(s, &r, dest, m->path.p, err);
}

static errint fill_workdir(struct git_source *s, const struct git_module *m, const char *dest,
			   struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(s->path), m->path);
	struct git_request r = {
		.url = str_c(path),
		.ref = S(""),
		.rev = S(""),
		.export_ignore = s->request.export_ignore,
		.submodules = true,
	};
	char clean[LIMIT_PATH_TEXT + 1];
	size_t n;

	if (m->path.n > LIMIT_PATH_TEXT || !archive_clean_name(m->path, clean, &n) || !n)
		return err_set(err, ERR_CORRUPT, "'.gitmodules' holds the unsafe path '%.*s'",
			       STR_ARG(m->path));
	return fill(s, &r, dest, clean, err);
}

errint git_submodules_export(struct git_source *s, const char *dest, struct err *err)
{
	char *file CLEANUP_FREE = path_join(str_c(dest), S(".gitmodules"));
	char *own CLEANUP_FREE = path_join(str_c(s->path), S(".gitmodules"));
	struct git_module *v;
	struct stat st;
	size_t n;
	errint rc;

	/* What a commit calls so may be a symlink to anywhere. */
	if (s->facts.workdir ? stat(own, &st) : lstat(file, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_CORRUPT, "'.gitmodules' is no file");
	rc = git_modules_parse(s, s->facts.workdir ? own : file, &v, &n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		if (!v[i].path.n || !git_is_wanted(s, v[i].path, true))
			continue;
		rc = s->facts.workdir ? fill_workdir(s, &v[i], dest, err)
				      : fill_commit(s, &v[i], dest, err);
		if (rc)
			err_wrap(err, "submodule '%.*s'", STR_ARG(v[i].path));
	}
	if (s->facts.dirty)
		s->facts.rev[0] = '\0';
	return rc;
}
