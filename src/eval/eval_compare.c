/* SPDX-License-Identifier: MIT
 *
 * Equality, order and arithmetic of values. assert_equal() walks as values_equal() does and tells
 * where the two differ, for `assert a == b`. */
#include "eval/eval_run.h"

static bool is_number(const struct value *v)
{
	return v->tag == V_INT || v->tag == V_FLOAT;
}

/* Tags apart from what a program cannot tell apart. */
static unsigned kind(const struct value *v)
{
	if (v->tag == V_STRCTX)
		return V_STRING;
	return value_is_function(v) ? V_LAMBDA : v->tag;
}

static bool numbers_equal(const struct value *a, const struct value *b)
{
	if (a->tag == V_INT && b->tag == V_INT)
		return a->i == b->i;
	return (a->tag == V_INT ? (double)a->i : a->f) == (b->tag == V_INT ? (double)b->i : b->f);
}

/* The outPaths of two derivations, which stand for them. */
static errint out_paths(struct eval *E, struct value *a, struct value *b, pos_t pos,
			struct value **pa, struct value **pb)
{
	const struct attr *x, *y;
	bool drv;

	*pa = *pb = NULL;
	if (value_is_derivation(E, a, pos, &drv) < 0)
		return eval_failed(E);
	if (!drv)
		return 0;
	if (value_is_derivation(E, b, pos, &drv) < 0)
		return eval_failed(E);
	if (!drv)
		return 0;
	x = attrs_get(a->attrs, SYM_outPath);
	y = attrs_get(b->attrs, SYM_outPath);
	if (x && y) {
		*pa = x->v;
		*pb = y->v;
	}
	return 0;
}

static errint lists_equal(struct eval *E, struct value *a, struct value *b, pos_t pos,
			  const char *ctx, bool *out)
{
	struct value **x = list_elems(a), **y = list_elems(b);

	*out = a->n == b->n;
	for (uint32_t i = 0; *out && i < a->n; i++)
		if (values_equal(E, x[i], y[i], pos, ctx, out) < 0)
			return eval_failed(E);
	return 0;
}

static errint sets_equal(struct eval *E, struct value *a, struct value *b, pos_t pos,
			 const char *ctx, bool *out)
{
	struct value *pa, *pb;
	struct attrs *x, *y;

	if (out_paths(E, a, b, pos, &pa, &pb) < 0)
		return eval_failed(E);
	if (pa)
		return values_equal(E, pa, pb, pos, ctx, out);
	x = attrs_flat(E, a->attrs);
	y = attrs_flat(E, b->attrs);
	*out = x->n == y->n;
	for (uint32_t i = 0; *out && i < x->n; i++) {
		*out = x->v[i].sym == y->v[i].sym;
		if (*out && values_equal(E, x->v[i].v, y->v[i].v, pos, ctx, out) < 0)
			return eval_failed(E);
	}
	return 0;
}

static errint collections_equal(struct eval *E, struct value *a, struct value *b, pos_t pos,
				const char *ctx, bool *out)
{
	errint r;

	if (depth_enter(E, pos) < 0)
		return eval_failed(E);
	r = a->tag == V_LIST ? lists_equal(E, a, b, pos, ctx, out)
			     : sets_equal(E, a, b, pos, ctx, out);
	depth_leave(E);
	return r;
}

errint values_equal(struct eval *E, struct value *a, struct value *b, pos_t pos, const char *ctx,
		    bool *out)
{
	if (UNLIKELY(eval_stack_low(E)))
		return eval_fail_stack(E, pos);
	if (eval_check_interrupt(E) < 0 || force(E, a, pos) < 0 || force(E, b, pos) < 0)
		return eval_failed(E);
	/* Programs rely on one set or function being equal to itself. */
	if (a == b) {
		*out = true;
		return 0;
	}
	if (is_number(a) && is_number(b)) {
		*out = numbers_equal(a, b);
		return 0;
	}
	*out = false;
	if (kind(a) != kind(b))
		return 0;
	switch (kind(a)) {
	case V_BOOL:
		*out = a->b == b->b;
		return 0;
	case V_NULL:
		*out = true;
		return 0;
	case V_STRING:
	case V_PATH:
		*out = str_eq(value_str(a), value_str(b));
		return 0;
	case V_LIST:
	case V_ATTRS:
		return collections_equal(E, a, b, pos, ctx, out);
	default:
		return 0;
	}
}

/* ---- order ---- */

ATTR_COLD static errint cannot_compare(struct eval *E, struct value *a, struct value *b, pos_t pos,
				       const char *ctx)
{
	BUF(x, LIMIT_ERR_TEXT);
	BUF(y, LIMIT_ERR_TEXT);

	print_for_error(E, a, &x);
	print_for_error(E, b, &y);
	if (kind(a) == kind(b))
		eval_fail(E, 0,
			  "cannot compare %s with %s; values of that type are incomparable "
			  "(values are %s and %s)",
			  value_type_text(a), value_type_text(b), buf_z(&x), buf_z(&y));
	else
		eval_fail(E, 0, "cannot compare %s with %s; values are %s and %s",
			  value_type_text(a), value_type_text(b), buf_z(&x), buf_z(&y));
	return ctx ? eval_frame(E, pos, "%s", ctx) : eval_failed(E);
}

