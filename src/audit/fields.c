/* SPDX-License-Identifier: MIT
 *
 * Fields, written and read. */
#include "audit/fields.h"

void field_put(struct buf *b, struct str s)
{
	buf_printf(b, "%zu:", s.n);
	buf_puts(b, s);
}

void fields_put(struct buf *b, const struct str *v, size_t n)
{
	buf_printf(b, "%zu:", n);
	for (size_t i = 0; i < n; i++)
		field_put(b, v[i]);
}

size_t field_count(struct field_reader *r)
{
	struct str head, tail;
	uint64_t n;

	if (r->bad || !str_cut(str_sub(r->rest, 0, 24), ':', &head, &tail) ||
	    !str_to_u64(head, &n) || n > r->rest.n) {
		r->bad = true;
		return 0;
	}
	r->rest = str_skip(r->rest, head.n + 1);
	return (size_t)n;
}

struct str field_get(struct field_reader *r)
{
	size_t n = field_count(r);
	struct str s = str_sub(r->rest, 0, n);

	r->bad |= s.n != n;
	r->rest = str_skip(r->rest, n);
	return r->bad ? S("") : s;
}

struct str *fields_get(struct field_reader *r, size_t *n)
{
	size_t many = field_count(r);
	struct str *v;

	/* Each takes two bytes at least, so that the number is bounded by the text. */
	*n = 0;
	if (r->bad || many > r->rest.n / 2) {
		r->bad |= many > 0;
		return NULL;
	}
	v = ARENA_ARRAY(r->a, struct str, many);
	for (size_t i = 0; i < many; i++)
		v[i] = field_get(r);
	*n = many;
	return v;
}
