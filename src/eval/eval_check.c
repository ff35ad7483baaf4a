/* SPDX-License-Identifier: MIT
 *
 * Forcing with an expected type, as builtins and the evaluator do it, and the names of types. */
#include "eval/eval_run.h"

#include <stdio.h>
#include <stdlib.h>

/* Names of builtins are put into texts that live until the fourth call from now. */
static const char *builtin_text(const char *what, const struct builtin_row *row)
{
	static _Thread_local char texts[4][96];
	static _Thread_local unsigned next;
	char *text = texts[next++ % ARRAY_LEN(texts)];

	snprintf(text, sizeof(texts[0]), "the %s '%s'", what, row->name);
	return text;
}

const char *value_type_text(const struct value *v)
{
	switch ((enum value_tag)v->tag) {
	case V_THUNK:
	case V_APP:
	case V_EACH:
	case V_BLACKHOLE:
	case V_THROWN:
		return "a thunk";
	case V_INT:
		return "an integer";
	case V_FLOAT:
		return "a float";
	case V_BOOL:
		return "a Boolean";
	case V_NULL:
		return "null";
	case V_STRING:
		return "a string";
	case V_STRCTX:
		return "a string with context";
	case V_PATH:
		return "a path";
	case V_LIST:
		return "a list";
	case V_ATTRS:
		return "a set";
	case V_LAMBDA:
		return "a function";
	case V_PRIMOP:
		return builtin_text("built-in function", v->primop);
	case V_PARTIAL:
		if (v->app->fn->tag == V_LAMBDA)
			return "a function";
		return builtin_text("partially applied built-in function", v->app->fn->primop);
	}
	BUG("no type");
}

const char *value_type_name(const struct value *v)
{
	switch ((enum value_tag)v->tag) {
	case V_INT:
		return "int";
	case V_FLOAT:
		return "float";
	case V_BOOL:
		return "bool";
	case V_NULL:
		return "null";
	case V_STRING:
	case V_STRCTX:
		return "string";
	case V_PATH:
		return "path";
	case V_LIST:
		return "list";
	case V_ATTRS:
		return "set";
	case V_LAMBDA:
	case V_PRIMOP:
	case V_PARTIAL:
		return "lambda";
	case V_THUNK:
	case V_APP:
	case V_EACH:
	case V_BLACKHOLE:
	case V_THROWN:
		return "thunk";
	}
	BUG("no type");
}

/* The frame that a check's failure gets. */
ATTR_COLD static errint in_context(struct eval *E, pos_t pos, const char *ctx)
{
	return ctx ? eval_frame(E, pos, "%s", ctx) : eval_failed(E);
}

ATTR_COLD static errint wrong_type(struct eval *E, pos_t pos, const char *what, struct value *v,
				   const char *ctx)
{
	eval_fail_type(E, pos, what, v);
	return in_context(E, pos, ctx);
}

/* Sets and lists: as in Nix only the frame has a position, and a failure of v itself no frame. */
ATTR_COLD static errint not_collection(struct eval *E, pos_t pos, const char *what, struct value *v,
				       const char *ctx)
{
	eval_fail_type(E, 0, what, v);
	return in_context(E, pos, ctx);
}

errint want_int(struct eval *E, struct value *v, pos_t pos, const char *ctx, int64_t *out)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return in_context(E, pos, ctx);
	if (UNLIKELY(v->tag != V_INT))
		return wrong_type(E, pos, "an integer", v, ctx);
	*out = v->i;
	return 0;
}

errint want_float(struct eval *E, struct value *v, pos_t pos, const char *ctx, double *out)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return in_context(E, pos, ctx);
	if (v->tag != V_INT && UNLIKELY(v->tag != V_FLOAT))
		return wrong_type(E, pos, "a float", v, ctx);
	*out = v->tag == V_INT ? (double)v->i : v->f;
	return 0;
}

errint want_bool(struct eval *E, struct value *v, pos_t pos, const char *ctx, bool *out)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return in_context(E, pos, ctx);
	if (UNLIKELY(v->tag != V_BOOL))
		return wrong_type(E, pos, "a Boolean", v, ctx);
	*out = v->b;
	return 0;
}

errint want_attrs(struct eval *E, struct value *v, pos_t pos, const char *ctx)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return eval_failed(E);
	return LIKELY(v->tag == V_ATTRS) ? 0 : not_collection(E, pos, "a set", v, ctx);
}

