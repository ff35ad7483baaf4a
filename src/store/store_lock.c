/* SPDX-License-Identifier: MIT
 *
 * Lock files beside store paths, with Nix's protocol for their removal: whoever unlinks one writes
 * a byte into it, so that a waiter who gets the lock of a removed file knows to start
 * again with a new one. Taken in sorted order, so that two takers cannot wait for each other. */
#include "store/store_int.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"

struct store_lock {
	size_t n;
	struct held {
		char *path;
		int fd;
	} v[];
};

/* A lock file with a byte in it was removed by its holder; one that is there all the same is what a
 * power cut left, when the removal was lost and the byte was not. */
static bool is_leftover(const char *path, const struct stat *st)
{
	struct stat there;

	return lstat(path, &there) == 0 && there.st_dev == st->st_dev && there.st_ino == st->st_ino;
}

static errint take(const char *path, bool try, int *out, struct err *err)
{
	for (;;) {
		int fd CLEANUP_FD = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (fd < 0)
			return err_sys(err, "cannot open lock file '%s'", path);
		errint rc = fd_lock(fd, true, try, err);
		if (rc)
			return rc;
		struct stat st;
		if (fstat(fd, &st) < 0)
			return err_sys(err, "cannot read lock file '%s'", path);
		if (st.st_size != 0 && is_leftover(path, &st) && ftruncate(fd, 0) == 0)
			st.st_size = 0;
		if (st.st_size == 0) {
			*out = STEAL_FD(fd);
			return 0;
		}
	}
}

static void unlock_cleanup(struct store_lock **l)
{
	store_unlock(*l);
}

static errint take_all(struct store *s, const struct str *paths, size_t n, bool try,
		       struct store_lock **out, struct err *err)
{
	ARENA(a);
	struct str_set set = {.v = ARENA_ARRAY(&a, struct str, n), .n = n};
	errint rc = store_make_writable(s, err);

	if (rc)
		return rc;
	if (n)
		memcpy(set.v, paths, n * sizeof(*paths));
	str_set_sort(&set);

	struct store_lock *l CLEANUP(unlock_cleanup) =
		xcalloc(1, sizeof(*l) + set.n * sizeof(l->v[0]));
	for (size_t i = 0; i < set.n; i++) {
		char *real CLEANUP_FREE = store_real_path(s, set.v[i]);
		char *path CLEANUP_FREE = xasprintf("%s.lock", real);
		int fd = -1;
		rc = take(path, try, &fd, err);
		if (rc)
			return err_wrap(err, "locking '%.*s'", STR_ARG(set.v[i]));
		l->v[l->n++] = (struct held){.path = STEAL(path), .fd = fd};
	}
	*out = STEAL(l);
	return 0;
}

errint store_lock_only(struct store *s, const struct str *paths, size_t n, struct store_lock **out,
		       struct err *err)
{
	return take_all(s, paths, n, false, out, err);
}

errint store_lock(struct store *s, const struct str *paths, size_t n, bool try,
		  struct store_lock **out, struct err *err)
{
	/* First what waits for registration: that takes locks of its own, and whoever holds one of
	 * ours then could be waiting for one of those. */
	errint rc = store_flush(s, err);

	return rc ? rc : take_all(s, paths, n, try, out, err);
}

void lock_file_remove(const char *path, int fd)
{
	ERR(ignored);

	/* Without the token a waiter gets a lock on a removed file, as if we had died here: the
	 * database decides what is valid, not the lock. */
	unlink(path);
	if (fd_write_all(fd, "d", 1, &ignored))
		return;
}

void store_unlock(struct store_lock *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->n; i++) {
		lock_file_remove(l->v[i].path, l->v[i].fd);
		close(l->v[i].fd);
		free(l->v[i].path);
	}
	free(l);
}
