/* SPDX-License-Identifier: MIT
 *
 * Preloaded into a program under test: the INJECT_NTH-th of the calls below that change the disk
 * fails as if it were full. Running a command with 1, 2, 3, … takes it through every failure. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int fails_now(void)
{
	static int nth = -1, seen;

	if (nth < 0) {
		const char *text = getenv("INJECT_NTH");
		nth = text ? (int)strtol(text, NULL, 10) : 0;
	}
	if (++seen != nth)
		return 0;
	errno = ENOSPC;
	return 1;
}

#define INJECT(type, name, parameters, arguments)                    \
	__attribute__((visibility("default"))) type name parameters; \
	type name parameters                                         \
	{                                                            \
		static type(*real) parameters;                       \
		if (!real)                                           \
			*(void **)&real = dlsym(RTLD_NEXT, #name);   \
		return fails_now() ? -1 : real arguments;            \
	}

INJECT(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n))
INJECT(ssize_t, pwrite64, (int fd, const void *p, size_t n, off64_t at), (fd, p, n, at))
INJECT(int, ftruncate64, (int fd, off64_t n), (fd, n))
INJECT(int, renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
INJECT(int, mkdirat, (int fd, const char *path, mode_t mode), (fd, path, mode))
INJECT(int, symlinkat, (const char *target, int fd, const char *path), (target, fd, path))
INJECT(int, unlinkat, (int fd, const char *path, int flags), (fd, path, flags))
INJECT(int, fchmod, (int fd, mode_t mode), (fd, mode))
INJECT(int, futimens, (int fd, const struct timespec times[2]), (fd, times))
INJECT(int, fsync, (int fd), (fd))
INJECT(int, fdatasync, (int fd), (fd))
INJECT(int, syncfs, (int fd), (fd))
INJECT(int, flock, (int fd, int operation), (fd, operation))
