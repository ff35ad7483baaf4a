/* SPDX-License-Identifier: MIT
 *
 * The evaluator proper: expressions to values, thunks to values, functions to their results. This
 * is the hot part and stays in one file, so that the compiler sees it whole.
 *
 * A call opens a region of the heap, and so does forcing a thunk: what was allocated in it goes
 * when the result is a number, or points only to what was there before. */
#include "eval/eval_run.h"

#define TRY_FORCE(E, v, pos)                              \
	do {                                              \
		if (UNLIKELY(force((E), (v), (pos)) < 0)) \
			return FAILED;                    \
	} while (0)

static struct value empty_list = {.head = V_LIST};
static struct value empty_set = {.head = V_ATTRS, .attrs = &attrs_empty};
static struct value true_value = {.head = V_BOOL, .i = 1};
static struct value false_value = {.head = V_BOOL, .i = 0};

pos_t expr_pos(const struct expr *e)
{
	switch ((enum expr_kind)e->kind) {
	case E_CONST:
	case E_LET:
		return 0;
	case E_NOT:
		return expr_pos(((const struct e_op *)e)->a);
	case E_HAS:
		return expr_pos(((const struct e_select *)e)->subject);
	case E_LIST:
		return ((const struct e_list *)e)->n ? expr_pos(((const struct e_list *)e)->v[0])
						     : 0;
	default:
		return e->pos;
	}
}

/* ---- delaying ------------------------------------------------------------------------------- */

/* The slot of a variable whose value may be looked at now, or NULL. */
static inline struct value *peek(struct env *env, const struct expr *e)
{
	const struct e_var *v = (const struct e_var *)e;

	if (UNLIKELY(e->flag))
		return NULL;
	switch (e->kind) {
	case E_LOCAL0:
		return env->v[v->at.slot];
	case E_LOCAL1:
		return env->up->v[v->at.slot];
	case E_LOCAL:
		return env_up(env, v->at.level)->v[v->at.slot];
	default:
		return NULL;
	}
}

static inline bool peek_int(struct env *env, const struct expr *e, int64_t *out)
{
	const struct value *v;

	v = e->kind == E_CONST ? &((const struct e_const *)e)->v : peek(env, e);
	if (!v || v->tag != V_INT)
		return false;
	*out = v->i;
	return true;
}

/* Arithmetic on integers that are there already costs less than a thunk for it. What could fail is
 * left to the thunk. */
static struct value *delay_arith(struct eval *E, struct env *env, const struct expr *e,
				 const struct expr *ea, const struct expr *eb)
{
	int64_t a, b, r;

	if (!peek_int(env, ea, &a) || !peek_int(env, eb, &b))
		return NULL;
	switch (e->kind) {
	case E_STRINGS:
		return __builtin_add_overflow(a, b, &r) ? NULL : value_box(E, v_int(r));
	case E_SUB:
		return __builtin_sub_overflow(a, b, &r) ? NULL : value_box(E, v_int(r));
	case E_MUL:
		return __builtin_mul_overflow(a, b, &r) ? NULL : value_box(E, v_int(r));
	case E_LESS:
		return a < b ? &true_value : &false_value;
	default:
		return NULL;
	}
}

/* a.b where a is evaluated and has b: its attribute will do, evaluated or not. */
static struct value *delay_select(struct env *env, const struct e_select *s)
{
	struct value *v;

	if (s->subject->kind == E_FROM) {
		const struct e_from *f = (const struct e_from *)s->subject;

		v = env_up(env, f->at.level)->v[f->at.slot];
	} else {
		v = peek(env, s->subject);
	}
	for (uint32_t i = 0; i < s->n; i++) {
		const struct attr *a;

		if (!v || v->tag != V_ATTRS || !s->path[i].sym)
			return NULL;
		a = attrs_get(v->attrs, s->path[i].sym);
		v = a ? a->v : NULL;
	}
	return v;
}

