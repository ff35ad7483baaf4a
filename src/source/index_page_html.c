/* SPDX-License-Identifier: MIT
 *
 * An index page in HTML: its anchors, its <base href> and its repository version. The reader goes
 * over the text once, from tag to tag, as a browser's tokeniser would (WHATWG HTML, 13.2.5); it
 * builds no tree. A link that does not resolve is left out, as pip does. */
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/url.h"
#include "source/index_page_int.h"

enum { ATTRS_MAX = 32, ENTITY_MAX = 10 };

struct html_attr {
	struct str name, value; /* value is raw: entities are not decoded */
};

struct tag {
	struct str name;
	bool end; /* </name> */
	struct html_attr v[ATTRS_MAX];
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool same(struct str a, const char *b)
{
	return a.n == strlen(b) && strncasecmp(a.p, b, a.n) == 0;
}

static void skip_blanks(struct str *s)
{
	while (s->n && is_blank(s->p[0]))
		*s = str_skip(*s, 1);
}

/* Takes what stands before the first of these bytes. */
static struct str take_until(struct str *s, const char *stops)
{
	size_t n = 0;

	while (n < s->n && !(s->p[n] && strchr(stops, s->p[n])))
		n++;
	struct str piece = str_sub(*s, 0, n);
	*s = str_skip(*s, n);
	return piece;
}

static struct str take_value(struct str *s)
{
	if (s->n && (s->p[0] == '"' || s->p[0] == '\'')) {
		char stop[2] = {s->p[0], '\0'};
		struct str value;

		*s = str_skip(*s, 1);
		value = take_until(s, stop);
		*s = str_skip(*s, 1);
		return value;
	}
	return take_until(s, " \t\n\r\f>");
}

/* Attributes up to and with the '>'; what exceeds the table is read and dropped. */
static void take_attrs(struct str *s, struct tag *t)
{
	for (;;) {
		struct html_attr a = {.value = S("")};

		while (s->n && (is_blank(s->p[0]) || s->p[0] == '/'))
			*s = str_skip(*s, 1);
		if (!s->n)
			return;
		if (s->p[0] == '>') {
			*s = str_skip(*s, 1);
			return;
		}
		/* A '=' that stands first belongs to the name: something is always taken. */
		a.name = str_sub(*s, 0, 1);
		*s = str_skip(*s, 1);
		a.name.n += take_until(s, " \t\n\r\f/>=").n;
		skip_blanks(s);
		if (s->n && s->p[0] == '=') {
			*s = str_skip(*s, 1);
			skip_blanks(s);
			a.value = take_value(s);
		}
		if (t->n < ATTRS_MAX)
			t->v[t->n++] = a;
	}
}

static void skip_past(struct str *s, struct str what)
{
	ptrdiff_t at = str_find(*s, what);

	*s = at < 0 ? str_skip(*s, s->n) : str_skip(*s, (size_t)at + what.n);
}

/* The next tag, comments and declarations skipped; false at the end. */
static bool next_tag(struct str *s, struct tag *t)
{
	for (;;) {
		ptrdiff_t at = str_chr(*s, '<');

		if (at < 0)
			return false;
		*s = str_skip(*s, (size_t)at + 1);
		if (str_starts(*s, S("!--"))) {
			skip_past(s, S("-->"));
			continue;
		}
		t->end = str_starts(*s, S("/"));
		if (t->end)
			*s = str_skip(*s, 1);
		if (!s->n || !is_letter(s->p[0]))
			continue;
		t->name = take_until(s, " \t\n\r\f/>");
		t->n = 0;
		take_attrs(s, t);
		return true;
	}
}

static const struct html_attr *attr_find(const struct tag *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++)
		if (same(t->v[i].name, name))
			return &t->v[i];
	return NULL;
}

