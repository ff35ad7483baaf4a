/* SPDX-License-Identifier: MIT
 *
 * The ATerm text of a derivation: a strict parser and a printer that are each other's inverse.
 * The parser accepts one spelling only, the one that Nix writes, so that text that was read and
 * printed again is the same text and has the same hash. */
#include "store/derivation.h"

#include <stdlib.h>
#include "base/sort.h"

/* ---- spelling ---- */

/* The letter behind the backslash, or 0 for a byte that stands for itself. */
static char escape_of(char c)
{
	switch (c) {
	case '"':
	case '\\':
		return c;
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

/* ---- parsing ---- */

struct aterm_parser {
	struct arena *a;
	struct str text;
	size_t at;
};

ATTR_PRINTF(3, 4)
static errint bad(const struct aterm_parser *p, struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vset(err, ERR_CORRUPT, fmt, ap);
	va_end(ap);
	return err_wrap(err, "bad derivation at byte %zu", p->at);
}

static bool next_is(const struct aterm_parser *p, char c)
{
	return p->at < p->text.n && p->text.p[p->at] == c;
}

static bool take(struct aterm_parser *p, char c)
{
	if (!next_is(p, c))
		return false;
	p->at++;
	return true;
}

static errint expect(struct aterm_parser *p, struct str s, struct err *err)
{
	if (!str_starts(str_skip(p->text, p->at), s))
		return bad(p, err, "expected '%.*s'", STR_ARG(s));
	p->at += s.n;
	return 0;
}

/* The byte that an escape stands for, or -1 where Nix would not have written one. */
static int unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '"':
	case '\\':
		return c;
	default:
		return -1;
	}
}

static errint parse_escaped(struct aterm_parser *p, size_t end, struct str *out, struct err *err)
{
	char *to = arena_alloc(p->a, end - p->at + 1);
	size_t n = 0;

	while (p->at < end) {
		char c = p->text.p[p->at];
		if (c == '\\') {
			int plain = unescape(p->text.p[p->at + 1]);
			if (plain < 0)
				return bad(p, err, "unknown escape");
			c = (char)plain;
			p->at++;
		}
		to[n++] = c;
		p->at++;
	}
	to[n] = '\0';
	p->at = end + 1;
	*out = str_n(to, n);
	return 0;
}

/* Text is escaped where RAW is not given; names and paths are bare. What Nix would have written
 * otherwise is refused: it would not be the same text, nor have the same hash, when printed. */
enum spelling { ESCAPED, RAW };

static errint parse_string(struct aterm_parser *p, enum spelling spelling, struct str *out,
			   struct err *err)
{
	errint rc = expect(p, S("\""), err);
	if (rc)
		return rc;

	const char *text = p->text.p;
	bool escapes = false;
	size_t end = p->at;
	for (; end < p->text.n && text[end] != '"'; end++) {
		if (spelling == RAW ? text[end] == '\\'
				    : escape_of(text[end]) && text[end] != '\\') {
			p->at = end;
			return bad(p, err, "a byte that is not spelled so here");
		}
		if (text[end] == '\\') {
			escapes = true;
			end++;
		}
	}
	if (end >= p->text.n)
		return bad(p, err, "string without an end");
	if (escapes)
		return parse_escaped(p, end, out, err);
	*out = arena_str(p->a, str_n(text + p->at, end - p->at));
	p->at = end + 1;
	return 0;
}

/* Between elements: false at the closing bracket, which it takes. */
static errint next_element(struct aterm_parser *p, size_t seen, bool *more, struct err *err)
{
	if (take(p, ']')) {
		*more = false;
		return 0;
	}
	if (seen > 0 && !take(p, ','))
		return bad(p, err, "expected ',' or ']'");
	*more = true;
	return 0;
}

static errint check_order(struct aterm_parser *p, struct str before, struct str s, struct err *err)
{
	if (str_cmp(before, s) < 0)
		return 0;
	return bad(p, err, "'%.*s' does not sort behind '%.*s'", (int)MIN(s.n, (size_t)300), s.p,
		   (int)MIN(before.n, (size_t)300), before.p);
}

/* A growing list in the arena: what is outgrown is freed with it. */
static void *list_grow(struct arena *a, void *v, size_t n, size_t size)
{
	if (n & (n - 1) || (n > 0 && n < 4))
		return v;
	void *bigger = arena_calloc(a, n ? n * 2 : 4, size);
	if (n)
		memcpy(bigger, v, n * size);
	return bigger;
}
#define LIST_ADD(p, v, n) ((v) = list_grow((p)->a, (v), (n), sizeof(*(v))), &(v)[(n)++])