struct value *delay(struct eval *E, struct env *env, const struct expr *e)
{
	struct value *v = NULL;

	switch (e->kind) {
	case E_CONST:
		return (struct value *)&((const struct e_const *)e)->v;
	case E_LOCAL0:
	case E_LOCAL1:
	case E_LOCAL:
		v = peek(env, e);
		break;
	case E_GLOBAL:
		return ((const struct e_var *)e)->box;
	case E_LIST:
		v = ((const struct e_list *)e)->n ? NULL : &empty_list;
		break;
	default:
		break;
	}
	return v ? v : thunk_new(E, env, e);
}

struct value *delay_eager(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_op *o = (const struct e_op *)e;
	const struct e_strings *s = (const struct e_strings *)e;
	struct value *v = NULL;

	switch (e->kind) {
	case E_LAMBDA:
		return value_box(E, v_lambda((const struct lambda *)e, env));
	case E_ATTRS:
		v = ((const struct e_attrs *)e)->n + ((const struct e_attrs *)e)->n_dynamic
			    ? NULL
			    : &empty_set;
		break;
	case E_SELECT:
		v = delay_select(env, (const struct e_select *)e);
		break;
	case E_STRINGS:
		if (e->aux)
			v = delay_arith(E, env, e, s->v[0].expr, s->v[1].expr);
		break;
	case E_SUB:
	case E_MUL:
	case E_LESS:
		if (e->flag)
			v = delay_arith(E, env, e, o->a, o->b);
		break;
	default:
		return delay(E, env, e);
	}
	return v ? v : thunk_new(E, env, e);
}

/* ---- forcing ----------------------------------------------------------------------------------
 */

/* A short string that was made in a region is moved to its beginning, so that the rest can go. */
static inline void keep_string(struct eval *E, struct region r, struct value *v)
{
	size_t n = (v->n + 15u) & ~15u;

	if (v->tag != V_STRING || v->n > 128 || (size_t)(E->heap.top - r.mark) <= n ||
	    (const char *)E->heap.escaped < r.mark)
		return;
	memmove(r.mark, v->s, v->n);
	v->s = r.mark;
	E->heap.top = r.mark + n;
}

/* The result of the thunk at v, in the region opened for it. */
static inline errint finish(struct eval *E, struct region r, struct value *v, struct value result)
{
	if ((const char *)E->heap.escaped >= r.mark && value_is_older(E, &result, r.mark))
		E->heap.top = r.mark;
	else
		keep_string(E, r, &result);
	region_keep(E, r);
	*v = result;
	if (!value_is_older(E, &result, (const char *)v) || (const char *)v < E->heap.base)
		heap_note_write(E, v);
	return 0;
}

ATTR_COLD static errint blackhole(struct eval *E, pos_t pos)
{
	return eval_fail(E, pos, "infinite recursion encountered");
}

errint force_slow(struct eval *E, struct value *v, pos_t pos)
{
	enum value_tag tag = v->tag;
	struct region region;
	struct value r;

	if (UNLIKELY(tag == V_BLACKHOLE))
		return blackhole(E, pos);
	if (UNLIKELY(eval_stack_low(E)))
		return eval_fail_stack(E);
	region = region_begin(E);
	v->tag = V_BLACKHOLE;
	if (LIKELY(tag == V_THUNK)) {
		r = eval_expr(E, v->env, value_code(v));
	} else {
		struct app *app = v->app;

		r = *app->fn;
		if (!value_done(&r))
			r = force(E, app->fn, pos) < 0 ? FAILED : *app->fn;
		if (!failed(r))
			r = apply(E, pos, r, app->n, app->args);
	}
	if (failed(r)) {
		v->tag = tag;
		region_keep(E, region);
		return eval_failed(E);
	}
	return finish(E, region, v, r);
}

/* ---- calling ------------------------------------------------------------------------------------
 */

