/* SPDX-License-Identifier: MIT
 *
 * What keeps paths alive: links under gcroots and profiles (direct, or by way of a link
 * elsewhere), the temporary roots of running processes, and what running processes have open or
 * mapped or name in their environment. */
#include "store/store_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "store/roots_int.h"

enum { ROOTS_DEPTH = 64 }; /* folders under gcroots */

/* ---- the list ---- */

void roots_add(struct roots *r, struct str link, struct str path)
{
	ARRAY_GROW(r->v, r->n, r->cap);
	r->v[r->n++] = (struct root){.link = arena_str(r->a, link), .path = arena_str(r->a, path)};
}

void roots_release(struct roots *r)
{
	free(r->v);
}

/* Adds the store path that target is or lies in, if it is valid. */
errint roots_add_target(struct roots *r, const char *link, struct str target, struct err *err)
{
	struct str top;
	bool valid;

	if (!store_path_split(store_dir(r->s), target, &top, NULL))
		return 0;
	errint rc = db_is_valid(r->s, top, &valid, err);
	if (!rc && valid)
		roots_add(r, str_c(link), top);
	return rc;
}

static int cmp_root(const void *a, const void *b)
{
	const struct root *x = a, *y = b;
	int c = str_cmp(x->link, y->link);

	return c ? c : str_cmp(x->path, y->path);
}

void roots_sort(struct roots *r)
{
	size_t kept = 0;

	if (r->n > 1)
		qsort(r->v, r->n, sizeof(*r->v), cmp_root);
	for (size_t i = 0; i < r->n; i++) {
		if (kept == 0 || cmp_root(&r->v[kept - 1], &r->v[i]) != 0)
			r->v[kept++] = r->v[i];
	}
	r->n = kept;
}

/* ---- links ---- */

static bool in_store(const struct roots *r, const char *target)
{
	struct str dir = store_dir(r->s), t = str_c(target);

	return str_starts(t, dir) && t.n > dir.n && t.p[dir.n] == '/';
}

/* target is where a link under gcroots leads: itself a link into the store, or nothing. */
static errint indirect_root(struct roots *r, const char *link, const char *target, struct err *err)
{
	struct str dir = path_dir(str_c(link));
	char *joined CLEANUP_FREE =
		*target == '/' ? xstrdup(target) : path_join(dir, str_c(target));
	char *where CLEANUP_FREE = path_clean(str_c(joined));
	char *final CLEANUP_FREE = NULL;
	ERR(local);
	errint rc = read_link(AT_FDCWD, where, &final, &local);

	if (!rc)
		return in_store(r, final) ? roots_add_target(r, where, str_c(final), err) : 0;
	if (rc == ERR_NOT_FOUND && r->drop_stale && str_ends(dir, S("/gcroots/auto"))) {
		report_msg(r->s->report, REPORT_INFO, "removing stale link from '%s' to '%s'", link,
			   where);
		unlink(link);
	}
	return 0;
}

static errint link_root(struct roots *r, const char *link, struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	ERR(local);

	if (held_is_stale(link)) {
		if (r->drop_stale) {
			report_msg(r->s->report, REPORT_INFO,
				   "removing '%s': its process has ended", link);
			unlink(link);
		}
		return 0;
	}
	/* It may be gone meanwhile, or not ours to read. */
	if (read_link(AT_FDCWD, link, &target, &local))
		return 0;
	if (in_store(r, target))
		return roots_add_target(r, link, str_c(target), err);
	return indirect_root(r, link, target, err);
}

/* A plain file under gcroots that is named like a store path protects it. */
static errint file_root(struct roots *r, const char *file, struct err *err)
{
	struct str base = path_base(str_c(file));
	char *path CLEANUP_FREE = xasprintf("%s/%.*s", r->s->cfg.store_dir, STR_ARG(base));

	return store_path_is(store_dir(r->s), str_c(path))
		       ? roots_add_target(r, file, str_c(path), err)
		       : 0;
}

static errint folder_roots(struct roots *r, const char *folder, unsigned depth, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, folder, &list, err);

	if (rc == ERR_NOT_FOUND || rc == ERR_DENIED) {
		if (rc == ERR_DENIED)
			report_msg(r->s->report, REPORT_WARN, "cannot read potential roots: %s",
				   err->msg);
		err_clear(err);
		return 0;
	}
	if (!rc && depth > ROOTS_DEPTH)
		rc = err_set(err, ERR_TOO_BIG, "'%s' is nested deeper than %d folders", folder,
			     ROOTS_DEPTH);
	for (size_t i = 0; !rc && i < list.n; i++) {
		char *path CLEANUP_FREE = xasprintf("%s/%s", folder, list.v[i].name);
		if (list.v[i].type == DT_DIR)
			rc = folder_roots(r, path, depth + 1, err);
		else if (list.v[i].type == DT_LNK)
			rc = link_root(r, path, err);
		else if (list.v[i].type == DT_REG)
			rc = file_root(r, path, err);
	}
	return rc;
}

errint roots_permanent(struct roots *r, struct err *err)
{
	static const char *const folders[] = {"gcroots", "profiles"};
	errint rc = db_open(r->s, false, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(folders); i++) {
		char *folder CLEANUP_FREE = store_state_file(r->s, folders[i]);
		rc = folder_roots(r, folder, 0, err);
	}
	return rc;
}

