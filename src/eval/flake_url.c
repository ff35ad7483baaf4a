/* SPDX-License-Identifier: MIT
 *
 * URLs by RFC 3986, with Nix's leniency about their queries. */
#include "eval/flake_url.h"

#include <stdlib.h>

bool flake_url_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool flake_url_decode(struct arena *a, struct str s, struct str *out)
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

void flake_url_encode(struct buf *b, struct str s, const char *keep)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (flake_url_alnum(c) || (c && strchr("-._~", c)) || (c && strchr(keep, c)))
			buf_putc(b, c);
		else
			buf_printf(b, "%%%02X", (unsigned char)c);
	}
}

/* By name; of equal ones the first comes first: until they are sorted, their numbers tell. */
static int query_cmp(const void *ap, const void *bp)
{
	const struct fetch_attr *a = ap, *b = bp;
	int order = str_cmp(a->name, b->name);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* Sorted, each name once, with the first of its values. */
static void settle_query(struct flake_url *u)
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

bool flake_url_parse_query(struct arena *a, struct str query, struct flake_url *u)
{
	struct str piece;
	size_t n = 1;

	for (size_t i = 0; i < query.n; i++)
		n += query.p[i] == '&';
	u->query = ARENA_ARRAY(a, struct fetch_attr, n);
	while (query.n && str_split(&query, '&', &piece)) {
		struct fetch_attr *q = &u->query[u->n_query];
		struct str name, value;

		/* A part without '=' means nothing to anybody. */
		if (!str_cut(piece, '=', &name, &value))
			continue;
		if (!flake_url_decode(a, name, &q->name) || !flake_url_decode(a, value, &q->text))
			return false;
		q->number = u->n_query;
		u->n_query++;
	}
	settle_query(u);
	return true;
}

static bool is_scheme(struct str s)
{
	if (s.n == 0 || !flake_url_alnum(s.p[0]) || (s.p[0] >= '0' && s.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!flake_url_alnum(s.p[i]) && (!s.p[i] || !strchr("+-.", s.p[i])))
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

bool flake_url_parse(struct arena *a, struct str text, struct flake_url *u)
{
	struct str rest, tail;

	*u = (struct flake_url){.authority = STR_NULL, .fragment = S("")};
	if (!str_cut(text, ':', &u->scheme, &rest) || !is_scheme(u->scheme))
		return false;
	if (str_cut(rest, '#', &rest, &tail) && !flake_url_decode(a, tail, &u->fragment))
		return false;
	if (str_cut(rest, '?', &rest, &tail) && !flake_url_parse_query(a, tail, u))
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

static void url_print(const struct flake_url *u, struct buf *b)
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
		flake_url_encode(b, u->query[i].name, ":@/?");
		buf_putc(b, '=');
		flake_url_encode(b, u->query[i].text, ":@/?");
	}
}

struct str flake_url_text(struct arena *a, const struct flake_url *u)
{
	BUF(b, LIMIT_SMALL_FILE);

	url_print(u, &b);
	return arena_str(a, buf_str(&b));
}

const struct fetch_attr *flake_url_query(const struct flake_url *u, const char *name)
{
	for (size_t i = 0; i < u->n_query; i++)
		if (str_eqz(u->query[i].name, name))
			return &u->query[i];
	return NULL;
}

void flake_url_query_drop(struct flake_url *u, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n_query; i++)
		if (!str_eqz(u->query[i].name, name))
			u->query[n++] = u->query[i];
	u->n_query = n;
}

void flake_url_query_add(struct arena *a, struct flake_url *u, const char *name, struct str text)
{
	struct fetch_attr *more;

	flake_url_query_drop(u, name);
	more = ARENA_ARRAY(a, struct fetch_attr, u->n_query + 1);
	if (u->n_query)
		memcpy(more, u->query, u->n_query * sizeof(*more));
	more[u->n_query++] = (struct fetch_attr){.name = str_c(name), .text = text};
	qsort(more, u->n_query, sizeof(*more), query_cmp);
	u->query = more;
}
