/* SPDX-License-Identifier: MIT
 *
 * Values as text: the spelling of nix-instantiate (<CODE>, <LAMBDA>), and that of nix eval and of
 * messages («thunk», «lambda f @ …»), with bounds for the latter. A set or list that is met again
 * is «repeated», so cycles end. */
#include "eval/eval_run.h"

#include <inttypes.h>
#include <stdlib.h>

struct value_printer {
	struct eval *E;
	const struct print_options *o;
	struct buf *b;
	const void **seen; /* open addressing */
	size_t n_seen, cap_seen;
	size_t attrs, items; /* printed so far, in all */
	unsigned indent;
};

void eval_print_string(struct buf *b, struct str s)
{
	buf_putc(b, '"');
	for (size_t i = 0; i < s.n; i++) {
		size_t from = i;

		while (i < s.n && !memchr("\"\\\n\r\t$", s.p[i], 6))
			i++;
		buf_put(b, s.p + from, i - from);
		if (i == s.n)
			break;
		switch (s.p[i]) {
		case '\n':
			buf_putz(b, "\\n");
			break;
		case '\r':
			buf_putz(b, "\\r");
			break;
		case '\t':
			buf_putz(b, "\\t");
			break;
		case '$':
			buf_putz(b, i + 1 < s.n && s.p[i + 1] == '{' ? "\\$" : "$");
			break;
		default:
			buf_putc(b, '\\');
			buf_putc(b, s.p[i]);
		}
	}
	buf_putc(b, '"');
}

static bool is_keyword(struct str s)
{
	static const struct str words[] = {S("if"),  S("then"), S("else"), S("assert"), S("with"),
					   S("let"), S("in"),   S("rec"),  S("inherit")};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(s, words[i]))
			return true;
	return false;
}

static bool is_word(struct str s)
{
	if (s.n == 0 || (s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == '-' || s.p[0] == '\'')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '_' || c == '-' || c == '\''))
			return false;
	}
	return !is_keyword(s);
}

void eval_print_name(struct buf *b, struct str name)
{
	if (is_word(name))
		buf_puts(b, name);
	else
		eval_print_string(b, name);
}

/* Adds; false when it was there. */
static bool first_visit(struct value_printer *p, const void *x)
{
	size_t i;

	if (p->n_seen * 2 >= p->cap_seen) {
		const void **old = p->seen;
		size_t n = p->cap_seen;

		p->cap_seen = n ? n * 2 : 32;
		p->seen = xcalloc(p->cap_seen, sizeof(*p->seen));
		p->n_seen = 0;
		for (i = 0; i < n; i++)
			if (old[i])
				first_visit(p, old[i]);
		free(old);
	}
	for (i = (uintptr_t)x / 8 * 2654435761u & (p->cap_seen - 1); p->seen[i];
	     i = (i + 1) & (p->cap_seen - 1))
		if (p->seen[i] == x)
			return false;
	p->seen[i] = x;
	p->n_seen++;
	return true;
}

static errint print_at(struct value_printer *p, struct value *v, size_t depth);

#define NORMAL  "0"
#define FAINT   "2"
#define RED     "31;1"
#define GREEN   "32;1"
#define BLUE    "34;1"
#define MAGENTA "35;1"
#define CYAN    "36;1"

static void paint(struct value_printer *p, const char *color)
{
	if (p->o->colors)
		buf_printf(p->b, "\033[%sm", color);
}

static void painted(struct value_printer *p, const char *color, const char *text)
{
	paint(p, color);
	buf_putz(p->b, text);
	paint(p, NORMAL);
}

static void elided(struct value_printer *p, size_t n, const char *one, const char *many)
{
	paint(p, FAINT);
	buf_printf(p->b, "«%zu %s elided»", n, n == 1 ? one : many);
	paint(p, NORMAL);
}

static void print_text(struct value_printer *p, struct str s)
{
	size_t max = p->o->max_string;

	paint(p, MAGENTA);
	if (max == 0 || s.n <= max) {
		eval_print_string(p->b, s);
		paint(p, NORMAL);
		return;
	}
	eval_print_string(p->b, str_n(s.p, max));
	buf_putc(p->b, ' ');
	elided(p, s.n - max, "byte", "bytes");
}

static void space(struct value_printer *p, bool lines)
{
	if (!lines) {
		buf_putc(p->b, ' ');
		return;
	}
	buf_putc(p->b, '\n');
	for (unsigned i = 0; i < p->indent; i++)
		buf_putc(p->b, ' ');
}

