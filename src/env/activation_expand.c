/* SPDX-License-Identifier: MIT
 *
 * Values of [vars]: what a shell makes of a text between double quotes. Variables, defaults and
 * backslashes are done here, so that an environment without a hook needs no shell; whatever else a
 * shell can do (`$(…)`, patterns, arithmetic) is left to one. */
#include "env/activation_int.h"

#include <ctype.h>
#include <stdlib.h>
#include "base/environ.h"

enum { EXPAND_DEPTH_MAX = 16 };

static size_t name_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (s.p[n] == '_' || isalnum((unsigned char)s.p[n])) &&
	       (n || !isdigit((unsigned char)s.p[n])))
		n++;
	return n;
}

static const char *value_of(struct str name)
{
	char *z CLEANUP_FREE = str_dupz(name);

	return env_text(z);
}

/* The length of what stands before the brace that closes, or -1. */
static ptrdiff_t word_length(struct str s)
{
	int open = 1;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			i++;
		else if (s.p[i] == '{' && i && s.p[i - 1] == '$')
			open++;
		else if (s.p[i] == '}' && --open == 0)
			return (ptrdiff_t)i;
	}
	return -1;
}

static bool expand(struct str text, struct buf *out, unsigned depth);

/* Behind "${": takes the whole of it off the front of *s. */
static bool expand_braced(struct str *s, struct buf *out, unsigned depth)
{
	size_t n = name_length(*s);
	const char *value = value_of(str_sub(*s, 0, n));
	struct str rest = str_skip(*s, n);
	bool colon = rest.n && rest.p[0] == ':';
	char op = rest.n > colon ? rest.p[colon] : '\0';
	ptrdiff_t word;

	if (!n)
		return false;
	if (op == '}' && !colon) {
		buf_putz(out, value ? value : "");
		*s = str_skip(rest, 1);
		return true;
	}
	rest = str_skip(rest, 1 + colon);
	word = op == '-' || op == '+' ? word_length(rest) : -1;
	if (word < 0)
		return false;
	bool there = value && (*value || !colon);
	struct str otherwise = str_sub(rest, 0, (size_t)word);

	*s = str_skip(rest, (size_t)word + 1);
	/* Quotes in there would be quotes again. */
	if (str_chr(otherwise, '"') >= 0 || str_chr(otherwise, '\\') >= 0)
		return false;
	if (there == (op == '+'))
		return depth < EXPAND_DEPTH_MAX && expand(otherwise, out, depth + 1);
	if (there)
		buf_putz(out, value);
	return true;
}

/* Behind a dollar. */
static bool expand_dollar(struct str *s, struct buf *out, unsigned depth)
{
	size_t n = name_length(*s);

	if (n) {
		const char *value = value_of(str_sub(*s, 0, n));

		buf_putz(out, value ? value : "");
		*s = str_skip(*s, n);
		return true;
	}
	if (s->n && s->p[0] == '{') {
		*s = str_skip(*s, 1);
		return expand_braced(s, out, depth);
	}
	if (s->n && strchr("(0123456789@*#?$!-", s->p[0]))
		return false;
	buf_putc(out, '$');
	return true;
}

static bool expand(struct str text, struct buf *out, unsigned depth)
{
	while (text.n) {
		char c = text.p[0];

		text = str_skip(text, 1);
		if (c == '`')
			return false;
		if (c == '$') {
			if (!expand_dollar(&text, out, depth))
				return false;
		} else if (c == '\\' && text.n && strchr("$`\"\\\n", text.p[0])) {
			if (text.p[0] != '\n')
				buf_putc(out, text.p[0]);
			text = str_skip(text, 1);
		} else {
			buf_putc(out, c);
		}
	}
	return true;
}

void activation_expand(struct str text, struct buf *out, bool *shell)
{
	if (!expand(text, out, 0))
		*shell = true;
}

void activation_put_quoted_text(struct buf *out, struct str text)
{
	int open = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (c == '\\' && i + 1 < text.n) {
			buf_put(out, text.p + i++, 2);
			continue;
		}
		if (i && text.p[i - 1] == '$' && (c == '{' || c == '('))
			open++;
		else if (open && (c == '}' || c == ')'))
			open--;
		if (c == '"' && !open)
			buf_putc(out, '\\');
		buf_putc(out, c);
	}
	/* A last backslash would take the quote that ends it all. */
	if (text.n && text.p[text.n - 1] == '\\' && (text.n < 2 || text.p[text.n - 2] != '\\'))
		buf_putc(out, '\\');
}

/* ---- their order ---- */

static bool refers_to(struct str text, struct str name)
{
	for (size_t i = 0; i + 1 < text.n; i++) {
		struct str at = str_skip(text, i + 1);

		if (text.p[i] == '\\') {
			i++;
			continue;
		}
		if (text.p[i] != '$')
			continue;
		if (at.p[0] == '{')
			at = str_skip(at, 1);
		if (str_eq(str_sub(at, 0, name_length(at)), name))
			return true;
	}
	return false;
}

struct vars_order {
	const struct activation_var *vars;
	size_t n, done;
	char *mark; /* 1: on the way, 2: done */
	size_t *order;
};

/* A reference to itself is to what was there before. */
static errint place(struct vars_order *o, size_t i, struct err *err)
{
	o->mark[i] = 1;
	for (size_t j = 0; j < o->n; j++) {
		errint rc = 0;

		if (j == i || o->mark[j] == 2 || !refers_to(o->vars[i].text, o->vars[j].name))
			continue;
		if (o->mark[j] == 1) {
			err_set(err, ERR_FAILED, "[vars] go round in a circle: '%.*s' needs '%.*s'",
				STR_ARG(o->vars[i].name), STR_ARG(o->vars[j].name));
			return err_hint(err, "one of them has to be said without the other");
		}
		rc = place(o, j, err);
		if (rc)
			return rc;
	}
	o->mark[i] = 2;
	o->order[o->done++] = i;
	return 0;
}

errint activation_vars_order(const struct activation_var *vars, size_t n, size_t *order,
			     struct err *err)
{
	char *mark CLEANUP_FREE = xcalloc(n + 1, 1);
	struct vars_order o = {.vars = vars, .n = n, .mark = mark, .order = order};
	errint rc = 0;

	if (n > 4096)
		return err_set(err, ERR_TOO_BIG, "[vars] has %zu entries, more than 4096", n);
	for (size_t i = 0; !rc && i < n; i++)
		if (!mark[i])
			rc = place(&o, i, err);
	return rc;
}