/* `["a","b"]` behind its opening bracket; the raw ones are sets, checked to be sorted. */
static errint parse_strings(struct aterm_parser *p, enum spelling spelling, bool paths,
			    struct str **out, size_t *n, struct err *err)
{
	for (;;) {
		bool more;
		struct str s;
		errint rc = next_element(p, *n, &more, err);
		if (rc || !more)
			return rc;
		rc = parse_string(p, spelling, &s, err);
		if (!rc && paths && (s.n == 0 || s.p[0] != '/'))
			rc = bad(p, err, "expected an absolute path");
		if (!rc && spelling == RAW && *n > 0)
			rc = check_order(p, (*out)[*n - 1], s, err);
		if (rc)
			return rc;
		*LIST_ADD(p, *out, *n) = s;
	}
}

static errint parse_outputs(struct aterm_parser *p, struct drv *d, struct err *err)
{
	for (;;) {
		bool more;
		struct drv_output o;
		errint rc = next_element(p, d->n_outputs, &more, err);
		if (rc || !more)
			return rc;
		struct str *const fields[] = {&o.name, &o.path, &o.hash_algo, &o.hash};
		rc = expect(p, S("("), err);
		for (size_t i = 0; !rc && i < ARRAY_LEN(fields); i++) {
			if (i > 0)
				rc = expect(p, S(","), err);
			if (!rc)
				rc = parse_string(p, RAW, fields[i], err);
		}
		if (!rc)
			rc = expect(p, S(")"), err);
		if (!rc && d->n_outputs > 0)
			rc = check_order(p, d->outputs[d->n_outputs - 1].name, o.name, err);
		if (!rc && o.path.n > 0 && o.path.p[0] != '/')
			rc = bad(p, err, "expected an absolute path");
		if (rc)
			return rc;
		*LIST_ADD(p, d->outputs, d->n_outputs) = o;
	}
}

static errint parse_inputs(struct aterm_parser *p, struct drv *d, struct err *err)
{
	for (;;) {
		bool more;
		struct drv_input in = {0};
		errint rc = next_element(p, d->n_inputs, &more, err);
		if (rc || !more)
			return rc;
		rc = expect(p, S("("), err);
		if (!rc)
			rc = parse_string(p, RAW, &in.path, err);
		if (!rc && (in.path.n == 0 || in.path.p[0] != '/'))
			rc = bad(p, err, "expected an absolute path");
		if (!rc && d->n_inputs > 0)
			rc = check_order(p, d->inputs[d->n_inputs - 1].path, in.path, err);
		if (!rc)
			rc = expect(p, S(",["), err);
		if (!rc)
			rc = parse_strings(p, RAW, false, &in.outputs, &in.n_outputs, err);
		if (!rc)
			rc = expect(p, S(")"), err);
		if (rc)
			return rc;
		*LIST_ADD(p, d->inputs, d->n_inputs) = in;
	}
}

static errint parse_env(struct aterm_parser *p, struct drv *d, struct err *err)
{
	for (;;) {
		bool more;
		struct drv_env e;
		errint rc = next_element(p, d->n_env, &more, err);
		if (rc || !more)
			return rc;
		rc = expect(p, S("("), err);
		if (!rc)
			rc = parse_string(p, ESCAPED, &e.key, err);
		if (!rc)
			rc = expect(p, S(","), err);
		if (!rc)
			rc = parse_string(p, ESCAPED, &e.value, err);
		if (!rc)
			rc = expect(p, S(")"), err);
		if (!rc && d->n_env > 0)
			rc = check_order(p, d->env[d->n_env - 1].key, e.key, err);
		if (rc)
			return rc;
		*LIST_ADD(p, d->env, d->n_env) = e;
	}
}