ATTR_COLD static struct value call_failed(struct eval *E, pos_t pos, const struct lambda *l)
{
	if (!E->opt.show_trace)
		return FAILED;
	if (l->name)
		eval_frame(E, l->e.pos, "while calling '%.*s'", STR_ARG(sym_str(E, l->name)));
	else
		eval_frame(E, l->e.pos, "while calling anonymous lambda");
	if (pos)
		eval_frame(E, pos, "from call site");
	return FAILED;
}

static inline bool enter(struct eval *E)
{
	if (UNLIKELY(E->depth >= E->max_depth || eval_stack_low(E))) {
		eval_fail_stack(E);
		return false;
	}
	if (UNLIKELY(eval_check_interrupt(E) < 0))
		return false;
	E->depth++;
	return true;
}

/* The body of a function whose arguments are in env. */
static inline struct value run_body(struct eval *E, pos_t pos, const struct lambda *l,
				    struct env *env)
{
	struct value r;

	if (UNLIKELY(!enter(E)))
		return FAILED;
	r = eval_expr(E, env, l->inner->body);
	E->depth--;
	return failed(r) ? call_failed(E, pos, l->inner) : r;
}

static struct value run_builtin(struct eval *E, pos_t pos, const struct builtin_row *row,
				struct value **args)
{
	struct value out;
	errint r;

	if (UNLIKELY(!enter(E)))
		return FAILED;
	r = row->fn(E, pos, args, &out);
	E->depth--;
	if (LIKELY(r == 0))
		return out;
	if (!(row->flags & BUILTIN_NO_FRAME))
		eval_frame(E, pos, "while calling the '%s' builtin", row->name);
	return FAILED;
}

static struct value partial(struct eval *E, struct value fn, size_t n, struct value **args)
{
	struct app *app = heap_alloc(E, sizeof(*app) + n * sizeof(args[0]));

	app->fn = value_box(E, fn);
	app->n = (uint32_t)n;
	memcpy(app->args, args, n * sizeof(args[0]));
	return (struct value){.head = V_PARTIAL, .app = app};
}

/* Takes as many arguments as the function wants; *used says how many. */
static struct value apply_lambda(struct eval *E, pos_t pos, struct value fn, size_t n,
				 struct value **args, size_t *used)
{
	const struct lambda *l = value_lambda(&fn);
	struct env *env;

	if (l->has_formals) {
		*used = 1;
		env = bind_formals(E, pos, l, fn.env, args[0]);
		return env ? run_body(E, pos, l, env) : FAILED;
	}
	if (n < l->arity) {
		*used = n;
		return partial(E, fn, n, args);
	}
	*used = l->arity;
	env = env_new(E, fn.env, l->n_slots);
	for (uint32_t i = 0; i < l->arity; i++)
		env->v[i] = args[i];
	return run_body(E, pos, l, env);
}

static struct value apply_builtin(struct eval *E, pos_t pos, struct value fn, size_t n,
				  struct value **args, size_t *used)
{
	if (n < fn.primop->arity) {
		*used = n;
		return partial(E, fn, n, args);
	}
	*used = fn.primop->arity;
	return run_builtin(E, pos, fn.primop, args);
}

/* All arguments so far, and the new ones, for the function below. */
static struct value apply_partial(struct eval *E, pos_t pos, struct value fn, size_t n,
				  struct value **args, size_t *used)
{
	const struct app *app = fn.app;
	struct value inner = *app->fn, **all = heap_alloc(E, (app->n + n) * sizeof(*all)), r;

	memcpy(all, app->args, app->n * sizeof(*all));
	memcpy(all + app->n, args, n * sizeof(*all));
	if (inner.tag == V_LAMBDA)
		r = apply_lambda(E, pos, inner, app->n + n, all, used);
	else
		r = apply_builtin(E, pos, inner, app->n + n, all, used);
	*used -= app->n;
	return r;
}

static struct value apply_functor(struct eval *E, pos_t pos, struct value fn, struct value *arg)
{
	const struct attr *functor = attrs_get(fn.attrs, SYM_functor);
	struct value *args[2], r = FAILED;