/* Is a collection with this only element, or with several, put on lines of its own? */
static errint on_lines(struct value_printer *p, size_t n, struct value *only, bool *out)
{
	*out = p->o->multi_line && n > 1;
	if (!p->o->multi_line || n != 1)
		return 0;
	if (p->o->strict && force(p->E, only, 0) < 0)
		return eval_failed(p->E);
	*out = only->tag == V_LIST || only->tag == V_ATTRS || !value_done(only);
	return 0;
}

/* `type` and `_type` first where not everything is shown. */
static void important_first(struct eval *E, const struct attr **v, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		const struct attr *a = v[i];
		struct str name = sym_str(E, a->sym);

		if (!str_eq(name, S("type")) && !str_eq(name, S("_type")))
			continue;
		memmove(v + at + 1, v + at, (i - at) * sizeof(*v));
		v[at++] = a;
	}
}

static errint print_derivation(struct value_printer *p, struct value *v)
{
	const struct attr *a = attrs_get(v->attrs, SYM_drvPath);
	const struct context *sc = NULL;
	struct str path;

	if (a && coerce_store_path(p->E, a->pos, a->v, &sc,
				   "while evaluating the drvPath of a derivation", &path) < 0)
		return eval_failed(p->E);
	paint(p, GREEN);
	buf_putz(p->b, "«derivation");
	if (a)
		buf_printf(p->b, " %.*s", STR_ARG(path));
	buf_putz(p->b, "»");
	paint(p, NORMAL);
	return 0;
}

static errint print_bindings(struct value_printer *p, struct attrs *set, size_t depth)
{
	const struct attr **v;
	bool lines = false;
	size_t n;

	if (attrs_by_name(p->E, set, &v, &n) < 0)
		return eval_failed(p->E);
	if (p->o->max_attrs)
		important_first(p->E, v, n);
	p->indent += 2;
	buf_putc(p->b, '{');
	if (n && on_lines(p, n, v[0]->v, &lines) < 0)
		return eval_failed(p->E);
	for (size_t i = 0; i < n; i++) {
		space(p, lines);
		if (p->o->max_attrs && p->attrs >= p->o->max_attrs) {
			elided(p, n - i, "attribute", "attributes");
			break;
		}
		eval_print_name(p->b, sym_str(p->E, v[i]->sym));
		buf_putz(p->b, " = ");
		if (print_at(p, v[i]->v, depth + 1) < 0)
			return eval_failed(p->E);
		buf_putc(p->b, ';');
		p->attrs++;
	}
	p->indent -= 2;
	space(p, lines);
	buf_putc(p->b, '}');
	return 0;
}

static errint print_set(struct value_printer *p, struct value *v, size_t depth)
{
	struct attrs *set = attrs_flat(p->E, v->attrs);
	bool drv = false;

	if ((set->n || !p->o->code_spelling) && !first_visit(p, v->attrs)) {
		painted(p, MAGENTA, "«repeated»");
		return 0;
	}
	if (p->o->strict && p->o->derivations_as_path && value_is_derivation(p->E, v, 0, &drv) < 0)
		return eval_failed(p->E);
	if (drv)
		return print_derivation(p, v);
	if (p->o->max_depth && depth >= p->o->max_depth) {
		buf_putz(p->b, "{ ... }");
		return 0;
	}
	return print_bindings(p, set, depth);
}

static errint print_list(struct value_printer *p, struct value *v, size_t depth)
{
	bool lines = false;

	/* As in Nix up to two elements live in the value itself, which stands for the list then; a
	 * longer one may be that of several values. */
	if (v->n && !first_visit(p, v->n > 2 ? (const void *)list_elems(v) : v)) {
		painted(p, MAGENTA, "«repeated»");
		return 0;
	}
	if (p->o->max_depth && depth >= p->o->max_depth) {
		buf_putz(p->b, "[ ... ]");
		return 0;
	}
	p->indent += 2;
	buf_putc(p->b, '[');
	if (v->n && on_lines(p, v->n, list_elems(v)[0], &lines) < 0)
		return eval_failed(p->E);
	for (uint32_t i = 0; i < v->n; i++) {
		space(p, lines);
		if (p->o->max_items && p->items >= p->o->max_items) {
			elided(p, v->n - i, "item", "items");
			break;
		}
		if (print_at(p, list_elems(v)[i], depth + 1) < 0)
			return eval_failed(p->E);
		p->items++;
	}
	p->indent -= 2;
	space(p, lines);
	buf_putc(p->b, ']');
	return 0;
}

