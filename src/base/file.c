/* SPDX-License-Identifier: MIT
 *
 * Reading and writing files, locks and temporary folders. A file appears by rename: under its
 * name there is the old content or the new one, never a part. */
#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/process.h"

enum { CHUNK = 128 << 10, COPY_PIECE = 8 << 20 };

/* One read(2) into the space that b has, or into a new piece; *got 0 is the end. At b's ceiling it
 * looks for the end with one byte, so that data of exactly that size is accepted. */
static errint read_some(int fd, struct buf *b, size_t *got, struct err *err)
{
	size_t space = b->cap > b->n + 1 ? b->cap - b->n - 1 : CHUNK;
	size_t room = MIN(b->max - b->n, space);
	char probe, *to = room ? buf_reserve(b, room) : &probe;

	if (!to)
		return buf_check(b, "input", err);
	for (;;) {
		ssize_t n = read(fd, to, room ? room : 1);

		if (n < 0 && errno == EINTR) {
			errint rc = interrupt_check(err);

			if (rc)
				return rc;
			continue;
		}
		if (n < 0)
			return err_sys(err, "cannot read");
		*got = (size_t)n;
		if (n && !room) {
			b->over = true;
			return buf_check(b, "input", err);
		}
		if (room)
			buf_added(b, (size_t)n);
		return 0;
	}
}

errint fd_read_all(int fd, struct buf *b, struct err *err)
{
	for (;;) {
		size_t got = 0;
		errint rc = read_some(fd, b, &got, err);

		if (rc || got == 0)
			return rc;
		/* A small file is not worth asking, and cleaning up may read one. */
		rc = b->n > CHUNK ? interrupt_check(err) : 0;
		if (rc)
			return rc;
	}
}

static const char *type_name(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		return "a file";
	case S_IFDIR:
		return "a folder";
	case S_IFLNK:
		return "a symlink";
	case S_IFIFO:
		return "a FIFO";
	case S_IFSOCK:
		return "a socket";
	default:
		return "a device";
	}
}

/* Opens a regular file and nothing else; O_NONBLOCK, so that a FIFO does not hang. */
static errint open_regular(int dirfd, const char *path, int flags, int *out, struct stat *st,
			   struct err *err)
{
	int fd CLEANUP_FD =
		openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);

	if (fd < 0 && errno == ELOOP && flags & O_NOFOLLOW)
		return err_set(err, ERR_FAILED, "cannot open '%s': it is a symlink", path);
	if (fd < 0 || fstat(fd, st))
		return err_sys(err, "cannot open '%s'", path);
	if (!S_ISREG(st->st_mode))
		return err_set(err, ERR_FAILED, "cannot read '%s': it is %s, not a file", path,
			       type_name(st->st_mode));
	*out = STEAL_FD(fd);
	return 0;
}

errint file_read(int dirfd, const char *path, struct buf *b, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc = open_regular(dirfd, path, 0, &fd, &st, err);

	if (rc)
		return rc;
	/* One byte more than the size: the read that finds the end needs room, too. */
	if ((uint64_t)st.st_size < b->max - b->n)
		buf_reserve(b, (size_t)st.st_size + 1);
	if (fd_read_all(fd, b, err))
		return err_wrap(err, "reading '%s'", path);
	return 0;
}

errint open_file(int dirfd, const char *path, int *out, struct err *err)
{
	struct stat st;

	return open_regular(dirfd, path, O_NOFOLLOW, out, &st, err);
}

errint open_dir(int dirfd, const char *path, int *out, struct err *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "cannot open folder '%s'", path);
	*out = fd;
	return 0;
}