	args[0] = value_box(E, fn);
	args[1] = arg;
	if (UNLIKELY(!enter(E)))
		return FAILED;
	if (force(E, functor->v, functor->pos) == 0)
		r = apply(E, functor->pos, *functor->v, 2, args);
	E->depth--;
	if (failed(r))
		eval_frame(
			E, pos,
			"while calling a functor (an attribute set with a '__functor' attribute)");
	return r;
}

ATTR_COLD static struct value not_a_function(struct eval *E, pos_t pos, struct value *fn)
{
	BUF(shown, LIMIT_ERR_TEXT);

	print_for_error(E, fn, &shown);
	eval_fail(E, pos, "attempt to call something which is not a function but %s: %s",
		  value_type_text(fn), buf_z(&shown));
	return FAILED;
}

struct value apply(struct eval *E, pos_t pos, struct value fn, size_t n, struct value **args)
{
	/* A constant builtin is called without arguments. */
	if (UNLIKELY(n == 0))
		return fn.tag == V_PRIMOP && fn.primop->arity == 0
			       ? run_builtin(E, pos, fn.primop, NULL)
			       : fn;
	while (n > 0) {
		size_t used = 1;

		if (fn.tag == V_LAMBDA)
			fn = apply_lambda(E, pos, fn, n, args, &used);
		else if (fn.tag == V_PRIMOP)
			fn = apply_builtin(E, pos, fn, n, args, &used);
		else if (fn.tag == V_PARTIAL)
			fn = apply_partial(E, pos, fn, n, args, &used);
		else if (fn.tag == V_ATTRS && attrs_get(fn.attrs, SYM_functor))
			fn = apply_functor(E, pos, fn, args[0]);
		else
			return not_a_function(E, pos, &fn);
		if (failed(fn))
			return FAILED;
		args += used;
		n -= used;
	}
	return fn;
}

errint call(struct eval *E, pos_t pos, struct value *fn, size_t n, struct value **args,
	    struct value *out)
{
	struct region region;
	struct value r;

	if (UNLIKELY(force(E, fn, pos) < 0))
		return eval_failed(E);
	region = region_begin(E);
	r = apply(E, pos, *fn, n, args);
	if (failed(r)) {
		region_keep(E, region);
		return eval_failed(E);
	}
	region_end(E, region, &r);
	*out = r;
	return 0;
}

struct value *app_new(struct eval *E, struct value *fn, size_t n, struct value *const *args)
{
	struct app *app = heap_alloc(E, sizeof(*app) + n * sizeof(args[0]));
	struct value *v = value_new(E);

	app->fn = fn;
	app->n = (uint32_t)n;
	memcpy(app->args, args, n * sizeof(args[0]));
	v->head = V_APP;
	v->app = app;
	return v;
}

static struct value eval_call(struct eval *E, struct env *env, const struct e_call *c)
{
	struct region region = region_begin(E);
	struct value fn = eval_expr(E, env, c->fn), r;
	struct value *small[8], **args = small;

	if (failed(fn)) {
		region_keep(E, region);
		return FAILED;
	}
	if (fn.tag == V_LAMBDA && value_lambda(&fn)->arity == c->n &&
	    !value_lambda(&fn)->has_formals) {
		const struct lambda *l = value_lambda(&fn);
		struct env *inner = env_new(E, fn.env, l->n_slots);

		for (uint32_t i = 0; i < c->n; i++)
			inner->v[i] = delay_eager(E, env, c->args[i]);
		r = run_body(E, c->e.pos, l, inner);
	} else {
		if (UNLIKELY(c->n > ARRAY_LEN(small)))
			args = heap_alloc(E, c->n * sizeof(*args));
		for (uint32_t i = 0; i < c->n; i++)
			args[i] = delay_eager(E, env, c->args[i]);
		r = apply(E, c->e.pos, fn, c->n, args);
	}
	if (failed(r)) {
		region_keep(E, region);
		return FAILED;
	}
	if (r.tag == V_STRING && !value_is_older(E, &r, region.mark)) {
		keep_string(E, region, &r);
		region_keep(E, region);
		return r;
	}
	region_end(E, region, &r);
	return r;
}

