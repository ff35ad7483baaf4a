/* SPDX-License-Identifier: MIT
 *
 * Temporary roots: what this process uses and a collection beside it must spare. Nix's protocol:
 * a file named after the process, held under an exclusive lock, lists the paths, each with a NUL
 * behind it; it is appended to under a shared lock of gc.lock. Where a collector holds that lock,
 * the path goes to the collector's socket first, and its answer is awaited. */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

enum {
	/* Above every process number: another name where somebody with our number, in another
	 * process namespace or another handle of this process, holds the plain one. */
	PID_STEP = 1 << 22,
	PID_STEPS = 256,
	RETRY_MS = 10,
};

errint store_gc_lock_open(struct store *s, struct err *err)
{
	if (s->gc_lock >= 0)
		return 0;
	char *path CLEANUP_FREE = store_state_file(s, "gc.lock");
	s->gc_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return s->gc_lock < 0 ? err_sys(err, "cannot open '%s'", path) : 0;
}

/* Takes the file under this name unless somebody alive holds it. */
static errint claim_file(const char *path, int *out, bool *taken, struct err *err)
{
	for (;;) {
		int fd CLEANUP_FD = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		struct stat here, there;
		if (fd < 0)
			return err_sys(err, "cannot open '%s'", path);
		if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
			*taken = false;
			return errno == EWOULDBLOCK ? 0 : err_sys(err, "cannot lock '%s'", path);
		}
		/* A collector may have removed the file between our opening and locking it. */
		if (fstat(fd, &here) == 0 && stat(path, &there) == 0 &&
		    here.st_ino == there.st_ino && here.st_dev == there.st_dev) {
			if (ftruncate(fd, 0) < 0)
				return err_sys(err, "cannot empty '%s'", path);
			*out = STEAL_FD(fd);
			*taken = true;
			return 0;
		}
	}
}

static errint open_temp_roots(struct store *s, struct err *err)
{
	if (s->temp_roots >= 0)
		return 0;
	for (long k = 0; k < PID_STEPS; k++) {
		char *path CLEANUP_FREE =
			xasprintf("%s/temproots/%ld", s->real_state, (long)getpid() + k * PID_STEP);
		bool taken;
		int fd;
		errint rc = claim_file(path, &fd, &taken, err);
		if (rc)
			return rc;
		if (taken) {
			s->temp_roots = fd;
			s->temp_roots_path = STEAL(path);
			return 0;
		}
	}
	return err_set(err, ERR_FAILED, "every name for our temporary roots is in use");
}

void store_temp_roots_release(struct store *s)
{
	if (s->temp_roots < 0)
		return;
	unlink(s->temp_roots_path);
	close(s->temp_roots);
	free(s->temp_roots_path);
	s->temp_roots = -1;
}

/* Through the folder's descriptor: sun_path is too short for deep state folders. */
static int connect_collector(struct store *s)
{
	char *folder CLEANUP_FREE = store_state_file(s, "gc-socket");
	int dir CLEANUP_FD = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd CLEANUP_FD = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (dir < 0 || fd < 0)
		return -1;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/socket", dir);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -1;
	return STEAL_FD(fd);
}

/* False when the collector went away meanwhile. */
static bool tell_collector(struct store *s, struct str path)
{
	if (s->roots_socket < 0)
		s->roots_socket = connect_collector(s);
	if (s->roots_socket < 0)
		return false;

	char *line CLEANUP_FREE = xasprintf("%.*s\n", STR_ARG(path));
	size_t n = path.n + 1;
	char answer;
	if (send(s->roots_socket, line, n, MSG_NOSIGNAL) == (ssize_t)n &&
	    recv(s->roots_socket, &answer, 1, 0) == 1)
		return true;
	close(s->roots_socket);
	s->roots_socket = -1;
	return false;
}

static errint append_root(struct store *s, struct str path, struct err *err)
{
	char *record CLEANUP_FREE = str_dupz(path);
	errint rc = fd_write_all(s->temp_roots, record, path.n + 1, err);

	return rc ? err_wrap(err, "writing '%s'", s->temp_roots_path) : 0;
}

bool store_is_foreign(const struct store *s)
{
	char *db CLEANUP_FREE = store_state_file(s, "db/db.sqlite");
	char *roots CLEANUP_FREE = store_state_file(s, "temproots");

	if (access(db, R_OK) < 0 || access(roots, W_OK) == 0)
		return false;
	return errno != ENOENT || access(s->real_state, W_OK) < 0;
}

static errint prepare(struct store *s, struct err *err)
{
	errint rc = store_make_writable(s, err);

	if (!rc)
		rc = open_temp_roots(s, err);
	return rc ? rc : store_gc_lock_open(s, err);
}

errint store_temp_root(struct store *s, struct str path, struct err *err)
{
	if (s->readonly || s->foreign || path_map_get(&s->rooted, path))
		return 0;
	errint rc = prepare(s, err);
	if (rc && store_is_foreign(s)) {
		/* What is read of it is as safe as its owner's roots make it. */
		s->foreign = true;
		err_clear(err);
		return 0;
	}
	if (rc)
		return rc;
	while (flock(s->gc_lock, LOCK_SH | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_sys(err, "cannot lock '%s/gc.lock'", s->real_state);
		rc = interrupt_check(err);
		if (rc)
			return rc;
		if (tell_collector(s, path))
			break;
		usleep(RETRY_MS * 1000);
	}
	rc = append_root(s, path, err);
	flock(s->gc_lock, LOCK_UN);
	if (rc)
		return rc;
	struct str kept = arena_str(&s->memo, path);
	path_map_put(&s->rooted, kept, (void *)kept.p);
	return 0;
}