errint fd_write_all(int fd, const void *p, size_t n, struct err *err)
{
	const char *from = p;

	while (n) {
		ssize_t done = write(fd, from, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return err_sys(err, "cannot write");
		from += done;
		n -= (size_t)done;
	}
	return 0;
}

errint fd_write_at(int fd, uint64_t at, const void *p, size_t n, struct err *err)
{
	while (n) {
		ssize_t done = pwrite(fd, p, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return err_sys(err, "writing");
		p = (const char *)p + done;
		at += (uint64_t)done;
		n -= (size_t)done;
	}
	return 0;
}

static errint copy_by_hand(int from, int to, struct err *err)
{
	char *chunk CLEANUP_FREE = xmalloc(CHUNK);

	for (;;) {
		ssize_t n = read(from, chunk, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read");
		if (n == 0)
			return 0;
		errint rc = fd_write_all(to, chunk, (size_t)n, err);

		if (!rc)
			rc = interrupt_check(err);
		if (rc)
			return rc;
	}
}

errint fd_copy(int from, int to, struct err *err)
{
	for (;;) {
		ssize_t n = copy_file_range(from, NULL, to, NULL, COPY_PIECE, 0);
		errint rc = interrupt_check(err);

		if (rc)
			return rc;
		if (n > 0 || (n < 0 && errno == EINTR))
			continue;
		if (n < 0 && (errno == ENOSPC || errno == EIO || errno == EDQUOT))
			return err_sys(err, "cannot copy");
		/* Files of /proc answer 0 before their end, others refuse: reading decides. */
		return copy_by_hand(from, to, err);
	}
}

/* A name nobody else has, in the folder of path: a rename must not cross file systems. */
static char *temp_name(const char *path)
{
	uint64_t r;
	struct str p = str_c(path);
	size_t folder = p.n - path_base(p).n;

	if (getrandom(&r, sizeof(r), 0) != (ssize_t)sizeof(r))
		r = clock_ms() ^ (uint64_t)getpid() << 32;
	return xasprintf("%.*s.tmp-%016llx", (int)folder, path, (unsigned long long)r);
}

static errint sync_folder_of(int dirfd, const char *path, struct err *err)
{
	char *folder CLEANUP_FREE = str_dupz(path_dir(str_c(path)));
	int fd CLEANUP_FD = openat(dirfd, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fsync(fd))
		return err_sys(err, "cannot sync folder '%s'", folder);
	return 0;
}

static errint write_temp(int dirfd, const char *temp, struct str bytes, mode_t mode, unsigned flags,
			 struct err *err)
{
	int fd CLEANUP_FD =
		openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return err_sys(err, "cannot create a file there");
	errint rc = fd_write_all(fd, bytes.p, bytes.n, err);

	if (rc)
		return rc;
	/* fchmod, since open's mode would be less the umask. */
	if (fchmod(fd, mode))
		return err_sys(err, "cannot set the mode");
	if (flags & FILE_WRITE_SYNC && fsync(fd))
		return err_sys(err, "cannot sync");
	/* Some network file systems report a full disk only here. */
	if (close(STEAL_FD(fd)))
		return err_sys(err, "cannot close");
	return 0;
}

errint file_write(int dirfd, const char *path, struct str bytes, mode_t mode, unsigned flags,
		  struct err *err)
{
	char *temp CLEANUP_FREE = temp_name(path);
	errint rc = write_temp(dirfd, temp, bytes, mode, flags, err);

	if (!rc && renameat(dirfd, temp, dirfd, path))
		rc = err_sys(err, "cannot rename");
	if (rc) {
		unlinkat(dirfd, temp, 0);
		return err_wrap(err, "writing '%s'", path);
	}
	return flags & FILE_WRITE_SYNC ? sync_folder_of(dirfd, path, err) : 0;
}

errint file_symlink(const char *target, int dirfd, const char *path, struct err *err)
{
	char *temp CLEANUP_FREE = temp_name(path);

	if (symlinkat(target, dirfd, temp))
		return err_sys(err, "cannot make symlink '%s'", path);
	if (renameat(dirfd, temp, dirfd, path)) {
		errint rc = err_sys(err, "cannot make symlink '%s'", path);

		unlinkat(dirfd, temp, 0);
		return rc;
	}
	return 0;
}

errint read_link(int dirfd, const char *path, char **out, struct err *err)
{
	char target[LIMIT_PATH_TEXT + 1];
	ssize_t n = readlinkat(dirfd, path, target, sizeof(target));

	if (n < 0 && errno == EINVAL)
		return err_set(err, ERR_FAILED, "'%s' is not a symlink", path);
	if (n < 0)
		return err_sys(err, "cannot read symlink '%s'", path);
	if (n > LIMIT_PATH_TEXT)
		return err_set(err, ERR_TOO_BIG, "symlink '%s' has a target longer than %d bytes",
			       path, LIMIT_PATH_TEXT);
	*out = xstrndup(target, (size_t)n);
	return 0;
}

const char *temp_dir_root(void)
{
	const char *root = env_get("TMPDIR");

	return root && root[0] == '/' ? root : "/tmp";
}

errint temp_dir(const char *parent, const char *prefix, char **out, struct err *err)
{
	char *name CLEANUP_FREE = xasprintf("%sXXXXXX", prefix);
	char *path CLEANUP_FREE = path_join(str_c(parent), str_c(name));

	if (!mkdtemp(path))
		return err_sys(err, "cannot make a folder in '%s'", parent);
	*out = STEAL(path);
	return 0;
}

errint fd_lock(int fd, bool exclusive, bool try, struct err *err)
{
	int how = (exclusive ? LOCK_EX : LOCK_SH) | (try ? LOCK_NB : 0);

	while (flock(fd, how)) {
		if (errno == EWOULDBLOCK)
			return err_set(err, ERR_EXISTS, "somebody else holds the lock");
		if (errno != EINTR)
			return err_sys(err, "cannot lock");
		errint rc = interrupt_check(err);

		if (rc)
			return rc;
	}
	return 0;
}
