/* SPDX-License-Identifier: MIT
 *
 * URLs by RFC 3986, with Nix's leniency about their queries. */
#include "source/locator_url.h"

#include "base/encoding.h"
#include <stdlib.h>

bool locator_url_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool locator_url_decode(struct arena *a, struct str s, struct str *out)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t byte;

		if (s.p[i] != '%') {
			p[n++] = s.p[i];
			continue;
		}
		if (s.n - i < 3 || !base16_decode(str_n(s.p + i + 1, 2), &byte, 1))
			return false;
		p[n++] = (char)byte;
		i += 2;
	}
	*out = str_n(p, n);
	return true;
}

void locator_url_encode(struct buf *b, struct str s, const char *keep)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (locator_url_alnum(c) || (c && strchr("-._~", c)) || (c && strchr(keep, c)))
			buf_putc(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}

/* By name; of equal ones the first comes first: until they are sorted, their numbers tell. */
static int query_cmp(const void *ap, const void *bp)
{
	const struct locator_attr *a = ap, *b = bp;
	int order = str_cmp(a->name, b->name);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* Sorted, each name once, with the first of its values. */
static void settle_query(struct locator_url *u)
{
	size_t kept = 0;

	if (u->n_query)
		qsort(u->query, u->n_query, sizeof(*u->query), query_cmp);
	for (size_t i = 0; i < u->n_query; i++) {
		if (kept && str_eq(u->query[kept - 1].name, u->query[i].name))
			continue;
		u->query[kept] = u->query[i];
		u->query[kept++].number = 0;
	}
	u->n_query = kept;
}

bool locator_url_parse_query(struct arena *a, struct str query, struct locator_url *u)
{
	struct str piece;
	size_t n = 1;

	for (size_t i = 0; i < query.n; i++)
		n += query.p[i] == '&';
	u->query = ARENA_ARRAY(a, struct locator_attr, n);
	while (query.n && str_split(&query, '&', &piece)) {
		struct locator_attr *q = &u->query[u->n_query];
		struct str name, value;

		/* A part without '=' means nothing to anybody. */
		if (!str_cut(piece, '=', &name, &value))
			continue;
		if (!locator_url_decode(a, name, &q->name) ||
		    !locator_url_decode(a, value, &q->text))
			return false;
		q->number = u->n_query;
		u->n_query++;
	}
	settle_query(u);
	return true;
}

static bool is_scheme(struct str s)
{
	if (s.n == 0 || !locator_url_alnum(s.p[0]) || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!locator_url_alnum(s.p[i]) && (!s.p[i] || !strchr("+-.", s.p[i])))
			return false;
	return true;
}

static bool is_url_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7f)
			return false;
	return true;
}

bool locator_url_parse(struct arena *a, struct str text, struct locator_url *u)
{
	struct str rest, tail;

	*u = (struct locator_url){.authority = STR_NULL, .fragment = S("")};
	if (!str_cut(text, ':', &u->scheme, &rest) || !is_scheme(u->scheme))
		return false;
	if (str_cut(rest, '#', &rest, &tail) && !locator_url_decode(a, tail, &u->fragment))
		return false;
	if (str_cut(rest, '?', &rest, &tail) && !locator_url_parse_query(a, tail, u))
		return false;
	if (!is_url_text(rest))
		return false;
	if (str_starts(rest, S("//"))) {
		ptrdiff_t slash;

		rest = str_skip(rest, 2);
		slash = str_chr(rest, '/');
		u->authority = slash < 0 ? rest : str_n(rest.p, (size_t)slash);
		rest = str_skip(rest, u->authority.n);
	}
	u->path = rest;
	return true;
}

static void url_print(const struct locator_url *u, struct buf *b)
{
	buf_puts(b, u->scheme);
	buf_putc(b, ':');
	if (u->authority.p) {
		buf_putz(b, "//");
		buf_puts(b, u->authority);
	}
	buf_puts(b, u->path);
	for (size_t i = 0; i < u->n_query; i++) {
		buf_putc(b, i ? '&' : '?');
		locator_url_encode(b, u->query[i].name, ":@/?");
		buf_putc(b, '=');
		locator_url_encode(b, u->query[i].text, ":@/?");
	}
}

struct str locator_url_text(struct arena *a, const struct locator_url *u)
{
	BUF(b, LIMIT_SMALL_FILE);

	url_print(u, &b);
	return arena_str(a, buf_str(&b));
}

const struct locator_attr *locator_url_query(const struct locator_url *u, const char *name)
{
	for (size_t i = 0; i < u->n_query; i++)
		if (str_eqz(u->query[i].name, name))
			return &u->query[i];
	return NULL;
}

void locator_url_query_drop(struct locator_url *u, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n_query; i++)
		if (!str_eqz(u->query[i].name, name))
			u->query[n++] = u->query[i];
	u->n_query = n;
}

void locator_url_query_add(struct arena *a, struct locator_url *u, const char *name,
			   struct str text)
{
	struct locator_attr *more;

	locator_url_query_drop(u, name);
	more = ARENA_ARRAY(a, struct locator_attr, u->n_query + 1);
	if (u->n_query)
		memcpy(more, u->query, u->n_query * sizeof(*more));
	more[u->n_query++] = (struct locator_attr){.name = str_c(name), .text = text};
	qsort(more, u->n_query, sizeof(*more), query_cmp);
	u->query = more;
}
