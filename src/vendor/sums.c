/* SPDX-License-Identifier: MIT
 *
 * sha256sum's lines: a mark of binary files ('*') may stand before the name; a backslash at the
 * line's start says that the name has escapes. */
#include "vendor/sums.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"

enum { HEX = 64 };

/* Undoes \\, \n and \r of a name. */
static bool unescape(struct arena *a, struct str from, struct str *out)
{
	char *to = arena_alloc(a, from.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < from.n; i++) {
		char c = from.p[i];

		if (c == '\\') {
			if (++i == from.n)
				return false;
			c = from.p[i] == 'n' ? '\n' : from.p[i] == 'r' ? '\r' : from.p[i];
			if (c == from.p[i] && c != '\\')
				return false;
		}
		to[n++] = c;
	}
	*out = str_n(to, n);
	return true;
}

static void parse_line(struct arena *a, struct sum_line *l)
{
	struct str rest = l->text;
	bool escaped = str_starts(rest, S("\\"));
	ERR(ignored);

	rest = str_skip(rest, escaped);
	if (rest.n < HEX + 3 || rest.p[HEX] != ' ' ||
	    (rest.p[HEX + 1] != ' ' && rest.p[HEX + 1] != '*') ||
	    hash_parse(str_sub(rest, 0, HEX), HASH_SHA256, &l->hash, &ignored))
		return;
	l->name = str_drop_prefix(str_skip(rest, HEX + 2), S("./"));
	if (escaped && !unescape(a, l->name, &l->name))
		l->name = S("");
}

void sums_parse(struct arena *a, struct str text, struct sums *out)
{
	struct str rest = text, line;
	struct sums s = {0};
	unsigned number = 0;

	for (struct str r = text; str_split(&r, '\n', &line);)
		s.cap++;
	s.v = ARENA_ARRAY(a, struct sum_line, s.cap);
	while (str_split(&rest, '\n', &line)) {
		struct sum_line *l = &s.v[s.n];

		number++;
		if (!line.n && !rest.p)
			break;
		s.crlf |= str_ends(line, S("\r"));
		*l = (struct sum_line){.text = arena_str(a, str_drop_suffix(line, S("\r"))),
				       .name = S(""),
				       .number = number};
		parse_line(a, l);
		s.n++;
	}
	*out = s;
}

errint sums_read(struct arena *a, const char *path, struct sums *out, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	errint rc = file_read(AT_FDCWD, path, &text, err);

	if (rc == ERR_NOT_FOUND)
		err_clear(err);
	else if (rc)
		return rc;
	sums_parse(a, buf_str(&text), out);
	return 0;
}

struct sum_line *sums_find(const struct sums *s, struct str name)
{
	for (size_t i = 0; name.n && i < s->n; i++)
		if (str_eq(s->v[i].name, name))
			return &s->v[i];
	return NULL;
}

void sums_set(struct arena *a, struct sums *s, struct str name, const struct hash *h)
{
	struct sum_line *l = sums_find(s, name);

	if (!l && s->n == s->cap) {
		size_t cap = 2 * s->cap + 16;
		struct sum_line *more = ARENA_ARRAY(a, struct sum_line, cap);

		if (s->n)
			memcpy(more, s->v, s->n * sizeof(*more));
		s->v = more;
		s->cap = cap;
	}
	if (!l)
		l = &s->v[s->n++];
	*l = (struct sum_line){.name = name, .hash = *h, .text = S("")};
}

void sums_drop(struct sums *s, struct str name)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (!name.n || !str_eq(s->v[i].name, name))
			s->v[n++] = s->v[i];
	s->n = n;
}

static unsigned group(const struct sum_line *l)
{
	if (l->name.n)
		return 1;
	return str_starts(l->text, S("#")) ? 0 : 2;
}

static int by_name(const void *a, const void *b)
{
	const struct sum_line *x = a, *y = b;

	if (group(x) != group(y))
		return group(x) < group(y) ? -1 : 1;
	int c = str_cmp(x->name, y->name);
	return c ? c : (x->number > y->number) - (x->number < y->number);
}

static void put_name(struct buf *b, struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '\\' || c == '\n' || c == '\r')
			buf_putz(b, c == '\\' ? "\\\\" : c == '\n' ? "\\n" : "\\r");
		else
			buf_putc(b, c);
	}
}

static bool needs_escapes(struct str name)
{
	return str_chr(name, '\\') >= 0 || str_chr(name, '\n') >= 0 || str_chr(name, '\r') >= 0;
}

void sums_print(struct sums *s, struct buf *b)
{
	char hex[HASH_TEXT_MAX];

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_name);
	for (size_t i = 0; i < s->n; i++) {
		const struct sum_line *l = &s->v[i];

		if (!l->name.n) {
			buf_puts(b, l->text);
		} else {
			buf_printf(b, "%s%s  ", needs_escapes(l->name) ? "\\" : "",
				   hash_format(&l->hash, HASH_BASE16, false, hex));
			put_name(b, l->name);
		}
		buf_putc(b, '\n');
	}
}
