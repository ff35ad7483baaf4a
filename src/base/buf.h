/* SPDX-License-Identifier: MIT
 *
 * A growing byte buffer with a ceiling. Appending never fails at the call: what would pass the
 * ceiling is dropped and the buffer is marked, and buf_check() says so once, at the end. The
 * bytes are always followed by a NUL that does not count. */
#pragma once

#include <stdarg.h>
#include "base/err.h"
#include "base/limits.h"
#include "base/str.h"

struct buf {
	char *p;
	size_t n, cap, max;
	bool over;
};

/* max is a LIMIT_ row; no allocation until the first byte. */
#define BUF_INIT(max_)                                                            \
	{                                                                         \
		.p = NULL, .n = 0, .cap = 0, .max = (size_t)(max_), .over = false \
	}
#define BUF(name, max_) struct buf name CLEANUP(buf_release) = BUF_INIT(max_)

void buf_release(struct buf *b);
static inline void buf_clear(struct buf *b)
{
	b->n = 0;
	b->over = false;
	if (b->p)
		b->p[0] = '\0';
}
/* Makes room for n more bytes and returns where they go, or NULL past the ceiling. */
char *buf_reserve(struct buf *b, size_t n);
/* Counts n bytes that were written where buf_reserve() said. */
static inline void buf_added(struct buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}
void buf_put(struct buf *b, const void *p, size_t n);
static inline void buf_puts(struct buf *b, struct str s)
{
	buf_put(b, s.p, s.n);
}
static inline void buf_putz(struct buf *b, const char *z)
{
	buf_put(b, z, strlen(z));
}
void buf_putc(struct buf *b, char c);
ATTR_PRINTF(2, 3) void buf_printf(struct buf *b, const char *fmt, ...);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap);

/* The bytes, borrowed until the next append. */
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){b->p ? b->p : "", b->n};
}
/* The bytes as NUL terminated text, borrowed. */
static inline const char *buf_z(const struct buf *b)
{
	return b->p ? b->p : "";
}
/* Gives the malloc'd bytes (never NULL) to the caller and empties the buffer. */
ATTR_MALLOC char *buf_steal(struct buf *b);
/* ERR_TOO_BIG naming `what` if an append was dropped. */
ATTR_MUST_CHECK errint buf_check(const struct buf *b, const char *what, struct err *err);
