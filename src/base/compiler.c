/* SPDX-License-Identifier: MIT
 *
 * Cleanup functions, BUG() and the allocation that cannot fail. The only file of the tree that
 * calls abort(), for our own mistakes, and that ends the process over an empty memory. */
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Cleanups keep errno: they run between a failing call and the message about it. */
void cleanup_free_(void *pp)
{
	int saved = errno;

	free(*(void **)pp);
	errno = saved;
}

void cleanup_fd_(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

void cleanup_dir_(void *dirpp)
{
	int saved = errno;
	DIR *dir = *(DIR **)dirpp;

	if (dir)
		closedir(dir);
	errno = saved;
}

void cleanup_file_(void *filepp)
{
	int saved = errno;
	FILE *file = *(FILE **)filepp;

	if (file)
		fclose(file);
	errno = saved;
}

void bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "bug: %s:%d: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	abort();
}

/* No mistake of ours, so no core: what the store holds is whole at every moment. */
void memory_exhausted(size_t n)
{
	fprintf(stderr, "error: out of memory (asked for %zu bytes)\n", n);
	_exit(1);
}

static size_t product(size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		BUG("allocation of %zu times %zu bytes overflows", n, size);
	return bytes;
}

void *xmalloc(size_t n)
{
	void *p = malloc(n ? n : 1);

	if (UNLIKELY(!p))
		memory_exhausted(n);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	size_t bytes = product(n, size);
	void *p = calloc(1, bytes ? bytes : 1);

	if (UNLIKELY(!p))
		memory_exhausted(bytes);
	return p;
}

void *xrealloc(void *p, size_t n)
{
	void *q = realloc(p, n ? n : 1);

	if (UNLIKELY(!q))
		memory_exhausted(n);
	return q;
}

void *xreallocarray(void *p, size_t n, size_t size)
{
	return xrealloc(p, product(n, size));
}

char *xstrdup(const char *s)
{
	size_t n = strlen(s) + 1;

	return memcpy(xmalloc(n), s, n);
}

char *xstrndup(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *p = xmalloc(len + 1);

	memcpy(p, s, len);
	p[len] = '\0';
	return p;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *out = NULL;

	va_start(ap, fmt);
	int n = vasprintf(&out, fmt, ap);
	va_end(ap);
	if (UNLIKELY(n < 0))
		memory_exhausted(0);
	return out;
}
