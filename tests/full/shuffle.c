/* SPDX-License-Identifier: MIT
 *
 * Preloaded into a program under test: readdir() gives a folder's entries in an order that is
 * another one each time, so that nothing can come to depend on it. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { HELD = 64 };

/* Entries read ahead of the caller, of one folder at a time a thread. */
static __thread struct {
	DIR *dir;
	size_t n;
	struct dirent held[HELD], given;
} ahead;

static size_t any_below(size_t n)
{
	static __thread unsigned seed;

	if (!seed)
		seed = (unsigned)time(NULL) | 1;
	return (size_t)rand_r(&seed) % n;
}

static struct dirent *next_of(DIR *dir)
{
	static struct dirent *(*real)(DIR *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "readdir64");
	return real(dir);
}

static struct dirent *shuffled(DIR *dir)
{
	int before = errno;

	if (ahead.dir && ahead.dir != dir && ahead.n)
		return next_of(dir); /* two folders at once: only one of them is shuffled */
	ahead.dir = dir;
	while (ahead.n < HELD) {
		errno = 0;
		struct dirent *e = next_of(dir);

		if (!e && errno)
			return NULL;
		if (!e)
			break;
		memcpy(&ahead.held[ahead.n++], e, e->d_reclen);
	}
	errno = before;
	if (!ahead.n) {
		ahead.dir = NULL;
		return NULL;
	}
	size_t at = any_below(ahead.n);
	ahead.given = ahead.held[at];
	ahead.held[at] = ahead.held[--ahead.n];
	return &ahead.given;
}

/* With 64-bit file offsets, as the program under test and this file are compiled, this is the
 * symbol readdir64. */
__attribute__((visibility("default"))) struct dirent *readdir(DIR *dir)
{
	return shuffled(dir);
}

/* A folder that is closed before its end leaves nothing for another of the same address. */
__attribute__((visibility("default"))) int closedir(DIR *dir);
int closedir(DIR *dir)
{
	static int (*real)(DIR *);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "closedir");
	if (ahead.dir == dir) {
		ahead.dir = NULL;
		ahead.n = 0;
	}
	return real(dir);
}