errint want_list(struct eval *E, struct value *v, pos_t pos, const char *ctx)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return eval_failed(E);
	return LIKELY(v->tag == V_LIST) ? 0 : not_collection(E, pos, "a list", v, ctx);
}

errint want_function(struct eval *E, struct value *v, pos_t pos, const char *ctx)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return in_context(E, pos, ctx);
	if (value_is_function(v) || (v->tag == V_ATTRS && attrs_get(v->attrs, SYM_functor)))
		return 0;
	return wrong_type(E, pos, "a function", v, ctx);
}

errint want_string(struct eval *E, struct value *v, pos_t pos, const char *ctx, struct str *out,
		   const struct context **sc)
{
	if (UNLIKELY(force(E, v, pos) < 0))
		return in_context(E, pos, ctx);
	if (UNLIKELY(!value_is_string(v)))
		return wrong_type(E, pos, "a string", v, ctx);
	if (sc)
		*sc = context_union(E, *sc, value_ctx(v));
	*out = value_str(v);
	return 0;
}

errint want_string_plain(struct eval *E, struct value *v, pos_t pos, const char *ctx,
			 struct str *out)
{
	BUF(path, LIMIT_ERR_TEXT);

	if (want_string(E, v, pos, ctx, out, NULL) < 0)
		return eval_failed(E);
	if (LIKELY(!value_ctx(v)))
		return 0;
	context_print(context_elems(E, value_ctx(v))->v[0], &path);
	eval_fail(E, 0, "the string '%.*s' is not allowed to refer to a store path (such as '%s')",
		  STR_ARG(*out), buf_z(&path));
	return in_context(E, pos, ctx);
}

/* ---- forcing everything ---- */

/* Addresses of sets and lists that were seen; open addressing. */
struct check_seen {
	const void **slots;
	size_t n, cap;
};

static bool seen_add(struct check_seen *s, const void *p)
{
	size_t i;

	if (s->n * 2 >= s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 64;
		struct check_seen bigger = {xcalloc(cap, sizeof(p)), 0, cap};

		for (size_t j = 0; j < s->cap; j++)
			if (s->slots[j])
				seen_add(&bigger, s->slots[j]);
		free(s->slots);
		*s = bigger;
	}
	for (i = (uintptr_t)p / 8 * 2654435761u & (s->cap - 1); s->slots[i];
	     i = (i + 1) & (s->cap - 1))
		if (s->slots[i] == p)
			return false;
	s->slots[i] = p;
	s->n++;
	return true;
}

static errint deep(struct eval *E, struct value *v, pos_t pos, struct check_seen *seen);

static errint deep_attrs(struct eval *E, struct attrs *a, struct check_seen *seen)
{
	if (a->n == 0 || !seen_add(seen, a))
		return 0;
	for (uint32_t i = 0; i < a->n; i++)
		if (deep(E, a->v[i].v, a->v[i].pos, seen) < 0)
			return eval_frame(E, a->v[i].pos, "while evaluating the attribute '%.*s'",
					  STR_ARG(sym_str(E, a->v[i].sym)));
	return 0;
}

static errint deep_list(struct eval *E, struct value *v, struct check_seen *seen)
{
	if (v->n == 0 || !seen_add(seen, list_elems(v)))
		return 0;
	for (uint32_t i = 0; i < v->n; i++)
		if (deep(E, list_elems(v)[i], 0, seen) < 0)
			return eval_frame(E, 0, "while evaluating list element at index %u", i);
	return 0;
}

static errint deep(struct eval *E, struct value *v, pos_t pos, struct check_seen *seen)
{
	errint r;

	if (eval_check_interrupt(E) < 0 || force(E, v, pos) < 0)
		return eval_failed(E);
	if (v->tag != V_ATTRS && v->tag != V_LIST)
		return 0;
	if (depth_enter(E, pos) < 0)
		return eval_failed(E);
	r = v->tag == V_ATTRS ? deep_attrs(E, attrs_flat(E, v->attrs), seen)
			      : deep_list(E, v, seen);
	depth_leave(E);
	return r;
}

errint force_deep(struct eval *E, struct value *v, pos_t pos)
{
	struct check_seen seen = {0};
	errint r = deep(E, v, pos, &seen);

	free(seen.slots);
	return r;
}
