/* SPDX-License-Identifier: MIT
 *
 * Operators, and what else asks for a Boolean: if and assert. Slow cases take their values by value
 * and are kept out of line, so that the fast ones need no stack. */
#include "eval/eval_run.h"

ATTR_COLD static struct value operand_failed(struct eval *E, const struct expr *e, const char *ctx)
{
	eval_frame(E, expr_pos(e), "%s", ctx);
	return FAILED;
}

ATTR_COLD static struct value operand_type(struct eval *E, const struct expr *e, pos_t pos,
					   const char *want, struct value v, const char *ctx)
{
	eval_fail_type(E, pos, want, &v);
	return operand_failed(E, e, ctx);
}

/* An operand, with the frame that says which when it fails. */
static inline struct value operand(struct eval *E, struct env *env, const struct expr *e,
				   const char *ctx)
{
	struct value v = quick(E, env, e);

	return failed(v) ? operand_failed(E, e, ctx) : v;
}

static inline struct value bool_operand(struct eval *E, struct env *env, const struct expr *e,
					const char *ctx)
{
	struct value v = quick(E, env, e);

	if (LIKELY(value_tag(v) == V_BOOL))
		return v;
	if (failed(v))
		return operand_failed(E, e, ctx);
	return operand_type(E, e, expr_pos(e), "a Boolean", v, ctx);
}

/* ---- logic ---- */

/* The second operand's value, unless the first is enough for a result. */
static inline struct value logic(struct eval *E, struct env *env, const struct expr *e, bool enough,
				 bool result, const char *left, const char *right)
{
	const struct e_op *o = (const struct e_op *)e;
	struct value a = bool_operand(E, env, o->a, left);

	if (failed(a))
		return FAILED;
	if ((bool)a.i == enough)
		return v_bool(result);
	return bool_operand(E, env, o->b, right);
}

struct value eval_and(struct eval *E, struct env *env, const struct expr *e)
{
	return logic(E, env, e, false, false, "in the left operand of '&&'",
		     "in the right operand of '&&'");
}

struct value eval_or(struct eval *E, struct env *env, const struct expr *e)
{
	return logic(E, env, e, true, true, "in the left operand of '||'",
		     "in the right operand of '||'");
}

struct value eval_impl(struct eval *E, struct env *env, const struct expr *e)
{
	return logic(E, env, e, false, true, "in the left operand of '->'",
		     "in the right operand of '->'");
}

struct value eval_not(struct eval *E, struct env *env, const struct expr *e)
{
	struct value v =
		bool_operand(E, env, ((const struct e_op *)e)->a, "in the argument of '!'");

	return failed(v) ? FAILED : v_bool(!v.i);
}

struct value eval_if(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_if *i = (const struct e_if *)e;
	struct value v = bool_operand(E, env, i->cond, "while evaluating a branch condition");

	if (failed(v))
		return FAILED;
	return eval_expr(E, env, v.i ? i->then : i->otherwise);
}

ATTR_COLD static struct value assertion_failed(struct eval *E, struct env *env,
					       const struct e_if *i)
{
	const struct e_op *o = (const struct e_op *)i->cond;
	BUF(text, LIMIT_ERR_TEXT);

	print_expr(E, i->cond, &text);
	if (o->e.kind == E_EQ) {
		struct value a = eval_expr(E, env, o->a), b = eval_expr(E, env, o->b);

		if (failed(a) || failed(b))
			return FAILED;
		if (assert_equal(E, &a, &b, o->e.pos, "in an equality assertion") < 0) {
			if (E->err.code == ERR_THROWN)
				eval_frame(E, i->e.pos,
					   "while evaluating the condition of the assertion '%s'",
					   buf_z(&text));
			return FAILED;
		}
	}
	eval_fail_code(E, i->e.pos, ERR_THROWN, "assertion '%s' failed", buf_z(&text));
	return FAILED;
}

struct value eval_assert(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_if *i = (const struct e_if *)e;
	struct value v = bool_operand(E, env, i->cond, "in the condition of the assert statement");

	if (failed(v))
		return FAILED;
	return v.i ? eval_expr(E, env, i->then) : assertion_failed(E, env, i);
}

/* ---- comparison and arithmetic ---- */

static ATTR_NOINLINE struct value slow_equal(struct eval *E, pos_t pos, struct value a,
					     struct value b, bool ne)
{
	bool equal;

	if (values_equal(E, &a, &b, pos,
			 ne ? "while testing two values for inequality"
			    : "while testing two values for equality",
			 &equal) < 0)
		return FAILED;
	return v_bool(equal != ne);
}

struct value eval_equal(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_op *o = (const struct e_op *)e;
	bool ne = e->kind == E_NE;
	struct value a, b;

	a = operand(E, env, o->a,
		    ne ? "in the left operand of '!='" : "in the left operand of '=='");
	if (failed(a))
		return FAILED;
	b = operand(E, env, o->b,
		    ne ? "in the right operand of '!='" : "in the right operand of '=='");
	if (failed(b))
		return FAILED;
	if (value_tag(a) == V_INT && value_tag(b) == V_INT)
		return v_bool((a.i == b.i) != ne);
	if (value_tag(a) == V_STRING && value_tag(b) == V_STRING)
		return v_bool(str_eq(str_n(a.s, value_len(a)), str_n(b.s, value_len(b))) != ne);
	return slow_equal(E, e->pos, a, b, ne);
}