/* ---- operators ----------------------------------------------------------------------------------
 */

/* An operand, with the frame that says which when it fails. */
static inline struct value operand(struct eval *E, struct env *env, const struct expr *e,
				   const char *ctx)
{
	struct value v = eval_expr(E, env, e);

	if (failed(v))
		eval_frame(E, expr_pos(e), "%s", ctx);
	return v;
}

ATTR_COLD static struct value operand_type(struct eval *E, const struct expr *e, pos_t pos,
					   const char *want, struct value *v, const char *ctx)
{
	eval_fail_type(E, pos, want, v);
	eval_frame(E, expr_pos(e), "%s", ctx);
	return FAILED;
}

static inline struct value bool_operand(struct eval *E, struct env *env, const struct expr *e,
					const char *ctx)
{
	struct value v = operand(E, env, e, ctx);

	if (UNLIKELY(v.tag != V_BOOL) && !failed(v))
		return operand_type(E, e, expr_pos(e), "a Boolean", &v, ctx);
	return v;
}

static struct value eval_logic(struct eval *E, struct env *env, const struct e_op *o, bool enough,
			       bool negate, const char *left, const char *right)
{
	struct value a = bool_operand(E, env, o->a, left);

	if (failed(a))
		return FAILED;
	if ((bool)a.i == enough)
		return v_bool(enough != negate);
	return bool_operand(E, env, o->b, right);
}

static struct value eval_equal(struct eval *E, struct env *env, const struct e_op *o)
{
	bool equal, ne = o->e.kind == E_NE;
	struct value a, b;

	a = operand(E, env, o->a,
		    ne ? "in the left operand of '!='" : "in the left operand of '=='");
	if (failed(a))
		return FAILED;
	b = operand(E, env, o->b,
		    ne ? "in the right operand of '!='" : "in the right operand of '=='");
	if (failed(b))
		return FAILED;
	if (a.tag == V_INT && b.tag == V_INT)
		return v_bool((a.i == b.i) != ne);
	if (values_equal(E, &a, &b, o->e.pos,
			 ne ? "while testing two values for inequality"
			    : "while testing two values for equality",
			 &equal) < 0)
		return FAILED;
	return v_bool(equal != ne);
}

/* Operators that are builtins by definition show up as such in traces. */
ATTR_COLD static struct value arith_failed(struct eval *E, const struct e_op *o)
{
	static const char *const names[] = {
		[E_SUB] = "sub", [E_MUL] = "mul", [E_DIV] = "div", [E_LESS] = "lessThan"};

	eval_frame(E, o->e.pos, "while calling the '%s' builtin", names[o->e.kind]);
	return FAILED;
}

static struct value slow_arith(struct eval *E, struct env *env, const struct e_op *o,
			       struct value *a, struct value *b)
{
	static const char ops[] = {[E_SUB] = '-', [E_MUL] = '*', [E_DIV] = '/'};
	struct value out;
	bool less;

	if (o->e.kind == E_LESS) {
		if (values_less(E, a, b, o->e.pos, NULL, &less) < 0)
			return arith_failed(E, o);
		return v_bool(less);
	}
	if (values_arith(E, o->e.pos, ops[o->e.kind], a, b, &out) < 0)
		return arith_failed(E, o);
	return out;
}

static struct value eval_arith(struct eval *E, struct env *env, const struct e_op *o)
{
	struct value a = eval_expr(E, env, o->a), b;
	int64_t r;

