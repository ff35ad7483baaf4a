/* SPDX-License-Identifier: MIT
 *
 * What running processes use of the store, from /proc: executable, working folder, open files,
 * mappings, and store paths in the environment. A chroot store's objects show up there under
 * their real names. Processes that end, or that we may not look into, are passed over. */
#include "store/roots_int.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"

enum { PROC_TEXT = 64 << 20 }; /* of one maps or environ file */

/* A path as a process sees it, or as the machine does. */
static errint add_seen(struct roots *r, const char *link, struct str target, struct err *err)
{
	size_t root = strlen(r->s->cfg.root);

	if (root && str_starts(target, str_c(r->s->cfg.root))) {
		errint rc = roots_add_target(r, link, str_skip(target, root), err);
		if (rc)
			return rc;
	}
	return roots_add_target(r, link, target, err);
}

static errint add_link(struct roots *r, const char *link, struct err *err)
{
	char target[LIMIT_PATH_TEXT];
	ssize_t n = readlink(link, target, sizeof(target));

	return n > 0 ? add_seen(r, link, str_n(target, (size_t)n), err) : 0;
}

static errint add_open_files(struct roots *r, const char *pid, struct err *err)
{
	char *folder CLEANUP_FREE = xasprintf("/proc/%s/fd", pid);
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(gone);
	errint rc = 0;

	if (dir_list(AT_FDCWD, folder, &list, &gone))
		return 0;
	for (size_t i = 0; !rc && i < list.n; i++) {
		char *link CLEANUP_FREE = xasprintf("%s/%s", folder, list.v[i].name);
		rc = add_link(r, link, err);
	}
	return rc;
}

/* False when the process is gone or somebody else's. */
static bool read_proc(const char *path, struct buf *b)
{
	ERR(gone);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && fd_read_all(fd, b, &gone) == 0;
}

static errint add_mappings(struct roots *r, const char *pid, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("/proc/%s/maps", pid);
	BUF(text, PROC_TEXT);
	if (!read_proc(path, &text))
		return 0;

	struct str rest = buf_str(&text), line, last = STR_NULL;
	errint rc = 0;
	while (!rc && str_split(&rest, '\n', &line)) {
		ptrdiff_t slash = str_chr(line, '/');
		struct str file = slash < 0 ? STR_NULL : str_skip(line, (size_t)slash);
		if (file.n == 0 || str_eq(file, last))
			continue;
		last = file;
		rc = add_seen(r, path, file, err);
	}
	return rc;
}

static size_t path_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (isalnum((unsigned char)s.p[n]) || memchr("+-._?=/", s.p[n], 7)))
		n++;
	return n;
}

static errint add_environment(struct roots *r, const char *pid, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("/proc/%s/environ", pid);
	BUF(text, PROC_TEXT);
	if (!read_proc(path, &text))
		return 0;

	struct str rest = buf_str(&text);
	for (;;) {
		ptrdiff_t at = str_find(rest, store_dir(r->s));
		if (at < 0)
			return 0;
		rest = str_skip(rest, (size_t)at);
		size_t n = path_length(rest);
		errint rc = roots_add_target(r, path, str_sub(rest, 0, n), err);
		if (rc)
			return rc;
		rest = str_skip(rest, MAX(n, store_dir(r->s).n));
	}
}

static errint add_process(struct roots *r, const char *pid, struct err *err)
{
	char *exe CLEANUP_FREE = xasprintf("/proc/%s/exe", pid);
	char *cwd CLEANUP_FREE = xasprintf("/proc/%s/cwd", pid);
	errint rc = add_link(r, exe, err);

	if (!rc)
		rc = add_link(r, cwd, err);
	if (!rc)
		rc = add_open_files(r, pid, err);
	if (!rc)
		rc = add_mappings(r, pid, err);
	return rc ? rc : add_environment(r, pid, err);
}

errint roots_running(struct roots *r, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);
	errint rc = db_open(r->s, false, err);

	/* Without /proc there is nothing to be found. */
	if (rc || dir_list(AT_FDCWD, "/proc", &list, &none))
		return rc;
	for (size_t i = 0; !rc && i < list.n; i++) {
		if (isdigit((unsigned char)list.v[i].name[0]))
			rc = add_process(r, list.v[i].name, err);
	}
	return rc;
}
