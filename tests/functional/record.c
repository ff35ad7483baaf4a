/* SPDX-License-Identifier: MIT
 *
 * Preloaded into a program under test: every call that changes the disk below RECORD_ROOT, and
 *every flush, is appended to RECORD_LOG in the order in which they happened, for powercut.py. A
 *record is a line of fields with tabs between them, the last one the number of bytes that follow:
 *
 *	create|mkdir|symlink  PATH INODE     (symlink: the target follows)
 *	rename|exchange       FROM TO
 *	unlink                PATH
 *	write                 INODE OFFSET   (the bytes follow)
 *	truncate              INODE SIZE
 *	chmod                 INODE MODE
 *	sync                  INODE          fsync and fdatasync
 *	syncfs */
/* Both names of a call are ours to define. */
#undef _FILE_OFFSET_BITS
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define REAL(name)                     \
	static __typeof__(name) *real; \
	if (!real)                     \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER;

static void put(const void *p, size_t n)
{
	static int log = -1;
	const char *from = p;

	if (log < 0) {
		const char *path = getenv("RECORD_LOG");
		log = (int)syscall(SYS_openat, AT_FDCWD, path ? path : "",
				   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	}
	while (n) {
		long done = syscall(SYS_write, log, from, n);
		if (done <= 0)
			abort();
		from += done;
		n -= (size_t)done;
	}
}

/* path's own folder is resolved, its last component is not. False outside the root. */
static int locate(int dirfd, const char *path, char *out)
{
	const char *root = getenv("RECORD_ROOT");
	char link[64];
	ssize_t n = 0;

	if (!root)
		return 0;
	if (*path != '/') {
		if (dirfd == AT_FDCWD)
			snprintf(link, sizeof(link), "/proc/self/cwd");
		else
			snprintf(link, sizeof(link), "/proc/self/fd/%d", dirfd);
		n = readlink(link, out, PATH_MAX - 1);
		if (n < 0)
			return 0;
		out[n++] = '/';
	}
	snprintf(out + n, (size_t)(PATH_MAX - n), "%s", path);
	return strncmp(out, root, strlen(root)) == 0 &&
	       (out[strlen(root)] == '/' || !out[strlen(root)]);
}

static int fd_below(int fd)
{
	char path[PATH_MAX];

	return locate(fd, "", path);
}

static void note(const void *bytes, size_t n, const char *fmt, ...)
{
	char line[3 * PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	int k = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	k += snprintf(line + k, sizeof(line) - (size_t)k, "\t%zu\n", n);
	put(line, (size_t)k);
	if (n)
		put(bytes, n);
}

static unsigned long inode(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

static void note_made(const char *what, const char *path, const char *target)
{
	struct stat st;

	if (lstat(path, &st) == 0)
		note(target, target ? strlen(target) : 0, "%s\t%s\t%lu", what, path, st.st_ino);
}

static int open_noting(int dirfd, const char *path, int flags, mode_t mode)
{
	char full[PATH_MAX];
	struct stat st;
	int below = flags & (O_CREAT | O_TRUNC) && locate(dirfd, path, full);

	pthread_mutex_lock(&order);
	int there = below && lstat(full, &st) == 0;
	int fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
	int saved = errno;
	if (below && fd >= 0 && !there)
		note_made("create", full, NULL);
	else if (below && fd >= 0 && flags & O_TRUNC)
		note(NULL, 0, "truncate\t%lu\t0", inode(fd));
	pthread_mutex_unlock(&order);
	errno = saved;
	return fd;
}

#define OPEN(name, parameters, dirfd)                                   \
	EXPORT int name parameters;                                     \
	int name parameters                                             \
	{                                                               \
		va_list ap;                                             \
		va_start(ap, flags);                                    \
		mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                             \
		return open_noting(dirfd, path, flags, mode);           \
	}
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int fd, const char *path, int flags, ...), fd)
OPEN(openat64, (int fd, const char *path, int flags, ...), fd)

static void note_write(int fd, const void *p, ssize_t n, off_t at)
{
	if (n > 0 && fd_below(fd))
		note(p, (size_t)n, "write\t%lu\t%lld", inode(fd), (long long)at);
}

EXPORT ssize_t write(int fd, const void *p, size_t n)
{
	pthread_mutex_lock(&order);
	ssize_t done = syscall(SYS_write, fd, p, n);
	int saved = errno;
	if (done > 0)
		note_write(fd, p, done, lseek(fd, 0, SEEK_CUR) - done);
	pthread_mutex_unlock(&order);
	errno = saved;
	return done;
}

EXPORT ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	pthread_mutex_lock(&order);
	ssize_t done = syscall(SYS_pwrite64, fd, p, n, at);
	int saved = errno;
	note_write(fd, p, done, at);
	pthread_mutex_unlock(&order);
	errno = saved;
	return done;
}