	if (failed(a))
		return arith_failed(E, o);
	b = eval_expr(E, env, o->b);
	if (failed(b))
		return arith_failed(E, o);
	if (UNLIKELY(a.tag != V_INT || b.tag != V_INT))
		return slow_arith(E, env, o, &a, &b);
	switch (o->e.kind) {
	case E_LESS:
		return v_bool(a.i < b.i);
	case E_SUB:
		if (!__builtin_sub_overflow(a.i, b.i, &r))
			return v_int(r);
		break;
	case E_MUL:
		if (!__builtin_mul_overflow(a.i, b.i, &r))
			return v_int(r);
		break;
	default:
		break;
	}
	return slow_arith(E, env, o, &a, &b);
}

static struct value update_operand(struct eval *E, struct env *env, const struct expr *e,
				   const char *ctx)
{
	struct value v;

	if (e->kind == E_UPDATE)
		return eval_expr(E, env, e);
	v = operand(E, env, e, ctx);
	if (v.tag != V_ATTRS && !failed(v))
		return operand_type(E, e, 0, "a set", &v, ctx);
	return v;
}

static struct value eval_update(struct eval *E, struct env *env, const struct e_op *o)
{
	struct value b = update_operand(E, env, o->b, "in the right operand of '//'"), a;

	if (failed(b))
		return FAILED;
	a = update_operand(E, env, o->a, "in the left operand of '//'");
	if (failed(a))
		return FAILED;
	return v_attrs(attrs_update(E, a.attrs, b.attrs));
}

static struct value eval_concat(struct eval *E, struct env *env, const struct e_op *o)
{
	static const char ctx[] = "while evaluating one of the elements to concatenate";
	struct value a = operand(E, env, o->a, "in the left operand of '++'"), b, **v;

	if (failed(a))
		return FAILED;
	b = operand(E, env, o->b, "in the right operand of '++'");
	if (failed(b))
		return FAILED;
	if (want_list(E, &a, o->e.pos, ctx) < 0 || want_list(E, &b, o->e.pos, ctx) < 0)
		return FAILED;
	if (a.n == 0)
		return b;
	if (b.n == 0)
		return a;
	if ((uint64_t)a.n + b.n > UINT32_MAX) {
		eval_fail(E, o->e.pos, "list is too long");
		return FAILED;
	}
	v = list_alloc(E, (size_t)a.n + b.n);
	memcpy(v, list_elems(&a), a.n * sizeof(*v));
	memcpy(v + a.n, list_elems(&b), b.n * sizeof(*v));
	return v_list(v, (size_t)a.n + b.n);
}

/* ---- the rest
 * -------------------------------------------------------------------------------------- */

static struct value eval_dynamic(struct eval *E, struct env *env, const struct e_var *v)
{
	static const char ctx[] = "while evaluating the first subexpression of a with expression";

	for (uint32_t i = 0; i < v->n_withs; i++) {
		struct value *set = env_up(env, v->withs[i].level)->v[v->withs[i].slot];
		const struct attr *a;

		if (want_attrs(E, set, v->e.pos, ctx) < 0)
			return FAILED;
		a = attrs_get(set->attrs, v->sym);
		if (!a)
			continue;
		TRY_FORCE(E, a->v, v->e.pos);
		return *a->v;
	}
	eval_fail(E, v->e.pos, "undefined variable '%.*s'", STR_ARG(sym_str(E, v->sym)));
	return FAILED;
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

static struct value eval_search_path(struct eval *E, const struct e_spath *s)
{
	struct value v;
	struct str path;

