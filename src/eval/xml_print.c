/* SPDX-License-Identifier: MIT
 *
 * Values as XML, as builtins.toXML and nix-instantiate --xml write them. A derivation is written
 * with its attributes where it first occurs, and as <repeated /> after that. */
#include "eval/builtin_int.h"

#include <stdio.h>
#include <stdlib.h>
#include "eval/eval_run.h"
#include "store/path_map.h"

struct xml {
	struct eval *E;
	bool strict, location;
	const struct context **sc;
	struct buf *b;
	unsigned depth;
	struct path_map seen; /* .drv paths that were written */
};

static void xml_release(struct xml *x)
{
	path_map_release(&x->seen);
}

/* How a character is written that cannot stand for itself; NULL for the others. */
static const char *entity(char c)
{
	switch (c) {
	case '"':
		return "&quot;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '\n':
		/* A bare newline would be read as a blank. */
		return "&#xA;";
	default:
		return NULL;
	}
}

/* What is left out after ^C does not matter: xml_value() fails then. */
static void put_attr(struct xml *x, const char *name, struct str value)
{
	enum { ASK_EVERY = 1 << 16 };
	size_t plain = 0;

	buf_printf(x->b, " %s=\"", name);
	for (size_t i = 0; i < value.n; i++) {
		const char *special = entity(value.p[i]);

		if (UNLIKELY(i % ASK_EVERY == 0)) {
			if (*x->E->interrupt)
				return;
			buf_put(x->b, value.p + plain, i - plain);
			plain = i;
		}
		if (!special)
			continue;
		buf_put(x->b, value.p + plain, i - plain);
		buf_putz(x->b, special);
		plain = i + 1;
	}
	buf_put(x->b, value.p + plain, value.n - plain);
	buf_putc(x->b, '"');
}

static void begin(struct xml *x, const char *name)
{
	for (unsigned i = 0; i < x->depth; i++)
		buf_putz(x->b, "  ");
	buf_printf(x->b, "<%s", name);
}

static void begun(struct xml *x)
{
	buf_putz(x->b, ">\n");
	x->depth++;
}

static void end(struct xml *x, const char *name)
{
	x->depth--;
	for (unsigned i = 0; i < x->depth; i++)
		buf_putz(x->b, "  ");
	buf_printf(x->b, "</%s>\n", name);
}

/* <name attr="value" />, or without the attribute when attr is NULL. */
static void empty(struct xml *x, const char *name, const char *attr, struct str value)
{
	begin(x, name);
	if (attr)
		put_attr(x, attr, value);
	buf_putz(x->b, " />\n");
}

static errint print(struct xml *x, struct value *v, pos_t pos);

/* In the order of XML attribute names: column, line, (name,) path. */
static void put_position(struct xml *x, pos_t pos, const struct str *name)
{
	struct pos_info info;
	char number[16];
	bool known = x->location && pos && pos_resolve(x->E, pos, &info);

	if (known) {
		snprintf(number, sizeof(number), "%u", info.column);
		put_attr(x, "column", str_c(number));
		snprintf(number, sizeof(number), "%u", info.line);
		put_attr(x, "line", str_c(number));
	}
	if (name)
		put_attr(x, "name", *name);
	if (known && info.file.n)
		put_attr(x, "path", info.file);
}

static errint print_attrs(struct xml *x, struct attrs *a)
{
	const struct attr **by_name;
	size_t n;

	TRY(attrs_by_name(x->E, a, &by_name, &n));
	for (size_t i = 0; i < n; i++) {
		struct str name = sym_str(x->E, by_name[i]->sym);

		begin(x, "attr");
		put_position(x, by_name[i]->pos, &name);
		begun(x);
		TRY(print(x, by_name[i]->v, by_name[i]->pos));
		end(x, "attr");
	}
	return 0;
}

/* Was this derivation written before? Remembers it. */
static bool seen(struct xml *x, struct str drv_path)
{
	static char mark;

	if (path_map_get(&x->seen, drv_path))
		return true;
	path_map_put(&x->seen, drv_path, &mark);
	return false;
}

/* Puts a string attribute of a derivation; *out is "" when it is absent or something else. */
static errint put_string_attr(struct xml *x, struct attrs *a, sym_t sym, const char *name,
			      struct str *out)
{
	const struct attr *attr = attrs_get(a, sym);

	*out = S("");
	if (!attr)
		return 0;
	if (x->strict)
		TRY(force(x->E, attr->v, attr->pos));
	if (!value_is_string(attr->v))
		return 0;
	*out = value_str(attr->v);
	put_attr(x, name, *out);
	return 0;
}

static errint print_derivation(struct xml *x, struct attrs *a)
{
	struct str drv_path, out_path;

	begin(x, "derivation");
	TRY(put_string_attr(x, a, SYM_drvPath, "drvPath", &drv_path));
	TRY(put_string_attr(x, a, SYM_outPath, "outPath", &out_path));
	begun(x);
	if (drv_path.n && !seen(x, drv_path))
		TRY(print_attrs(x, a));
	else
		empty(x, "repeated", NULL, S(""));
	end(x, "derivation");
	return 0;
}