EXPORT int ftruncate64(int fd, off64_t n)
{
	pthread_mutex_lock(&order);
	int rc = (int)syscall(SYS_ftruncate, fd, n);
	if (!rc && fd_below(fd))
		note(NULL, 0, "truncate\t%lu\t%lld", inode(fd), (long long)n);
	pthread_mutex_unlock(&order);
	return rc;
}

static int rename_noting(int a, const char *from, int b, const char *to, unsigned flags)
{
	char from_full[PATH_MAX], to_full[PATH_MAX];
	int below = locate(a, from, from_full) && locate(b, to, to_full);

	pthread_mutex_lock(&order);
	int rc = (int)syscall(SYS_renameat2, a, from, b, to, flags);
	int saved = errno;
	if (!rc && below)
		note(NULL, 0, "%s\t%s\t%s", flags & RENAME_EXCHANGE ? "exchange" : "rename",
		     from_full, to_full);
	pthread_mutex_unlock(&order);
	errno = saved;
	return rc;
}

EXPORT int rename(const char *from, const char *to)
{
	return rename_noting(AT_FDCWD, from, AT_FDCWD, to, 0);
}

EXPORT int renameat(int a, const char *from, int b, const char *to)
{
	return rename_noting(a, from, b, to, 0);
}

EXPORT int renameat2(int a, const char *from, int b, const char *to, unsigned flags)
{
	return rename_noting(a, from, b, to, flags);
}

EXPORT int mkdirat(int fd, const char *path, mode_t mode)
{
	char full[PATH_MAX];

	pthread_mutex_lock(&order);
	int rc = (int)syscall(SYS_mkdirat, fd, path, mode);
	int saved = errno;
	if (!rc && locate(fd, path, full))
		note_made("mkdir", full, NULL);
	pthread_mutex_unlock(&order);
	errno = saved;
	return rc;
}

EXPORT int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

EXPORT int symlinkat(const char *target, int fd, const char *path)
{
	char full[PATH_MAX];

	pthread_mutex_lock(&order);
	int rc = (int)syscall(SYS_symlinkat, target, fd, path);
	int saved = errno;
	if (!rc && locate(fd, path, full))
		note_made("symlink", full, target);
	pthread_mutex_unlock(&order);
	errno = saved;
	return rc;
}

EXPORT int symlink(const char *target, const char *path)
{
	return symlinkat(target, AT_FDCWD, path);
}

EXPORT int unlinkat(int fd, const char *path, int flags)
{
	char full[PATH_MAX];

	pthread_mutex_lock(&order);
	int rc = (int)syscall(SYS_unlinkat, fd, path, flags);
	int saved = errno;
	if (!rc && locate(fd, path, full))
		note(NULL, 0, "unlink\t%s", full);
	pthread_mutex_unlock(&order);
	errno = saved;
	return rc;
}

EXPORT int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

EXPORT int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

EXPORT int fchmod(int fd, mode_t mode)
{
	pthread_mutex_lock(&order);
	int rc = (int)syscall(SYS_fchmod, fd, mode);
	if (!rc && fd_below(fd))
		note(NULL, 0, "chmod\t%lu\t%o", inode(fd), mode);
	pthread_mutex_unlock(&order);
	return rc;
}

EXPORT int fchmodat(int fd, const char *path, mode_t mode, int flags)
{
	char full[PATH_MAX];
	struct stat st;
	REAL(fchmodat);

	pthread_mutex_lock(&order);
	int rc = real(fd, path, mode, flags);
	if (!rc && locate(fd, path, full) && lstat(full, &st) == 0)
		note(NULL, 0, "chmod\t%lu\t%o", (unsigned long)st.st_ino, mode);
	pthread_mutex_unlock(&order);
	return rc;
}

/* The flush is over before its record is written: what is written meanwhile does not count. */
#define SYNC(name, number, ...)                     \
	EXPORT int name(int fd)                     \
	{                                           \
		pthread_mutex_lock(&order);         \
		int rc = (int)syscall(number, fd);  \
		if (!rc && fd_below(fd))            \
			note(NULL, 0, __VA_ARGS__); \
		pthread_mutex_unlock(&order);       \
		return rc;                          \
	}
SYNC(fsync, SYS_fsync, "sync\t%lu", inode(fd))
SYNC(fdatasync, SYS_fdatasync, "sync\t%lu", inode(fd))
SYNC(syncfs, SYS_syncfs, "syncfs")