static void print_function(struct value_printer *p, const struct value *v)
{
	const struct value *fn = v->tag == V_PARTIAL ? v->app->fn : v;
	const struct lambda *l;

	if (p->o->code_spelling) {
		buf_putz(p->b, fn->tag == V_LAMBDA   ? "<LAMBDA>"
			       : v->tag == V_PARTIAL ? "<PRIMOP-APP>"
						     : "<PRIMOP>");
		return;
	}
	if (fn->tag != V_LAMBDA) {
		buf_printf(p->b, "«%sprimop %s»", v->tag == V_PARTIAL ? "partially applied " : "",
			   fn->primop->name);
		return;
	}
	l = value_lambda(fn);
	/* With some of its arguments, it is the function that takes the next one. */
	for (uint32_t i = 0; v->tag == V_PARTIAL && i < v->app->n; i++)
		l = (const struct lambda *)l->body;
	buf_putz(p->b, "«lambda ");
	if (l->name)
		buf_printf(p->b, "%.*s ", STR_ARG(sym_str(p->E, l->name)));
	buf_putz(p->b, "@ ");
	pos_print(p->E, l->e.pos, p->b);
	buf_putz(p->b, "»");
}

static void print_scalar(struct value_printer *p, const struct value *v)
{
	paint(p, v->tag == V_PATH ? GREEN : CYAN);
	switch ((enum value_tag)v->tag) {
	case V_INT:
		buf_printf(p->b, "%" PRId64, v->i);
		break;
	case V_FLOAT:
		/* As C++ streams print a double: six significant digits. */
		buf_printf(p->b, "%g", v->f);
		break;
	case V_BOOL:
		buf_putz(p->b, v->b ? "true" : "false");
		break;
	case V_PATH:
		buf_puts(p->b, value_str(v));
		break;
	default:
		buf_putz(p->b, "null");
	}
	paint(p, NORMAL);
}

static errint print_any(struct value_printer *p, struct value *v, size_t depth)
{
	switch ((enum value_tag)v->tag) {
	case V_THUNK:
	case V_APP:
	case V_EACH:
	case V_THROWN:
		painted(p, MAGENTA, p->o->code_spelling ? "<CODE>" : "«thunk»");
		return 0;
	case V_BLACKHOLE:
		painted(p, RED, "«potential infinite recursion»");
		return 0;
	case V_INT:
	case V_FLOAT:
	case V_BOOL:
	case V_NULL:
	case V_PATH:
		print_scalar(p, v);
		return 0;
	case V_STRING:
	case V_STRCTX:
		print_text(p, value_str(v));
		return 0;
	case V_LIST:
		return print_list(p, v, depth);
	case V_ATTRS:
		return print_set(p, v, depth);
	case V_LAMBDA:
	case V_PRIMOP:
	case V_PARTIAL:
		paint(p, BLUE);
		print_function(p, v);
		paint(p, NORMAL);
		return 0;
	}
	return 0;
}

static errint print_at(struct value_printer *p, struct value *v, size_t depth)
{
	errint r = 0;

	if (eval_stack_low(p->E) || depth > p->E->max_depth)
		return eval_fail_stack(p->E, 0);
	if (eval_check_interrupt(p->E) < 0)
		return eval_failed(p->E);
	if (p->o->strict)
		r = force(p->E, v, 0);
	if (r == 0)
		r = print_any(p, v, depth);
	if (r == 0 || p->o->fail || (p->o->fail_top && depth == 0) ||
	    p->E->err.code == ERR_INTERRUPTED || p->E->err.code == ERR_TOO_BIG)
		return r;
	paint(p, RED);
	buf_printf(p->b, "«error: %s»", p->E->err.msg);
	paint(p, NORMAL);
	eval_forget(p->E);
	return 0;
}

errint print_value(struct eval *E, struct value *v, const struct print_options *o, struct buf *b)
{
	struct value_printer p = {.E = E, .o = o, .b = b};
	errint r = print_at(&p, v, 0);

	free(p.seen);
	return r;
}

void print_for_error(struct eval *E, struct value *v, struct buf *b)
{
	static const struct print_options o = {
		.max_depth = 10, .max_attrs = 10, .max_items = 10, .max_string = 1024};
	struct eval_failure kept = eval_put_aside(E);

	if (print_value(E, v, &o, b) < 0)
		eval_forget(E);
	eval_take_back(E, &kept);
}
