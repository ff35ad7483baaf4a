/* SPDX-License-Identifier: MIT
 *
 * Blocks of an arena: a list, newest first, each a header and its bytes. An allocation that would
 * waste a good part of the current block gets a block to itself, behind the current one. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	BLOCK_FIRST = 4 << 10,
	BLOCK_LAST = 8 << 20,
};

struct arena_block {
	struct arena_block *next;
	size_t size;
	_Alignas(16) char bytes[];
};

void arena_release(struct arena *a)
{
	struct arena_block *next;

	for (struct arena_block *b = a->blocks; b; b = next) {
		next = b->next;
		free(b);
	}
	*a = (struct arena)ARENA_INIT;
}

static struct arena_block *block_new(struct arena *a, size_t size)
{
	struct arena_block *b = xmalloc(sizeof(*b) + size);

	b->size = size;
	a->total += size;
	return b;
}

void *arena_alloc_slow(struct arena *a, size_t n)
{
	if (!a->next_size)
		a->next_size = BLOCK_FIRST;

	if (a->blocks && n > a->next_size / 4) {
		struct arena_block *b = block_new(a, n);

		b->next = a->blocks->next;
		a->blocks->next = b;
		return b->bytes;
	}

	while (a->next_size < n * 2 && a->next_size < BLOCK_LAST)
		a->next_size *= 2;
	struct arena_block *b = block_new(a, MAX(a->next_size, n));

	b->next = a->blocks;
	a->blocks = b;
	a->next_size = MIN(a->next_size * 2, (size_t)BLOCK_LAST);
	a->p = b->bytes + n;
	a->end = b->bytes + b->size;
	return b->bytes;
}

void *arena_calloc(struct arena *a, size_t n, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > PTRDIFF_MAX)
		BUG("arena allocation of %zu times %zu bytes", n, size);
	if (bytes >= BLOCK_FIRST && a->blocks) {
		/* memory that the system gives is zero already */
		struct arena_block *b = xcalloc(1, sizeof(*b) + bytes);

		b->size = bytes;
		a->total += bytes;
		b->next = a->blocks->next;
		a->blocks->next = b;
		return b->bytes;
	}
	return memset(arena_alloc(a, bytes ? bytes : 1), 0, bytes);
}

char *arena_strz(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

struct str arena_str(struct arena *a, struct str s)
{
	return str_n(arena_strz(a, s), s.n);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	char *p = arena_alloc(a, (size_t)n + 1);

	vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return p;
}