static errint parse_body(struct aterm_parser *p, struct drv *d, struct err *err)
{
	errint rc = expect(p, S("Derive(["), err);
	if (!rc)
		rc = parse_outputs(p, d, err);
	if (!rc)
		rc = expect(p, S(",["), err);
	if (!rc)
		rc = parse_inputs(p, d, err);
	if (!rc)
		rc = expect(p, S(",["), err);
	if (!rc)
		rc = parse_strings(p, RAW, true, &d->srcs, &d->n_srcs, err);
	if (!rc)
		rc = expect(p, S(","), err);
	if (!rc)
		rc = parse_string(p, RAW, &d->platform, err);
	if (!rc)
		rc = expect(p, S(","), err);
	if (!rc)
		rc = parse_string(p, ESCAPED, &d->builder, err);
	if (!rc)
		rc = expect(p, S(",["), err);
	if (!rc)
		rc = parse_strings(p, ESCAPED, false, &d->args, &d->n_args, err);
	if (!rc)
		rc = expect(p, S(",["), err);
	if (!rc)
		rc = parse_env(p, d, err);
	if (!rc)
		rc = expect(p, S(")"), err);
	if (!rc && p->at != p->text.n)
		rc = bad(p, err, "text behind the end");
	if (!rc && d->n_outputs == 0)
		rc = bad(p, err, "there are no outputs");
	return rc;
}

errint drv_parse(struct arena *a, struct str text, struct str name, struct drv *out,
		 struct err *err)
{
	struct aterm_parser p = {.a = a, .text = text};
	struct drv d = {0};

	if (text.n > LIMIT_DRV_FILE)
		return err_set(err, ERR_TOO_BIG, "derivation of %zu bytes, at most %d are allowed",
			       text.n, LIMIT_DRV_FILE);
	if (str_starts(text, S("DrvWithVersion(")))
		return err_set(err, ERR_UNSUPPORTED,
			       "derivations that depend on built derivations (Nix's experimental "
			       "'dynamic-derivations') are not supported");
	errint rc = parse_body(&p, &d, err);
	if (rc)
		return rc;
	d.name = arena_str(a, name);
	*out = d;
	return 0;
}

/* ---- printing ---- */

static void print_raw(struct buf *b, struct str s)
{
	buf_putc(b, '"');
	buf_puts(b, s);
	buf_putc(b, '"');
}

/* Whether none of these eight bytes needs an escape; a byte that seems to is looked at by itself.
 */
static bool plain_word(const char *p)
{
	const uint64_t ones = 0x0101010101010101, high = 0x8080808080808080;
	uint64_t w, quote, slash;

	memcpy(&w, p, 8);
	quote = w ^ (ones * '"');
	slash = w ^ (ones * '\\');
	return !(
		(((w - ones * 0x20) & ~w) | ((quote - ones) & ~quote) | ((slash - ones) & ~slash)) &
		high);
}

/* Room for each byte as an escape is there. */
static char *escape(char *to, struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		size_t end = MIN(i + 8, s.n);

		if (end - i == 8 && plain_word(s.p + i)) {
			memcpy(to, s.p + i, 8);
			to += 8;
			i = end;
		}
		for (; i < end; i++) {
			char letter = escape_of(s.p[i]);

			*to = '\\';
			to += letter != 0;
			*to++ = letter ? letter : s.p[i];
		}
	}
	return to;
}

static void print_escaped(struct buf *b, struct str s)
{
	size_t room = s.n * 2 + 2;

	if (room > b->max - b->n) {
		/* at its end, it is counted */
		room = s.n + 2;
		for (size_t i = 0; i < s.n; i++)
			room += escape_of(s.p[i]) != 0;
	}
	char *from = buf_reserve(b, room), *to = from;
	if (!to)
		return;
	*to++ = '"';
	to = escape(to, s);
	*to++ = '"';
	b->n += (size_t)(to - from);
	b->p[b->n] = '\0';
}

/* Names and paths are printed bare, as Nix does: their alphabets need no escapes. */
static void print_list(struct buf *b, const struct str *v, size_t n,
		       void (*print)(struct buf *, struct str))
{
	buf_putc(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(b, ',');
		print(b, v[i]);
	}
	buf_putc(b, ']');
}

static void print_outputs(struct buf *b, const struct drv *d, bool mask)
{
	for (size_t i = 0; i < d->n_outputs; i++) {
		const struct drv_output *o = &d->outputs[i];
		buf_putz(b, i > 0 ? ",(" : "(");
		print_raw(b, o->name);
		buf_putc(b, ',');
		print_raw(b, mask ? S("") : o->path);
		buf_putc(b, ',');
		print_raw(b, o->hash_algo);
		buf_putc(b, ',');
		print_raw(b, o->hash);
		buf_putc(b, ')');
	}
}