static errint print_set(struct xml *x, struct value *v, pos_t pos)
{
	bool derivation;

	TRY(value_is_derivation(x->E, v, pos, &derivation));
	if (derivation)
		return print_derivation(x, v->attrs);
	begin(x, "attrs");
	begun(x);
	TRY(print_attrs(x, v->attrs));
	end(x, "attrs");
	return 0;
}

static errint print_list(struct xml *x, struct value *v, pos_t pos)
{
	begin(x, "list");
	begun(x);
	for (size_t i = 0; i < v->n; i++)
		TRY(print(x, list_elems(v)[i], pos));
	end(x, "list");
	return 0;
}

struct formal_names {
	struct eval *E;
	struct str *v;
	size_t n, cap;
};

static void formal_names_add(void *ctx, sym_t name, bool has_default, pos_t pos)
{
	struct formal_names *f = ctx;

	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = sym_str(f->E, name);
}

/* The function that takes the next argument. */
static const struct lambda *lambda_of(const struct value *v)
{
	uint32_t given = 0;
	const struct lambda *f;

	if (v->tag == V_PARTIAL) {
		given = v->app->n;
		v = v->app->fn;
	}
	for (f = value_lambda(v); given > 0; given--)
		f = (const struct lambda *)f->body;
	return f;
}

static void print_lambda(struct xml *x, struct value *v)
{
	struct formal_names names = {.E = x->E};
	const struct lambda *f = lambda_of(v);

	begin(x, "function");
	put_position(x, lambda_pos(v), NULL);
	begun(x);
	if (lambda_formals(x->E, v, formal_names_add, &names)) {
		begin(x, "attrspat");
		if (f->ellipsis)
			put_attr(x, "ellipsis", S("1"));
		if (f->arg)
			put_attr(x, "name", sym_str(x->E, f->arg));
		begun(x);
		if (names.n)
			qsort(names.v, names.n, sizeof(*names.v), str_cmp_qsort);
		for (size_t i = 0; i < names.n; i++)
			empty(x, "attr", "name", names.v[i]);
		end(x, "attrspat");
	} else {
		empty(x, "varpat", "name", sym_str(x->E, f->arg));
	}
	end(x, "function");
	free(names.v);
}

static void print_number(struct xml *x, const struct value *v)
{
	char text[64];

	if (v->tag == V_INT)
		snprintf(text, sizeof(text), "%lld", (long long)v->i);
	else
		snprintf(text, sizeof(text), "%g", v->f);
	empty(x, v->tag == V_INT ? "int" : "float", "value", str_c(text));
}

static errint print_tagged(struct xml *x, struct value *v, pos_t pos)
{
	switch ((enum value_tag)v->tag) {
	case V_INT:
	case V_FLOAT:
		print_number(x, v);
		return 0;
	case V_BOOL:
		empty(x, "bool", "value", v->b ? S("true") : S("false"));
		return 0;
	case V_NULL:
		empty(x, "null", NULL, S(""));
		return 0;
	case V_STRING:
	case V_STRCTX:
		*x->sc = context_union(x->E, *x->sc, value_ctx(v));
		empty(x, "string", "value", value_str(v));
		return 0;
	case V_PATH:
		empty(x, "path", "value", value_str(v));
		return 0;
	case V_LIST:
		return print_list(x, v, pos);
	case V_ATTRS:
		return print_set(x, v, pos);
	case V_PARTIAL:
	case V_LAMBDA:
		if (v->tag == V_LAMBDA || v->app->fn->tag == V_LAMBDA) {
			print_lambda(x, v);
			return 0;
		}
		empty(x, "unevaluated", NULL, S(""));
		return 0;
	default:
		empty(x, "unevaluated", NULL, S(""));
		return 0;
	}
}

static errint print(struct xml *x, struct value *v, pos_t pos)
{
	errint rc;

	if (x->strict)
		TRY(force(x->E, v, pos));
	TRY(eval_check_interrupt(x->E));
	TRY(depth_enter(x->E, pos));
	rc = print_tagged(x, v, pos);
	depth_leave(x->E);
	return rc;
}

errint xml_value(struct eval *E, struct value *v, pos_t pos, bool strict, bool location,
		 const struct context **sc, struct buf *b)
{
	struct xml x CLEANUP(xml_release) = {
		.E = E, .strict = strict, .location = location, .sc = sc, .b = b};

	buf_putz(b, "<?xml version='1.0' encoding='utf-8'?>\n");
	begin(&x, "expr");
	begun(&x);
	TRY(print(&x, v, pos));
	end(&x, "expr");
	return eval_check_interrupt(E);
}

BUILTIN(toXML)
{
	const struct context *ctx = NULL;
	BUF(b, LIMIT_NIX_STRING);

	TRY(xml_value(E, args[0], pos, true, false, &ctx, &b));
	return string_from_buf(E, pos, &b, ctx, out);
}

const struct builtin_row builtins_xml[] = {
	{"toXML", 1, 0, builtin_toXML, "e", "A value as XML text, deeply evaluated."},
	BUILTIN_END,
};