static errint lists_less(struct eval *E, struct value *a, struct value *b, pos_t pos,
			 const char *ctx, bool *out)
{
	struct value **x = list_elems(a), **y = list_elems(b);

	for (uint32_t i = 0;; i++) {
		bool equal;

		if (i == b->n) {
			*out = false;
			return 0;
		}
		if (i == a->n) {
			*out = true;
			return 0;
		}
		if (values_equal(E, x[i], y[i], pos, ctx, &equal) < 0)
			return eval_failed(E);
		if (!equal)
			return values_less(E, x[i], y[i], pos, "while comparing two list elements",
					   out);
	}
}

errint values_less(struct eval *E, struct value *a, struct value *b, pos_t pos, const char *ctx,
		   bool *out)
{
	if (UNLIKELY(eval_stack_low(E)))
		return eval_fail_stack(E, pos);
	if (force(E, a, pos) < 0 || force(E, b, pos) < 0)
		return ctx ? eval_frame(E, pos, "%s", ctx) : eval_failed(E);
	if (is_number(a) && is_number(b)) {
		if (a->tag == V_INT && b->tag == V_INT)
			*out = a->i < b->i;
		else
			*out = (a->tag == V_INT ? (double)a->i : a->f) <
			       (b->tag == V_INT ? (double)b->i : b->f);
		return 0;
	}
	if (kind(a) != kind(b))
		return cannot_compare(E, a, b, pos, ctx);
	switch (kind(a)) {
	case V_STRING:
	case V_PATH:
		*out = str_cmp(value_str(a), value_str(b)) < 0;
		return 0;
	case V_LIST:
		return lists_less(E, a, b, pos, ctx, out);
	default:
		return cannot_compare(E, a, b, pos, ctx);
	}
}

/* ---- arithmetic ---- */

struct arith {
	const char *name, *doing;
};

static struct arith arith_of(char op)
{
	switch (op) {
	case '+':
		return (struct arith){"addition", "adding"};
	case '-':
		return (struct arith){"subtraction", "subtracting"};
	case '*':
		return (struct arith){"multiplication", "multiplying"};
	default:
		return (struct arith){"division", "dividing"};
	}
}

static double arith_float(char op, double a, double b)
{
	switch (op) {
	case '+':
		return a + b;
	case '-':
		return a - b;
	case '*':
		return a * b;
	default:
		return a / b;
	}
}

static errint arith_int(struct eval *E, char op, int64_t a, int64_t b, struct value *out)
{
	bool over;
	int64_t r;

	switch (op) {
	case '+':
		over = __builtin_add_overflow(a, b, &r);
		break;
	case '-':
		over = __builtin_sub_overflow(a, b, &r);
		break;
	case '*':
		over = __builtin_mul_overflow(a, b, &r);
		break;
	default:
		over = a == INT64_MIN && b == -1;
		r = over ? 0 : a / b;
	}
	if (over)
		return eval_fail(E, 0, "integer overflow in %s %lld %c %lld", arith_of(op).doing,
				 (long long)a, op, (long long)b);
	*out = v_int(r);
	return 0;
}

static errint want_number(struct eval *E, char op, struct value *v, bool as_float,
			  const char *which)
{
	BUF(ctx, 256);
	int64_t i;
	double f;

	if (is_number(v))
		return 0;
	buf_printf(&ctx, "while evaluating the %s %s of the %s", which,
		   op == '/' ? "operand" : "argument", arith_of(op).name);
	return as_float ? want_float(E, v, 0, buf_z(&ctx), &f) : want_int(E, v, 0, buf_z(&ctx), &i);
}

static double as_double(const struct value *v)
{
	return v->tag == V_INT ? (double)v->i : v->f;
}

errint values_arith(struct eval *E, pos_t pos, char op, struct value *a, struct value *b,
		    struct value *out)
{
	bool as_float;

	if (force(E, a, pos) < 0 || force(E, b, pos) < 0)
		return eval_failed(E);
	as_float = a->tag == V_FLOAT || b->tag == V_FLOAT;
	if (op == '/') {
		if (want_number(E, op, b, true, "second") < 0)
			return eval_failed(E);
		if (as_double(b) == 0)
			return eval_fail(E, 0, "division by zero");
	}
	if (want_number(E, op, a, as_float, "first") < 0 ||
	    want_number(E, op, b, as_float, "second") < 0)
		return eval_failed(E);
	if (!as_float)
		return arith_int(E, op, a->i, b->i, out);
	*out = v_float(arith_float(op, as_double(a), as_double(b)));
	return 0;
}

/* ---- why two values differ ---- */

