/* SPDX-License-Identifier: MIT
 *
 * The JSON scanner: one cursor over the text, values skipped by their form. */
#include "base/json.h"

#include <stdlib.h>

#include "base/buf.h"

enum { DEPTH_MAX = 512 };

struct scan {
	struct str text;
	size_t at;
	unsigned depth;
};

static errint bad(const struct scan *s, const char *what, struct err *err)
{
	size_t line = 1, column = 1;

	if (!s->at)
		return err_set(err, ERR_CORRUPT, "%s", what);
	for (size_t i = 0; i < MIN(s->at, s->text.n); i++) {
		column = s->text.p[i] == '\n' ? 1 : column + 1;
		line += s->text.p[i] == '\n';
	}
	return err_set(err, ERR_CORRUPT, "JSON at line %zu, column %zu: %s", line, column, what);
}

static int peek(const struct scan *s)
{
	return s->at < s->text.n ? (unsigned char)s->text.p[s->at] : -1;
}

static void blanks(struct scan *s)
{
	int c;

	while ((c = peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->at++;
}

/* The next byte that counts; taken when it is c. */
static bool take(struct scan *s, char c)
{
	blanks(s);
	if (peek(s) != (unsigned char)c)
		return false;
	s->at++;
	return true;
}

static errint skip_string(struct scan *s, struct err *err)
{
	if (!take(s, '"'))
		return bad(s, "a string is expected", err);
	for (;;) {
		int c = peek(s);

		if (c < 0x20)
			return bad(s, "the string does not end", err);
		s->at++;
		if (c == '"')
			return 0;
		if (c == '\\')
			s->at++;
	}
}

static errint skip_value(struct scan *s, struct err *err);

/* The rest of an object or array whose opening bracket is taken. */
static errint skip_rest(struct scan *s, char close, struct err *err)
{
	errint rc = 0;

	if (take(s, close))
		return 0;
	do {
		if (close == '}') {
			rc = skip_string(s, err);
			if (!rc && !take(s, ':'))
				rc = bad(s, "':' is expected", err);
		}
		if (!rc)
			rc = skip_value(s, err);
		if (rc)
			return rc;
	} while (take(s, ','));
	return take(s, close) ? 0 : bad(s, "',' or the closing bracket is expected", err);
}

static errint skip_scalar(struct scan *s, struct err *err)
{
	size_t from = s->at;

	while (s->at < s->text.n && !strchr(" \t\r\n,]}:\"[{", s->text.p[s->at]))
		s->at++;
	return s->at > from ? 0 : bad(s, "a value is expected", err);
}

static errint skip_value(struct scan *s, struct err *err)
{
	errint rc;

	blanks(s);
	if (peek(s) == '"')
		return skip_string(s, err);
	bool object = take(s, '{');
	if (!object && !take(s, '['))
		return skip_scalar(s, err);
	if (++s->depth > DEPTH_MAX)
		return bad(s, "nested too deeply", err);
	rc = skip_rest(s, object ? '}' : ']', err);
	s->depth--;
	return rc;
}

static errint value(struct scan *s, struct str *out, struct err *err)
{
	blanks(s);
	size_t from = s->at;
	errint rc = skip_value(s, err);

	if (!rc)
		*out = str_sub(s->text, from, s->at - from);
	return rc;
}

static errint at_end(struct scan *s, struct err *err)
{
	blanks(s);
	return s->at == s->text.n ? 0 : bad(s, "something follows the value", err);
}

static errint member(struct scan *s, struct arena *a, struct json_member *m, struct err *err)
{
	struct str key;
	errint rc = value(s, &key, err);

	if (!rc)
		rc = json_string(a, key, &m->key, err);
	if (!rc && !take(s, ':'))
		rc = bad(s, "':' is expected", err);
	return rc ? rc : value(s, &m->value, err);
}

errint json_elements(struct arena *a, struct str text, struct json_member **out, size_t *n,
		     struct err *err)
{
	struct json_member *v CLEANUP_FREE = NULL;
	struct scan s = {.text = text};
	size_t count = 0, cap = 0;
	bool object = take(&s, '{');
	char close = object ? '}' : ']';

	if (!object && !take(&s, '['))
		return bad(&s, "an object or an array is expected", err);
	while (!take(&s, close)) {
		if (count && !take(&s, ','))
			return bad(&s, object ? "',' or '}' is expected" : "',' or ']' is expected",
				   err);
		ARRAY_GROW(v, count, cap);
		v[count] = (struct json_member){0};
		errint rc =
			object ? member(&s, a, &v[count], err) : value(&s, &v[count].value, err);
		if (rc)
			return rc;
		count++;
	}
	errint rc = at_end(&s, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct json_member, count + 1);
	if (count)
		memcpy(*out, v, count * sizeof(*v));
	*n = count;
	return 0;
}

/* Is the first byte that counts this one? */
static errint begins(struct str text, char c, const char *what, struct err *err)
{
	struct scan s = {.text = text};

	return take(&s, c) ? 0 : bad(&s, what, err);
}

errint json_members(struct arena *a, struct str object, struct json_member **out, size_t *n,
		    struct err *err)
{
	errint rc = begins(object, '{', "an object is expected", err);

	return rc ? rc : json_elements(a, object, out, n, err);
}

errint json_items(struct arena *a, struct str array, struct str **out, size_t *n, struct err *err)
{
	errint rc = begins(array, '[', "an array is expected", err);
	struct json_member *v;

	if (!rc)
		rc = json_elements(a, array, &v, n, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct str, *n + 1);
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = v[i].value;
	return 0;
}

static int hex4(struct str s, size_t at)
{
	int v = 0;

	if (at + 4 > s.n)
		return -1;
	for (size_t i = at; i < at + 4; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = memchr(digits, s.p[i] | 0x20, 16);

		if (!d)
			return -1;
		v = v * 16 + (int)(d - digits);
	}
	return v;
}

static void put_utf8(struct buf *b, unsigned c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | c >> 6));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | c >> 12));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | c >> 18));
		buf_putc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* A \uXXXX at s[*at] (behind the 'u'), with its second half when it is a surrogate pair. */