/* Operators that are builtins by definition show up as such in traces. */
ATTR_COLD static struct value arith_failed(struct eval *E, const struct e_op *o)
{
	static const char *const names[] = {
		[E_SUB] = "sub", [E_MUL] = "mul", [E_DIV] = "div", [E_LESS] = "lessThan"};

	eval_frame(E, o->e.pos, "while calling the '%s' builtin", names[o->e.kind]);
	return FAILED;
}

static ATTR_NOINLINE struct value slow_arith(struct eval *E, const struct e_op *o, struct value a,
					     struct value b)
{
	static const char ops[] = {[E_SUB] = '-', [E_MUL] = '*', [E_DIV] = '/'};
	struct value out;
	bool less;

	if (o->e.kind == E_LESS) {
		if (values_less(E, &a, &b, o->e.pos, NULL, &less) < 0)
			return arith_failed(E, o);
		return v_bool(less);
	}
	if (values_arith(E, o->e.pos, ops[o->e.kind], &a, &b, &out) < 0)
		return arith_failed(E, o);
	return out;
}

struct value eval_less(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_op *o = (const struct e_op *)e;
	struct value a = quick(E, env, o->a), b;

	if (failed(a))
		return arith_failed(E, o);
	b = quick(E, env, o->b);
	if (failed(b))
		return arith_failed(E, o);
	if (LIKELY(value_tag(a) == V_INT && value_tag(b) == V_INT))
		return v_bool(a.i < b.i);
	return slow_arith(E, o, a, b);
}

struct value eval_arith(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_op *o = (const struct e_op *)e;
	struct value a = quick(E, env, o->a), b;
	int64_t r;

	if (failed(a))
		return arith_failed(E, o);
	b = quick(E, env, o->b);
	if (failed(b))
		return arith_failed(E, o);
	if (LIKELY(value_tag(a) == V_INT && value_tag(b) == V_INT)) {
		if (e->kind == E_SUB && !__builtin_sub_overflow(a.i, b.i, &r))
			return v_int(r);
		if (e->kind == E_MUL && !__builtin_mul_overflow(a.i, b.i, &r))
			return v_int(r);
	}
	return slow_arith(E, o, a, b);
}

/* a + b where a is an integer. */
static struct value plus_int(struct eval *E, struct env *env, const struct e_strings *s,
			     struct value a)
{
	struct value b = operand(E, env, s->v[1].expr, "in an operand of '+'");
	int64_t r;

	if (failed(b))
		return FAILED;
	if (LIKELY(value_tag(b) == V_INT) && !__builtin_add_overflow(a.i, b.i, &r))
		return v_int(r);
	return add_numbers(E, s->v[1].pos, a, b);
}

struct value eval_strings(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_strings *s = (const struct e_strings *)e;
	char *mark = E->heap.top;
	struct value first = operand(E, env, s->v[0].expr, "in an operand of '+'");

	if (failed(first))
		return FAILED;
	if (!e->flag && s->n == 2 && value_tag(first) == V_INT)
		return plus_int(E, env, s, first);
	return concat_strings(E, env, s, first, mark);
}

/* ---- sets and lists ---- */

static struct value update_operand(struct eval *E, struct env *env, const struct expr *e,
				   const char *ctx)
{
	struct value v;

	if (e->kind == E_UPDATE)
		return eval_expr(E, env, e);
	v = operand(E, env, e, ctx);
	if (value_tag(v) != V_ATTRS && !failed(v))
		return operand_type(E, e, 0, "a set", v, ctx);
	return v;
}

struct value eval_update(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_op *o = (const struct e_op *)e;
	struct value b = update_operand(E, env, o->b, "in the right operand of '//'"), a;

	if (failed(b))
		return FAILED;
	a = update_operand(E, env, o->a, "in the left operand of '//'");
	if (failed(a))
		return FAILED;
	return v_attrs(attrs_update(E, a.attrs, b.attrs));
}

struct value eval_concat(struct eval *E, struct env *env, const struct expr *e)
{
	static const char ctx[] = "while evaluating one of the elements to concatenate";
	const struct e_op *o = (const struct e_op *)e;
	struct value a = operand(E, env, o->a, "in the left operand of '++'"), b, **v;

	if (failed(a))
		return FAILED;
	b = operand(E, env, o->b, "in the right operand of '++'");
	if (failed(b))
		return FAILED;
	if (want_list(E, &a, e->pos, ctx) < 0 || want_list(E, &b, e->pos, ctx) < 0)
		return FAILED;
	if (a.n == 0)
		return b;
	if (b.n == 0)
		return a;
	if (list_check(E, (uint64_t)a.n + b.n) < 0)
		return FAILED;
	v = list_alloc(E, (size_t)a.n + b.n);
	if (eval_copy(E, v, list_elems(&a), a.n * sizeof(*v)) < 0 ||
	    eval_copy(E, v + a.n, list_elems(&b), b.n * sizeof(*v)) < 0)
		return FAILED;
	return v_list(v, (size_t)a.n + b.n);
}