	if (search_path_value(E, &v) < 0 ||
	    find_file(E, s->e.pos, value_box(E, v), value_str(&s->name), &path) < 0) {
		eval_frame(E, s->e.pos, "while calling the 'findFile' builtin");
		return FAILED;
	}
	return v_path(path);
}

static inline struct value slot_value(struct eval *E, struct value *v, pos_t pos)
{
	TRY_FORCE(E, v, pos);
	return *v;
}

struct value eval_expr(struct eval *E, struct env *env, const struct expr *e)
{
	struct value v;

again:
	switch ((enum expr_kind)e->kind) {
	case E_CONST:
		return ((const struct e_const *)e)->v;
	case E_LOCAL0:
		return slot_value(E, env->v[((const struct e_var *)e)->at.slot], e->pos);
	case E_LOCAL1:
		return slot_value(E, env->up->v[((const struct e_var *)e)->at.slot], e->pos);
	case E_LOCAL: {
		struct address at = ((const struct e_var *)e)->at;

		return slot_value(E, env_up(env, at.level)->v[at.slot], e->pos);
	}
	case E_FROM: {
		struct address at = ((const struct e_from *)e)->at;

		return slot_value(E, env_up(env, at.level)->v[at.slot], e->pos);
	}
	case E_GLOBAL:
		return slot_value(E, ((const struct e_var *)e)->box, e->pos);
	case E_DYNAMIC:
		return eval_dynamic(E, env, (const struct e_var *)e);
	case E_CALL:
		return eval_call(E, env, (const struct e_call *)e);
	case E_SELECT:
		return eval_select(E, env, (const struct e_select *)e);
	case E_LAMBDA:
		return v_lambda((const struct lambda *)e, env);
	case E_IF:
		v = bool_operand(E, env, ((const struct e_if *)e)->cond,
				 "while evaluating a branch condition");
		if (failed(v))
			return FAILED;
		e = v.i ? ((const struct e_if *)e)->then : ((const struct e_if *)e)->otherwise;
		goto again;
	case E_LET: {
		const struct e_let *l = (const struct e_let *)e;
		struct env *outer = env;

		if (l->e.flag)
			env = env_new(E, env, l->defs->n_slots);
		fill_defs(E, outer, env, l->defs, delay_eager);
		e = l->body;
		goto again;
	}
	case E_WITH: {
		const struct e_with *w = (const struct e_with *)e;
		struct value *set = delay(E, env, w->set);

		if (w->e.flag)
			env = env_new(E, env, 1);
		env->v[w->slot] = set;
		e = w->body;
		goto again;
	}
	case E_ASSERT:
		v = bool_operand(E, env, ((const struct e_if *)e)->cond,
				 "in the condition of the assert statement");
		if (failed(v))
			return FAILED;
		if (!v.i)
			return assertion_failed(E, env, (const struct e_if *)e);
		e = ((const struct e_if *)e)->then;
		goto again;
	case E_ATTRS:
		return eval_attrs(E, env, (const struct e_attrs *)e);
	case E_LIST:
		return eval_list(E, env, (const struct e_list *)e);
	case E_STRINGS:
		return eval_strings(E, env, (const struct e_strings *)e);
	case E_LESS:
	case E_SUB:
	case E_MUL:
	case E_DIV:
		return eval_arith(E, env, (const struct e_op *)e);
	case E_EQ:
	case E_NE:
		return eval_equal(E, env, (const struct e_op *)e);
	case E_NOT:
		v = bool_operand(E, env, ((const struct e_op *)e)->a, "in the argument of '!'");
		return failed(v) ? FAILED : v_bool(!v.i);
	case E_AND:
		return eval_logic(E, env, (const struct e_op *)e, false, false,
				  "in the left operand of '&&'", "in the right operand of '&&'");
	case E_OR:
		return eval_logic(E, env, (const struct e_op *)e, true, false,
				  "in the left operand of '||'", "in the right operand of '||'");
	case E_IMPL:
		return eval_logic(E, env, (const struct e_op *)e, false, true,
				  "in the left operand of '->'", "in the right operand of '->'");
	case E_UPDATE:
		return eval_update(E, env, (const struct e_op *)e);
	case E_CONCAT:
		return eval_concat(E, env, (const struct e_op *)e);
	case E_HAS:
		return eval_has(E, env, (const struct e_select *)e);
	case E_POS:
		return pos_value(E, e->pos);
	case E_SPATH:
		return eval_search_path(E, (const struct e_spath *)e);
	case E_VAR:
		break;
	}
	BUG("unresolved expression");
}
