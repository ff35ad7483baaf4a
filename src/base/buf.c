/* SPDX-License-Identifier: MIT
 *
 * The growing buffer. Once an append was dropped all later ones are: what is kept is always a
 * prefix of what was written. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>

void buf_release(struct buf *b)
{
	free(b->p);
	b->p = NULL;
	b->n = b->cap = 0;
	b->over = false;
}

char *buf_reserve(struct buf *b, size_t n)
{
	if (b->over || n > b->max - b->n) {
		b->over = true;
		return NULL;
	}
	size_t need = b->n + n + 1;

	if (need > b->cap) {
		size_t cap = MAX(need, MAX(b->cap * 2, (size_t)64));

		b->cap = MAX(need, MIN(cap, b->max + 1));
		b->p = xrealloc(b->p, b->cap);
	}
	b->p[b->n + n] = '\0';
	return b->p + b->n;
}

void buf_put(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return;
	char *to = buf_reserve(b, n);

	if (!to)
		return;
	memcpy(to, p, n);
	b->n += n;
}

void buf_putc(struct buf *b, char c)
{
	if (LIKELY(b->n + 1 < b->cap && b->n < b->max && !b->over)) {
		b->p[b->n++] = c;
		b->p[b->n] = '\0';
		return;
	}
	buf_put(b, &c, 1);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;

	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);

	BUG_ON(n < 0);
	char *to = buf_reserve(b, (size_t)n);

	if (to) {
		vsnprintf(to, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

char *buf_steal(struct buf *b)
{
	char *p = b->p ? b->p : xstrdup("");

	b->p = NULL;
	b->n = b->cap = 0;
	b->over = false;
	return p;
}

errint buf_check(const struct buf *b, const char *what, struct err *err)
{
	if (LIKELY(!b->over))
		return 0;
	return err_set(err, ERR_TOO_BIG, "%s is bigger than the %zu bytes that are allowed", what,
		       b->max);
}