/* Fails as an assertion; the format has one %s for each value. */
ATTR_COLD static errint differ(struct eval *E, struct value *a, struct value *b, const char *before,
			       const char *between, const char *after)
{
	BUF(x, LIMIT_ERR_TEXT);
	BUF(y, LIMIT_ERR_TEXT);

	print_for_error(E, a, &x);
	print_for_error(E, b, &y);
	return eval_fail_code(E, 0, ERR_THROWN, "%s'%s'%s'%s'%s", before, buf_z(&x), between,
			      buf_z(&y), after);
}

static errint differ_by_type(struct eval *E, struct value *a, struct value *b, const char *word)
{
	BUF(before, 256);
	BUF(between, 256);

	buf_printf(&before, "%s %s value ", value_type_text(a), word);
	buf_printf(&between, " is not equal to %s %s value ", value_type_text(b), word);
	return differ(E, a, b, buf_z(&before), buf_z(&between), "");
}

static errint lists_assert(struct eval *E, struct value *a, struct value *b, pos_t pos,
			   const char *ctx)
{
	BUF(before, 256);

	if (a->n != b->n) {
		buf_printf(
			&before,
			"list of size '%u' is not equal to list of size '%u', left hand side is ",
			a->n, b->n);
		return differ(E, a, b, buf_z(&before), ", right hand side is ", "");
	}
	for (uint32_t i = 0; i < a->n; i++)
		if (assert_equal(E, list_elems(a)[i], list_elems(b)[i], pos, ctx) < 0)
			return eval_frame(E, pos, "while comparing list element %u", i);
	return 0;
}

static errint names_differ(struct eval *E, struct value *a, struct value *b, sym_t x, sym_t y)
{
	BUF(before, LIMIT_ERR_TEXT);

	if (!attrs_get(b->attrs, x)) {
		buf_printf(&before, "attribute name '%.*s' is contained in ",
			   STR_ARG(sym_str(E, x)));
		return differ(E, a, b, buf_z(&before), ", but not in ", "");
	}
	buf_printf(&before, "attribute name '%.*s' is missing in ", STR_ARG(sym_str(E, y)));
	return differ(E, a, b, buf_z(&before), ", but is contained in ", "");
}

static errint sets_assert(struct eval *E, struct value *a, struct value *b, pos_t pos,
			  const char *ctx)
{
	struct value *pa, *pb;
	struct attrs *x, *y;

	if (out_paths(E, a, b, pos, &pa, &pb) < 0)
		return eval_failed(E);
	if (pa) {
		if (assert_equal(E, pa, pb, pos, ctx) < 0)
			return eval_frame(
				E, pos, "while comparing a derivation by its 'outPath' attribute");
		return 0;
	}
	x = attrs_flat(E, a->attrs);
	y = attrs_flat(E, b->attrs);
	if (x->n != y->n)
		return differ(E, a, b, "attribute names of attribute set ",
			      " differs from attribute set ", "");
	for (uint32_t i = 0; i < x->n; i++) {
		if (x->v[i].sym != y->v[i].sym)
			return names_differ(E, a, b, x->v[i].sym, y->v[i].sym);
		if (assert_equal(E, x->v[i].v, y->v[i].v, pos, ctx) == 0)
			continue;
		if (y->v[i].pos)
			eval_frame(E, y->v[i].pos, "where right hand side is");
		if (x->v[i].pos)
			eval_frame(E, x->v[i].pos, "where left hand side is");
		return eval_frame(E, pos, "while comparing attribute '%.*s'",
				  STR_ARG(sym_str(E, x->v[i].sym)));
	}
	return 0;
}

errint assert_equal(struct eval *E, struct value *a, struct value *b, pos_t pos, const char *ctx)
{
	if (UNLIKELY(eval_stack_low(E)))
		return eval_fail_stack(E, pos);
	if (force(E, a, pos) < 0 || force(E, b, pos) < 0)
		return eval_failed(E);
	if (a == b)
		return 0;
	if (is_number(a) && is_number(b)) {
		if (numbers_equal(a, b))
			return 0;
		return differ_by_type(E, a, b, "with");
	}
	if (kind(a) != kind(b))
		return differ_by_type(E, a, b, "of");
	switch (kind(a)) {
	case V_BOOL:
		return a->b == b->b ? 0
				    : differ(E, a, b, "boolean ", " is not equal to boolean ", "");
	case V_STRING:
		if (str_eq(value_str(a), value_str(b)))
			return 0;
		return differ(E, a, b, "string ", " is not equal to string ", "");
	case V_PATH:
		if (str_eq(value_str(a), value_str(b)))
			return 0;
		return differ(E, a, b, "path ", " is not equal to path ", "");
	case V_LIST:
		return lists_assert(E, a, b, pos, ctx);
	case V_ATTRS:
		return sets_assert(E, a, b, pos, ctx);
	case V_LAMBDA:
		return eval_fail_code(E, 0, ERR_THROWN,
				      "distinct functions and immediate comparisons of identical "
				      "functions compare as unequal");
	default:
		return 0;
	}
}