void drv_print(const struct drv *d, bool mask_outputs, struct buf *b)
{
	buf_putz(b, "Derive([");
	print_outputs(b, d, mask_outputs);
	buf_putz(b, "],[");
	for (size_t i = 0; i < d->n_inputs; i++) {
		buf_putz(b, i > 0 ? ",(" : "(");
		print_raw(b, d->inputs[i].path);
		buf_putc(b, ',');
		print_list(b, d->inputs[i].outputs, d->inputs[i].n_outputs, print_raw);
		buf_putc(b, ')');
	}
	buf_putz(b, "],");
	print_list(b, d->srcs, d->n_srcs, print_raw);
	buf_putc(b, ',');
	print_raw(b, d->platform);
	buf_putc(b, ',');
	print_escaped(b, d->builder);
	buf_putc(b, ',');
	print_list(b, d->args, d->n_args, print_escaped);
	buf_putz(b, ",[");
	for (size_t i = 0; i < d->n_env; i++) {
		bool mask = mask_outputs && drv_output_find(d, d->env[i].key);
		buf_putz(b, i > 0 ? ",(" : "(");
		print_escaped(b, d->env[i].key);
		buf_putc(b, ',');
		print_escaped(b, mask ? S("") : d->env[i].value);
		buf_putc(b, ')');
	}
	buf_putz(b, "])");
}

/* ---- the record ---- */

static int cmp_output(const void *a, const void *b)
{
	return str_cmp(((const struct drv_output *)a)->name, ((const struct drv_output *)b)->name);
}

static int cmp_input(const void *a, const void *b)
{
	return str_cmp(((const struct drv_input *)a)->path, ((const struct drv_input *)b)->path);
}

static int cmp_env(const void *a, const void *b)
{
	return str_cmp(((const struct drv_env *)a)->key, ((const struct drv_env *)b)->key);
}

static size_t sort_strings(struct str *v, size_t n)
{
	size_t kept = 0;

	sort_few(v, n, sizeof(*v), str_cmp_qsort);
	for (size_t i = 0; i < n; i++) {
		if (kept == 0 || !str_eq(v[kept - 1], v[i]))
			v[kept++] = v[i];
	}
	return kept;
}

static void merge_outputs(struct arena *a, struct drv_input *to, const struct drv_input *from)
{
	struct str *all = ARENA_ARRAY(a, struct str, to->n_outputs + from->n_outputs);

	memcpy(all, to->outputs, to->n_outputs * sizeof(*all));
	memcpy(all + to->n_outputs, from->outputs, from->n_outputs * sizeof(*all));
	to->n_outputs = sort_strings(all, to->n_outputs + from->n_outputs);
	to->outputs = all;
}

void drv_sort_inputs(struct arena *a, struct drv *d)
{
	size_t kept = 0;

	sort_few(d->inputs, d->n_inputs, sizeof(*d->inputs), cmp_input);
	for (size_t i = 0; i < d->n_inputs; i++) {
		struct drv_input *in = &d->inputs[i];
		if (kept > 0 && str_eq(d->inputs[kept - 1].path, in->path)) {
			merge_outputs(a, &d->inputs[kept - 1], in);
			continue;
		}
		in->n_outputs = sort_strings(in->outputs, in->n_outputs);
		d->inputs[kept++] = *in;
	}
	d->n_inputs = kept;
}

void drv_sort(struct arena *a, struct drv *d)
{
	sort_few(d->outputs, d->n_outputs, sizeof(*d->outputs), cmp_output);
	drv_sort_inputs(a, d);
	d->n_srcs = sort_strings(d->srcs, d->n_srcs);
	sort_few(d->env, d->n_env, sizeof(*d->env), cmp_env);
	for (size_t i = 1; i < d->n_env; i++)
		BUG_ON(str_eq(d->env[i - 1].key, d->env[i].key));
}

bool drv_is_fixed(const struct drv *d)
{
	return d->n_outputs == 1 && d->outputs[0].hash_algo.n > 0 && d->outputs[0].hash.n > 0;
}

const struct drv_output *drv_output_find(const struct drv *d, struct str name)
{
	for (size_t i = 0; i < d->n_outputs; i++) {
		if (str_eq(d->outputs[i].name, name))
			return &d->outputs[i];
	}
	return NULL;
}

const struct str *drv_env_find(const struct drv *d, struct str key)
{
	for (size_t i = 0; i < d->n_env; i++) {
		if (str_eq(d->env[i].key, key))
			return &d->env[i].value;
	}
	return NULL;
}