static size_t put_utf8(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* "#38" or "#x26"; 0 when it is no character. */
static uint32_t numeric(struct str s)
{
	uint32_t c = 0, base = 10;

	s = str_skip(s, 1);
	if (s.n && (s.p[0] | 0x20) == 'x') {
		base = 16;
		s = str_skip(s, 1);
	}
	for (size_t i = 0; i < s.n; i++) {
		char d = s.p[i];
		uint32_t v = d >= '0' && d <= '9' ? (uint32_t)(d - '0') : 99;

		if ((d | 0x20) >= 'a' && (d | 0x20) <= 'f')
			v = (uint32_t)((d | 0x20) - 'a' + 10);
		if (v >= base || c > 0x10ffff)
			return 0;
		c = c * base + v;
	}
	return c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : c;
}

static uint32_t entity(struct str name)
{
	static const struct {
		const char *name;
		char c;
	} known[] = {{"amp", '&'}, {"apos", '\''}, {"gt", '>'}, {"lt", '<'}, {"quot", '"'}};

	if (str_starts(name, S("#")))
		return numeric(name);
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (str_eqz(name, known[i].name))
			return (unsigned char)known[i].c;
	return 0;
}

/* Decodes entities; an unknown one stays as it is. Never longer than the raw text: the shortest
 * spelling of a character of n UTF-8 bytes has more than n letters. */
static struct str decode(struct arena *a, struct str raw)
{
	char *out = arena_alloc(a, raw.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < raw.n; i++) {
		struct str rest = str_sub(raw, i + 1, ENTITY_MAX);
		ptrdiff_t semicolon = raw.p[i] == '&' ? str_chr(rest, ';') : -1;
		uint32_t c = semicolon > 0 ? entity(str_sub(rest, 0, (size_t)semicolon)) : 0;

		if (!c) {
			out[n++] = raw.p[i];
			continue;
		}
		n += put_utf8(out + n, c);
		i += (size_t)semicolon + 1;
	}
	out[n] = '\0';
	return str_n(out, n);
}

static struct str attr_text(struct arena *a, const struct tag *t, const char *name)
{
	const struct html_attr *v = attr_find(t, name);

	return v && v->value.n <= LIMIT_INDEX_LINK ? decode(a, v->value) : S("");
}

/* PEP 714's name, then PEP 658's. "true" says that it is there, without its hash. */
static void read_metadata(struct arena *a, const struct tag *t, struct index_file *f)
{
	static const char *const names[] = {"data-core-metadata", "data-dist-info-metadata"};

	for (size_t i = 0; i < ARRAY_LEN(names) && !f->has_metadata; i++) {
		struct str v = str_trim(attr_text(a, t, names[i]));

		f->has_metadata_hash = index_hash(v, &f->metadata_hash);
		f->has_metadata = f->has_metadata_hash || str_eq(v, S("true"));
	}
}

static errint read_anchor(struct index_builder *b, const struct tag *t, struct err *err)
{
	const struct html_attr *yanked = attr_find(t, "data-yanked");
	struct str href = str_trim(attr_text(b->a, t, "href")), before, fragment;
	struct index_file f = {0};
	char *name;
	size_t n;
	ERR(ignored);

	if (!href.n || url_resolve(b->a, b->base, href, &f.url, &ignored))
		return 0;
	if (str_cut(href, '#', &before, &fragment))
		f.has_hash = index_hash(fragment, &f.hash);
	str_cut(f.url, '?', &before, &fragment);
	before = path_base(str_chr(f.url, '?') >= 0 ? before : f.url);
	name = arena_alloc(b->a, before.n + 1);
	if (!url_decode(before, name, &n) || !n || memchr(name, '/', n))
		return 0;
	f.name = str_n(name, n);
	f.requires_python = str_trim(attr_text(b->a, t, "data-requires-python"));
	f.yanked = yanked != NULL;
	f.yanked_why = attr_text(b->a, t, "data-yanked");
	f.upload_time = S("");
	read_metadata(b->a, t, &f);
	return index_builder_add(b, &f, err);
}

static errint read_meta(struct index_builder *b, const struct tag *t, struct err *err)
{
	if (!str_eq(attr_text(b->a, t, "name"), S("pypi:repository-version")))
		return 0;
	return index_version_check(attr_text(b->a, t, "content"), err);
}

static void read_base(struct index_builder *b, const struct tag *t)
{
	struct str href = str_trim(attr_text(b->a, t, "href"));
	ERR(ignored);

	if (href.n && url_resolve(b->a, b->base, href, &b->base, &ignored))
		err_clear(&ignored);
}

/* What stands between <script> or <style> and its end is no markup. */
static void skip_raw_text(struct str *s, const struct tag *t)
{
	struct tag inner;

	while (next_tag(s, &inner))
		if (inner.end && inner.name.n == t->name.n &&
		    strncasecmp(inner.name.p, t->name.p, t->name.n) == 0)
			return;
}

errint index_page_html(struct index_builder *b, struct str text, struct err *err)
{
	struct tag t;
	bool any = false;

	while (next_tag(&text, &t)) {
		errint rc = 0;

		any = true;
		if (t.end)
			continue;
		if (same(t.name, "a"))
			rc = read_anchor(b, &t, err);
		else if (same(t.name, "base"))
			read_base(b, &t);
		else if (same(t.name, "meta"))
			rc = read_meta(b, &t, err);
		else if (same(t.name, "script") || same(t.name, "style"))
			skip_raw_text(&text, &t);
		if (rc)
			return rc;
	}
	if (!any)
		return err_set(err, ERR_CORRUPT, "neither HTML nor JSON");
	return 0;
}