static bool put_escape(struct buf *b, struct str s, size_t *at)
{
	int c = hex4(s, *at);

	*at += 4;
	if (c <= 0 || (c >= 0xdc00 && c < 0xe000))
		return false;
	if (c >= 0xd800 && c < 0xdc00) {
		int low = *at + 6 <= s.n && s.p[*at] == '\\' && s.p[*at + 1] == 'u'
				  ? hex4(s, *at + 2)
				  : -1;

		if (low < 0xdc00 || low >= 0xe000)
			return false;
		*at += 6;
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	}
	put_utf8(b, (unsigned)c);
	return true;
}

errint json_string(struct arena *a, struct str value, struct str *out, struct err *err)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	struct scan s = {.text = value};
	BUF(b, LIMIT_NIX_STRING);

	if (value.n < 2 || value.p[0] != '"' || value.p[value.n - 1] != '"')
		return bad(&s, "a string is expected", err);
	struct str in = str_sub(value, 1, value.n - 2);
	for (size_t i = 0; i < in.n;) {
		char c = in.p[i++];

		if (c != '\\') {
			buf_putc(&b, c);
			continue;
		}
		const char *e = i < in.n ? memchr(from, in.p[i], sizeof(from) - 1) : NULL;
		bool good = true;
		if (e)
			buf_putc(&b, to[e - from]);
		else
			good = i < in.n && in.p[i] == 'u';
		i++;
		if (!e && good)
			good = put_escape(&b, in, &i);
		s.at = i;
		if (!good)
			return bad(&s, "an escape that no text can hold", err);
	}
	errint rc = buf_check(&b, "JSON string", err);
	if (!rc)
		*out = arena_str(a, buf_str(&b));
	return rc;
}

errint json_strings(struct arena *a, const struct str *value, struct str **out, size_t *n,
		    struct err *err)
{
	struct str *items;

	*out = NULL;
	*n = 0;
	if (!value)
		return 0;
	errint rc = json_items(a, *value, &items, n, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct str, *n);
	for (size_t i = 0; !rc && i < *n; i++)
		rc = json_string(a, items[i], &(*out)[i], err);
	return rc;
}

const struct str *json_find(const struct json_member *v, size_t n, struct str key)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(v[i].key, key))
			return &v[i].value;
	}
	return NULL;
}