/* ---- temporary roots ---- */

/* The file is stale if its lock is free: its process has ended. */
static bool drop_if_stale(const char *path, int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return false;
	lock_file_remove(path, fd);
	return true;
}

static errint temp_file_roots(struct roots *r, const char *folder, const char *name,
			      struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/%s", folder, name);
	char *link CLEANUP_FREE = xasprintf("{temp:%s}", name);
	int fd CLEANUP_FD = open(path, O_RDWR | O_CLOEXEC);
	bool own = r->s->temp_roots_path && strcmp(path, r->s->temp_roots_path) == 0;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "cannot open '%s'", path);
	if (!own && drop_if_stale(path, fd))
		return 0;
	BUF(text, LIMIT_LOCK_FILE);
	errint rc = fd_read_all(fd, &text, err);
	struct str rest = buf_str(&text), piece, tail;
	while (!rc && str_cut(rest, '\0', &piece, &tail)) {
		if (store_path_is(store_dir(r->s), piece))
			roots_add(r, str_c(link), piece);
		rest = tail;
	}
	return rc;
}

errint roots_temporary(struct roots *r, struct err *err)
{
	char *folder CLEANUP_FREE = store_state_file(r->s, "temproots");
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, folder, &list, err);

	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	for (size_t i = 0; !rc && i < list.n; i++) {
		if (list.v[i].name[0] != '.')
			rc = temp_file_roots(r, folder, list.v[i].name, err);
	}
	return rc;
}

errint store_roots(struct store *s, struct arena *a, struct root **out, size_t *n, struct err *err)
{
	struct roots r CLEANUP(roots_release) = {.s = s, .a = a};
	errint rc = store_flush(s, err);

	if (!rc)
		rc = roots_permanent(&r, err);
	if (!rc)
		rc = roots_running(&r, err);
	if (!rc)
		rc = roots_temporary(&r, err);
	if (rc)
		return err_wrap(err, "finding garbage collector roots");
	roots_sort(&r);
	*out = ARENA_ARRAY(a, struct root, r.n);
	*n = r.n;
	if (r.n)
		memcpy(*out, r.v, r.n * sizeof(*r.v));
	return 0;
}

/* ---- making them ---- */

/* Is there a link to that already? Then a command that is run again need not write. */
static bool leads_to(const char *link, const char *target)
{
	char *there CLEANUP_FREE = NULL;
	ERR(err);

	return read_link(AT_FDCWD, link, &there, &err) == 0 && strcmp(there, target) == 0;
}

static errint indirect_link(struct store *s, const char *link, struct err *err)
{
	struct hash h;
	char text[HASH_TEXT_MAX];
	hash_bytes(HASH_SHA1, str_c(link), &h);
	char *folder CLEANUP_FREE = store_state_file(s, "gcroots/auto");
	char *path CLEANUP_FREE =
		xasprintf("%s/%s", folder, hash_format(&h, HASH_NIX32, false, text));

	if (leads_to(path, link))
		return 0;
	if (s->foreign) {
		report_msg(
			s->report, REPORT_WARN,
			"'%s' is no root: the store is somebody else's, and a collection of theirs may "
			"take what it leads to",
			link);
		return 0;
	}
	errint rc = mkdir_p(AT_FDCWD, folder, 0755, err);

	return rc ? rc : file_symlink(link, AT_FDCWD, path, err);
}

/* A file of the user's, or a link of theirs to elsewhere, is not ours to replace. */
static errint check_replaceable(struct store *s, const char *link, struct err *err)
{
	struct roots r = {.s = s};
	char *target CLEANUP_FREE = NULL;
	struct stat st;

	if (lstat(link, &st) < 0)
		return errno == ENOENT ? 0 : err_sys(err, "cannot read '%s'", link);
	if (S_ISLNK(st.st_mode)) {
		errint rc = read_link(AT_FDCWD, link, &target, err);
		if (rc)
			return rc;
		if (in_store(&r, target))
			return 0;
	}
	return err_set(err, ERR_EXISTS, "cannot create symlink '%s'; already exists", link);
}

errint store_add_root(struct store *s, const char *link, struct str path, struct err *err)
{
	struct roots r = {.s = s};
	char *absolute CLEANUP_FREE = NULL, *target CLEANUP_FREE = str_dupz(path);
	errint rc = path_absolute(str_c(link), &absolute, err);

	if (!rc && in_store(&r, absolute))
		rc = err_set(err, ERR_DENIED,
			     "a garbage collector root must not lie in the store: "
			     "'%s'",
			     absolute);
	if (!rc)
		rc = store_temp_root(s, path, err);
	if (!rc && leads_to(absolute, target))
		return indirect_link(s, absolute, err);
	if (!rc)
		rc = check_replaceable(s, absolute, err);
	if (!rc) {
		char *folder CLEANUP_FREE = str_dupz(path_dir(str_c(absolute)));
		rc = mkdir_p(AT_FDCWD, folder, 0755, err);
	}
	if (!rc)
		rc = file_symlink(target, AT_FDCWD, absolute, err);
	return rc ? rc : indirect_link(s, absolute, err);
}
