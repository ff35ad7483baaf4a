/* SPDX-License-Identifier: MIT
 *
 * Work trees: the files that git tracks, as they are on the disk now. */
#include "git/git_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"

enum { DELETED = GIT_STATUS_INDEX_DELETED | GIT_STATUS_WT_DELETED };

static int on_file(const char *path, unsigned status, void *ctx)
{
	struct git_source *s = ctx;

	if (interrupted())
		return GIT_EUSER;
	if (status != GIT_STATUS_CURRENT)
		s->facts.dirty = true;
	if (status & DELETED)
		return 0;
	if (s->n_files == LIMIT_GIT_ENTRIES)
		return GIT_EUSER;
	ARRAY_GROW(s->files, s->n_files, s->cap_files);
	s->files[s->n_files++] = arena_str(&s->mem, str_c(path));
	return 0;
}

static errint read_head(struct git_source *s, struct err *err)
{
	const struct git_api *g = s->api;
	git_commit *commit = NULL;
	int status = g->git_reference_name_to_id(&s->id, s->repo, "HEAD");

	if (status == GIT_ENOTFOUND)
		return 0;
	if (!status)
		status = g->git_commit_lookup(&commit, s->repo, &s->id);
	if (status)
		return git_fail(g, status, ERR_CORRUPT, err, "resolving HEAD of '%s'", s->path);
	s->facts.modified = g->git_commit_time(commit);
	g->git_oid_tostr(s->facts.head, sizeof(s->facts.head), &s->id);
	g->git_commit_free(commit);
	return 0;
}

errint git_workdir_read(struct git_source *s, struct err *err)
{
	git_status_options o;
	errint rc = read_head(s, err);

	if (rc)
		return rc;
	s->api->git_status_options_init(&o, GIT_STATUS_OPTIONS_VERSION);
	o.flags = GIT_STATUS_OPT_INCLUDE_UNMODIFIED | GIT_STATUS_OPT_EXCLUDE_SUBMODULES;
	int status = s->api->git_status_foreach_ext(s->repo, &o, on_file, s);
	if (s->n_files == LIMIT_GIT_ENTRIES)
		return err_set(err, ERR_TOO_BIG, "Git repository '%s' has more than %d files",
			       s->path, LIMIT_GIT_ENTRIES);
	if (status)
		return git_fail(s->api, status, ERR_FAILED, err, "getting the status of '%s'",
				s->path);
	if (s->facts.dirty)
		s->facts.rev[0] = '\0';
	else if (s->facts.head[0])
		memcpy(s->facts.rev, s->facts.head, sizeof(s->facts.rev));
	return 0;
}

/* ---- writing it out ---- */

struct copy {
	struct git_source *s;
	int from; /* the work tree */
	git_repository *plain;
	struct archive_writer *to;
};

static void copy_release(struct copy *c)
{
	if (c->from >= 0)
		close(c->from);
	if (c->plain)
		c->s->api->git_repository_free(c->plain);
	archive_writer_free(c->to);
}

static errint put_regular(struct copy *c, const char *name, mode_t mode, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct fd_source data;
	struct archive_item item = {
		.type = ARCHIVE_FILE, .name = str_c(name), .mode = mode & 07777};
	errint rc = open_file(c->from, name, &fd, err);

	if (rc)
		return rc;
	data = fd_source_init(fd);
	return archive_writer_add(c->to, &item, &data.source, err);
}

static errint put_symlink(struct copy *c, const char *name, struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	struct str_source none = str_source_init(S(""));
	struct archive_item item = {.type = ARCHIVE_SYMLINK, .name = str_c(name)};
	errint rc = read_link(c->from, name, &target, err);

	if (rc)
		return rc;
	item.link = str_c(target);
	return archive_writer_add(c->to, &item, &none.source, err);
}

static errint put_dir(struct copy *c, const char *name, struct err *err)
{
	struct str_source none = str_source_init(S(""));
	struct archive_item item = {.type = ARCHIVE_DIR, .name = str_c(name)};

	return archive_writer_add(c->to, &item, &none.source, err);
}

/* Is the file, or a folder on the way to it, left out of exports? Folders that are not stay, even
 * where everything in them goes. */
static errint is_ignored(struct copy *c, const char *name, bool *out, struct err *err)
{
	char *part CLEANUP_FREE = xstrdup(name);
	errint rc = 0;

	*out = false;
	for (char *at = strchr(part, '/'); !rc && !*out && at; at = strchr(at + 1, '/')) {
		*at = '\0';
		rc = git_is_ignored(c->s, c->plain, part, out, err);
		if (!rc && !*out)
			rc = put_dir(c, part, err);
		*at = '/';
	}
	return rc || *out ? rc : git_is_ignored(c->s, c->plain, part, out, err);
}

static errint put_path(struct copy *c, const char *name, struct err *err)
{
	bool ignored = false;
	struct stat st;
	errint rc = interrupt_check(err);

	if (!rc && c->s->request.export_ignore)
		rc = is_ignored(c, name, &ignored, err);
	if (rc || ignored)
		return rc;
	if (fstatat(c->from, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot read '%s'", name);
	switch (st.st_mode & S_IFMT) {
	case S_IFREG:
		return put_regular(c, name, st.st_mode, err);
	case S_IFLNK:
		return put_symlink(c, name, err);
	case S_IFDIR:
		return put_dir(c, name, err);
	default:
		return err_set(err, ERR_UNSUPPORTED, "file '%s' has an unsupported type", name);
	}
}

errint git_workdir_export(struct git_source *s, const char *dest, struct err *err)
{
	struct copy c CLEANUP(copy_release) = {.s = s, .from = -1};
	int dir CLEANUP_FD = -1;
	errint rc;

	if (mkdir(dest, 0755))
		return err_sys(err, "cannot make '%s'", dest);
	rc = open_dir(AT_FDCWD, dest, &dir, err);
	if (!rc)
		rc = open_dir(AT_FDCWD, s->path, &c.from, err);
	if (!rc && s->request.export_ignore)
		rc = git_open_plain(s->api, s->path, &c.plain, err);
	if (rc)
		return rc;
	c.to = archive_writer_new(dir);
	s->api->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, "");
	for (size_t i = 0; !rc && i < s->n_files; i++)
		rc = put_path(&c, s->files[i].p, err);
	s->api->git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG, NULL);
	return rc ? err_wrap(err, "copying the Git work tree '%s'", s->path) : 0;
}
