/* SPDX-License-Identifier: MIT
 *
 * Who is at work is seen in /proc: a program that is called git, or begins so, in a folder of the
 * work tree or of the repository. */
#include "git/git_stale.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

enum { MOMENT_MS = 200 };

static bool is_below(struct str path, const char *dir)
{
	struct str rest = str_drop_prefix(path, str_c(dir));

	return str_starts(path, str_c(dir)) && (!rest.n || rest.p[0] == '/');
}

/* A process that cannot be looked at may be one. */
static bool works_here(const struct git_place *p, const char *pid)
{
	char *comm CLEANUP_FREE = xasprintf("/proc/%s/comm", pid);
	char *link CLEANUP_FREE = xasprintf("/proc/%s/cwd", pid);
	char *cwd CLEANUP_FREE = NULL;
	BUF(name, LIMIT_SMALL_FILE);
	ERR(gone);

	if (file_read(AT_FDCWD, comm, &name, &gone) || !str_starts(buf_str(&name), S("git")))
		return false;
	if (read_link(AT_FDCWD, link, &cwd, &gone))
		return gone.code == ERR_DENIED;
	return is_below(str_c(cwd), p->top) || is_below(str_c(cwd), p->common);
}

static bool is_busy(const struct git_place *p)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	ERR(ignored);

	if (dir_list(AT_FDCWD, "/proc", &l, &ignored))
		return true;
	for (size_t i = 0; i < l.n; i++)
		if (l.v[i].name[0] >= '0' && l.v[i].name[0] <= '9' && works_here(p, l.v[i].name))
			return true;
	return false;
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void git_remove_stale_locks(const struct git_place *p, const char *const *refs, size_t n)
{
	ARENA(a);
	const char **file = ARENA_ARRAY(&a, const char *, n + 1);
	struct stat *seen = ARENA_ARRAY(&a, struct stat, n + 1), now;
	bool some = false;

	for (size_t i = 0; i <= n; i++) {
		file[i] = i < n ? arena_printf(&a, "%s/%s.lock", p->common, refs[i])
				: arena_printf(&a, "%s/index.lock", p->dir);
		if (lstat(file[i], &seen[i]))
			file[i] = NULL;
		some = some || file[i];
	}
	if (!some)
		return;
	nanosleep(&(struct timespec){.tv_nsec = MOMENT_MS * 1000000L}, NULL);
	if (is_busy(p))
		return;
	for (size_t i = 0; i <= n; i++)
		if (file[i] && lstat(file[i], &now) == 0 && same(&now, &seen[i]))
			unlink(file[i]);
}
