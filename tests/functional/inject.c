/* SPDX-License-Identifier: MIT
 *
 * Preloaded into a program under test: the INJECT_NTH-th of the calls below that change the disk
 * fails. Running a command with 1, 2, 3, … takes it through every failure. Its children count with
 * it; the file INJECT_COUNT, made by whoever tests, then holds how many calls there were, as an
 * int.
 *
 * INJECT_ERROR: ENOSPC (unless told), EDQUOT, EIO, EROFS, or EINTR, which only calls that may wait
 * say, or KILL: the process is killed instead of making the call. INJECT_STAYS: what needs space
 * fails from then on, as on a disk that is and stays full. INJECT_SHORT: nothing fails, but no
 * write to a file takes more than half of what it is given. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum needs { NO_SPACE, SPACE, SPACE_AND_TIME, TIME };

static int error_asked(void)
{
	static const struct {
		const char *name;
		int sys;
	} names[] = {{"EDQUOT", EDQUOT}, {"EIO", EIO}, {"EROFS", EROFS},
		     {"EINTR", EINTR},   {"KILL", -1}, {"", ENOSPC}};
	const char *text = getenv("INJECT_ERROR");
	size_t i = 0;

	while (*names[i].name && (!text || strcmp(text, names[i].name) != 0))
		i++;
	return names[i].sys;
}

/* Shared with every child, wherever it puts its root. */
static int *seen;
static int nth, sys;
static bool stays, halves;

__attribute__((constructor)) static void prepare(void)
{
	static int own;
	const char *text = getenv("INJECT_NTH"), *path = getenv("INJECT_COUNT");
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *shared = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE,
			    MAP_SHARED | (fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	seen = shared == MAP_FAILED ? &own : shared;
	if (fd >= 0)
		close(fd);
	nth = text ? (int)strtol(text, NULL, 10) : 0;
	sys = error_asked();
	stays = getenv("INJECT_STAYS");
	halves = getenv("INJECT_SHORT");
}

static bool fails_now(enum needs needs)
{
	bool may_wait = needs == TIME || needs == SPACE_AND_TIME;
	bool takes_space = needs == SPACE || needs == SPACE_AND_TIME;

	if (!nth || (sys == EINTR && !may_wait))
		return false;
	int now = __atomic_add_fetch(seen, 1, __ATOMIC_SEQ_CST);

	if (now != nth && !(stays && now > nth && takes_space))
		return false;
	if (sys < 0)
		kill(getpid(), SIGKILL);
	errno = sys;
	return true;
}

#define REAL(name) \
	if (!real) \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

#define INJECT(type, name, needs, parameters, arguments)             \
	__attribute__((visibility("default"))) type name parameters; \
	type name parameters                                         \
	{                                                            \
		static type(*real) parameters;                       \
		REAL(name);                                          \
		return fails_now(needs) ? -1 : real arguments;       \
	}

INJECT(int, ftruncate64, TIME, (int fd, off64_t n), (fd, n))
INJECT(ssize_t, copy_file_range, SPACE_AND_TIME,
       (int a, off64_t *from, int b, off64_t *to, size_t n, unsigned flags),
       (a, from, b, to, n, flags))
INJECT(int, rename, NO_SPACE, (const char *from, const char *to), (from, to))
INJECT(int, renameat, NO_SPACE, (int a, const char *from, int b, const char *to), (a, from, b, to))
INJECT(int, renameat2, NO_SPACE, (int a, const char *from, int b, const char *to, unsigned flags),
       (a, from, b, to, flags))
INJECT(int, linkat, SPACE, (int a, const char *from, int b, const char *to, int flags),
       (a, from, b, to, flags))
INJECT(int, mkdir, SPACE, (const char *path, mode_t mode), (path, mode))
INJECT(int, mkdirat, SPACE, (int fd, const char *path, mode_t mode), (fd, path, mode))
INJECT(int, symlink, SPACE, (const char *target, const char *path), (target, path))
INJECT(int, symlinkat, SPACE, (const char *target, int fd, const char *path), (target, fd, path))
INJECT(int, unlink, NO_SPACE, (const char *path), (path))
INJECT(int, unlinkat, NO_SPACE, (int fd, const char *path, int flags), (fd, path, flags))
INJECT(int, rmdir, NO_SPACE, (const char *path), (path))
INJECT(int, chmod, NO_SPACE, (const char *path, mode_t mode), (path, mode))
INJECT(int, fchmod, NO_SPACE, (int fd, mode_t mode), (fd, mode))
INJECT(int, lchown, NO_SPACE, (const char *path, uid_t uid, gid_t gid), (path, uid, gid))
INJECT(int, futimens, NO_SPACE, (int fd, const struct timespec times[2]), (fd, times))
INJECT(int, utimensat, NO_SPACE,
       (int fd, const char *path, const struct timespec times[2], int flags),
       (fd, path, times, flags))
INJECT(int, fsync, NO_SPACE, (int fd), (fd))
INJECT(int, fdatasync, NO_SPACE, (int fd), (fd))
INJECT(int, syncfs, NO_SPACE, (int fd), (fd))
INJECT(int, flock, TIME, (int fd, int operation), (fd, operation))

/* Of a write to a file: what /proc and pipes are given, few bytes, goes whole. */
static size_t let_through(int fd, size_t n)
{
	struct stat st;

	return halves && n > 64 && !fstat(fd, &st) && S_ISREG(st.st_mode) ? n / 2 : n;
}

__attribute__((visibility("default"))) ssize_t write(int fd, const void *p, size_t n)
{
	static ssize_t (*real)(int, const void *, size_t);

	REAL(write);
	/* the message of failure is what is looked at */
	return fd != 2 && fails_now(SPACE_AND_TIME) ? -1 : real(fd, p, let_through(fd, n));
}

__attribute__((visibility("default"))) ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off64_t);

	REAL(pwrite64);
	return fails_now(SPACE_AND_TIME) ? -1 : real(fd, p, let_through(fd, n), at);
}

/* What is only read has no part in this. */
__attribute__((visibility("default"))) int open64(const char *path, int flags, ...)
{
	static int (*real)(const char *, int, ...);
	va_list more;

	va_start(more, flags);
	mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	REAL(open64);
	return flags & O_CREAT && fails_now(SPACE) ? -1 : real(path, flags, mode);
}

__attribute__((visibility("default"))) int openat64(int fd, const char *path, int flags, ...)
{
	static int (*real)(int, const char *, int, ...);
	va_list more;

	va_start(more, flags);
	mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
	va_end(more);
	REAL(openat64);
	return flags & O_CREAT && fails_now(SPACE) ? -1 : real(fd, path, flags, mode);
}
