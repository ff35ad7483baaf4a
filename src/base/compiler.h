/* SPDX-License-Identifier: MIT
 *
 * The compiler features that the whole tree leans on: cleanup attributes, checked results,
 * BUG(). kiln needs Linux namespaces, so gcc or clang is a given. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#define ATTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define ATTR_NORETURN          __attribute__((noreturn))
#define ATTR_MUST_CHECK        __attribute__((warn_unused_result))
#define ATTR_UNUSED            __attribute__((unused))
#define ATTR_MALLOC            __attribute__((malloc))
#define ATTR_COLD              __attribute__((cold, noinline))
#define LIKELY(x)              __builtin_expect(!!(x), 1)
#define UNLIKELY(x)            __builtin_expect(!!(x), 0)

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b)    ((a) < (b) ? (a) : (b))
#define MAX(a, b)    ((a) > (b) ? (a) : (b))

/* Runs fn(&variable) when the variable leaves scope. */
#define CLEANUP(fn)  __attribute__((cleanup(fn)))
#define CLEANUP_FREE CLEANUP(cleanup_free_)
#define CLEANUP_FD   CLEANUP(cleanup_fd_)
#define CLEANUP_DIR  CLEANUP(cleanup_dir_)
#define CLEANUP_FILE CLEANUP(cleanup_file_)

void cleanup_free_(void *pp);
void cleanup_fd_(int *fd);
void cleanup_dir_(void *dirpp);
void cleanup_file_(void *filepp);

/* Transfers ownership out of a variable that has a cleanup. */
#define STEAL(p)                        \
	({                              \
		__typeof__(p) p_ = (p); \
		(p) = NULL;             \
		p_;                     \
	})
#define STEAL_FD(fd)            \
	({                      \
		int fd_ = (fd); \
		(fd) = -1;      \
		fd_;            \
	})

/* Our own mistakes, never the input's: prints file and line and aborts. Compiled in always. */
#define BUG(...) bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define BUG_ON(cond)                      \
	do {                              \
		if (UNLIKELY(cond))       \
			BUG("%s", #cond); \
	} while (0)
ATTR_NORETURN ATTR_COLD ATTR_PRINTF(3, 4) void bug_at(const char *file, int line, const char *fmt,
						      ...);

/* Allocation that cannot fail: without memory the process ends, here and nowhere else. Buffers
 * that grow from outside data are bounded by limits.h, so that this stays an honest answer. Free
 * with free(). xcalloc() and xreallocarray() check the product for overflow. */
ATTR_MALLOC void *xmalloc(size_t n);
ATTR_MALLOC void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t n);
void *xreallocarray(void *p, size_t n, size_t size);
ATTR_MALLOC char *xstrdup(const char *s);
ATTR_MALLOC char *xstrndup(const char *s, size_t n);
ATTR_MALLOC ATTR_PRINTF(1, 2) char *xasprintf(const char *fmt, ...);

/* Grows a malloc'd array by doubling so that index n is valid: ARRAY_GROW(v, n, cap). */
#define ARRAY_GROW(v, n, cap)                                                  \
	do {                                                                   \
		if ((size_t)(n) >= (size_t)(cap)) {                            \
			(cap) = (cap) ? (cap)*2 : 8;                           \
			(v) = xreallocarray((v), (size_t)(cap), sizeof(*(v))); \
		}                                                              \
	} while (0)
