/* SPDX-License-Identifier: MIT
 *
 * Selection (a.b.c, with or without a default) and a ? b.c. Frames are made only on failure, from
 * how far the selection came. */
#include "eval/eval_run.h"

/* The name of one step, SYM_none on failure. */
static sym_t step_name(struct eval *E, struct env *env, const struct attr_name *name)
{
	struct value v;
	struct str s;

	if (LIKELY(name->sym))
		return name->sym;
	v = eval_expr(E, env, name->expr);
	if (failed(v) || want_string_plain(E, &v, expr_pos(name->expr),
					   "while evaluating an attribute name", &s) < 0)
		return SYM_none;
	return sym_intern(E, s);
}

/* What a failure under way says is put aside while names are computed for the trace. */
ATTR_COLD static void path_text(struct eval *E, struct env *env, const struct e_select *s,
				uint32_t n, struct buf *b)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct attr_name *name = &s->path[i];
		struct value v;

		if (i)
			buf_putc(b, '.');
		if (name->sym) {
			buf_puts(b, sym_str(E, name->sym));
			continue;
		}
		v = eval_expr(E, env, name->expr);
		if (!failed(v) && value_is_string(&v)) {
			buf_puts(b, value_str(&v));
			continue;
		}
		buf_putz(b, "\"${");
		print_expr(E, name->expr, b);
		buf_putz(b, "}\"");
	}
}

/* found: steps that succeeded; at: where the last of them was defined. */
ATTR_COLD static struct value select_failed(struct eval *E, struct env *env,
					    const struct e_select *s, uint32_t found, pos_t at)
{
	struct eval_failure kept = eval_put_aside(E);
	BUF(whole, LIMIT_ERR_TEXT);
	BUF(part, LIMIT_ERR_TEXT);

	path_text(E, env, s, found, &part);
	path_text(E, env, s, s->n, &whole);
	eval_take_back(E, &kept);
	if (at && !pos_is_internal(E, at))
		eval_frame(E, at, "from the definition of '%s'", buf_z(&part));
	eval_frame(E, s->e.pos, "while evaluating the attribute '%s'", buf_z(&whole));
	return FAILED;
}

struct value eval_select(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_select *s = (const struct e_select *)e;
	struct value subject = eval_expr(E, env, s->subject), *v = &subject;
	pos_t at = 0;

	if (failed(subject)) {
		eval_frame(E, expr_pos(s->subject), "while selecting an attribute");
		return FAILED;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		sym_t sym = step_name(E, env, &s->path[i]);
		const struct attr *a;

		if (UNLIKELY(!sym) || UNLIKELY(force(E, v, s->e.pos) < 0))
			return select_failed(E, env, s, i, at);
		a = v->tag == V_ATTRS ? attrs_get(v->attrs, sym) : NULL;
		if (UNLIKELY(!a)) {
			if (s->otherwise)
				return eval_expr(E, env, s->otherwise);
			if (want_attrs(E, v, s->e.pos, "while selecting an attribute") < 0)
				return select_failed(E, env, s, i, at);
			eval_fail(E, 0, "attribute '%.*s' missing", STR_ARG(sym_str(E, sym)));
			eval_suggest_attrs(E, sym, v->attrs);
			eval_tell_missing(E, sym, v->attrs);
			return select_failed(E, env, s, i, at);
		}
		v = a->v;
		at = a->pos;
	}
	if (UNLIKELY(force(E, v, at ? at : s->e.pos) < 0))
		return select_failed(E, env, s, s->n, at);
	return *v;
}

struct value eval_has(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_select *s = (const struct e_select *)e;
	struct value subject = eval_expr(E, env, s->subject), *v = &subject;

	if (failed(subject)) {
		eval_frame(E, expr_pos(s->subject), "in the argument of '?'");
		return FAILED;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		const struct attr *a;
		sym_t sym;

		if (force(E, v, expr_pos(s->subject)) < 0)
			return FAILED;
		sym = step_name(E, env, &s->path[i]);
		if (!sym)
			return FAILED;
		a = v->tag == V_ATTRS ? attrs_get(v->attrs, sym) : NULL;
		if (!a)
			return v_bool(false);
		v = a->v;
	}
	return v_bool(true);
}
