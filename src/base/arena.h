/* SPDX-License-Identifier: MIT
 *
 * Memory that is freed whole: one arena for an evaluation, a parse, a request. Blocks double up
 * to a ceiling, so that a small parse stays small and a big one needs few system calls. */
#pragma once

#include "base/str.h"

struct arena_block;

struct arena {
	char *p, *end; /* free space of the current block */
	struct arena_block *blocks;
	size_t next_size, total;
};

#define ARENA_INIT \
	{          \
		0  \
	}
#define ARENA(name) struct arena name CLEANUP(arena_release) = ARENA_INIT

void arena_release(struct arena *a);
ATTR_MALLOC void *arena_alloc_slow(struct arena *a, size_t n);

/* n bytes aligned to 16, not cleared. */
static inline void *arena_alloc(struct arena *a, size_t n)
{
	char *p = a->p;

	n = (n + 15) & ~(size_t)15;
	if (UNLIKELY((size_t)(a->end - p) < n))
		return arena_alloc_slow(a, n);
	a->p = p + n;
	return p;
}

/* Cleared; BUG on an overflowing product. */
void *arena_calloc(struct arena *a, size_t n, size_t size);
#define ARENA_NEW(a, T)      ((T *)arena_calloc((a), 1, sizeof(T)))
#define ARENA_ARRAY(a, T, n) ((T *)arena_calloc((a), (n), sizeof(T)))
/* A copy, followed by a NUL that does not count. */
struct str arena_str(struct arena *a, struct str s);
char *arena_strz(struct arena *a, struct str s);
ATTR_PRINTF(2, 3) char *arena_printf(struct arena *a, const char *fmt, ...);
