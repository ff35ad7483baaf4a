/* SPDX-License-Identifier: MIT
 *
 * The evaluator proper: expressions to values, thunks to values, functions to their results. This
 * is the hot part and stays in one file, so that the compiler sees it whole.
 *
 * A call opens a region of the heap, and so does forcing a thunk: what was allocated in it goes
 * when the result is a number, or points only to what was there before. */
#include "eval/eval_run.h"

#include <time.h>
#include "base/report.h"

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

/* ---- delaying ---- */

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

/* ---- forcing ---- */

/* What lies behind top is free. Under -Dtorture it is overwritten, so that whoever kept a pointer
 * into it notices. */
static inline void heap_drop(struct eval *E, char *top)
{
#ifdef KILN_TORTURE
	memset(top, 0xfe, (size_t)(E->heap.top - top));
#endif
	E->heap.top = top;
}

/* Ends a region with a result that may be a string made in it: that is moved to where the region
 * began, so that the rest can go, if the rest is worth it. */
static inline struct value end_with(struct eval *E, struct region r, struct value v)
{
	size_t n = ((size_t)value_len(v) + 15) & ~(size_t)15;

	if ((const char *)E->heap.escaped >= r.mark) {
		if (value_is_older(E, v, r.mark)) {
			heap_drop(E, r.mark);
		} else if (value_tag(v) == V_STRING &&
			   (size_t)(E->heap.top - r.mark) > (n <= 128 ? n : 2 * n)) {
			memmove(r.mark, v.s, value_len(v));
			v.s = r.mark;
			heap_drop(E, r.mark + n);
		}
	}
	region_keep(E, r);
	return v;
}

ATTR_COLD static errint blackhole(struct eval *E, const struct value *v, pos_t pos)
{
	E->blackhole = v;
	eval_fail(E, pos, "infinite recursion encountered");
	return eval_cure(E, "what stands there needs itself: in rec { } a name means the set's own "
			    "attribute, and recipes that ask for each other never end");
}

/* The trace tells where a cycle begins, apart from what led to it. */
ATTR_COLD static errint thunk_failed(struct eval *E, struct value *v)
{
	if (E->blackhole == v) {
		E->blackhole = NULL;
		eval_frame_always(E, 0, EVAL_CYCLE_FRAME);
	}
	if (E->err.code == ERR_THROWN)
		thrown_keep(E, v);
	return eval_failed(E);
}

/* ---- telling of calls ---- */

/* In Nix's words, for the tools that draw flame graphs of them. */
ATTR_COLD static void tell_call(struct eval *E, const char *what, pos_t pos)
{
	BUF(at, LIMIT_PATH_TEXT * 2);
	struct timespec now;

	if (pos)
		pos_print(E, pos, &at);
	else
		buf_putz(&at, "undefined position");
	clock_gettime(CLOCK_REALTIME, &now);
	report_msg(E->opt.report, REPORT_NOTE, "function-trace %s %s at %lld%09ld", what,
		   buf_z(&at), (long long)now.tv_sec, now.tv_nsec);
}

ATTR_COLD static struct value apply_traced(struct eval *E, pos_t pos, struct value fn, size_t n,
					   struct value **args)
{
	pos_t before = E->told_pos;
	struct value r;

	tell_call(E, "entered", pos);
	E->told_pos = pos;
	r = apply(E, pos, fn, n, args);
	E->told_pos = before;
	tell_call(E, "exited", pos);
	return r;
}

/* For calls that stand in no expression: those that a builtin makes are told where it was called.
 */
static inline struct value apply_told(struct eval *E, pos_t pos, struct value fn, size_t n,
				      struct value **args)
{
	return LIKELY(!E->opt.trace_function_calls)
		       ? apply(E, pos, fn, n, args)
		       : apply_traced(E, pos ? pos : E->told_pos, fn, n, args);
}

/* Where a delayed call counts as made: where its function is. */
static inline pos_t app_pos(const struct value *fn, pos_t pos)
{
	return fn->tag == V_LAMBDA ? value_lambda(fn)->e.pos : pos;
}

static struct value call_delayed(struct eval *E, struct value *fn, size_t n, struct value **args,
				 pos_t pos)
{
	if (!value_done(fn) && force(E, fn, pos) < 0)
		return FAILED;
	/* Other delayed calls are of kiln's own making. */
	if (UNLIKELY(E->opt.trace_function_calls) && fn->tag == V_LAMBDA)
		return apply_traced(E, 0, *fn, n, args);
	return apply(E, app_pos(fn, pos), *fn, n, args);
}

static struct value call_each(struct eval *E, const struct each *each, uint32_t i, pos_t pos)
{
	struct value *args[2];
	size_t n = 1;

	if (each->attrs) {
		args[0] = sym_value(E, each->attrs->v[i].sym);
		args[1] = each->attrs->v[i].v;
		n = 2;
	} else {
		args[0] = each->list ? each->list[i] : value_box(E, v_int(i));
	}
	return call_delayed(E, each->fn, n, args, pos);
}

errint force_slow(struct eval *E, struct value *v, pos_t pos)
{
	enum value_tag tag = v->tag;
	struct region region;
	struct value r;

	if (UNLIKELY(tag >= V_BLACKHOLE))
		return tag == V_THROWN ? thrown_again(E, v) : blackhole(E, v, pos);
	if (UNLIKELY(eval_stack_low(E)))
		return eval_fail_stack(E, pos);
	region = region_begin(E);
	v->tag = V_BLACKHOLE;
	if (LIKELY(tag == V_THUNK))
		r = eval_expr(E, v->env, value_code(v));
	else if (tag == V_EACH)
		r = call_each(E, v->each, v->n, pos);
	else
		r = call_delayed(E, v->app->fn, v->app->n, v->app->args, pos);
	if (failed(r)) {
		v->tag = tag;
		region_keep(E, region);
		return thunk_failed(E, v);
	}
	r = end_with(E, region, r);
	*v = r;
	if ((const char *)v < E->heap.base || !value_is_older(E, r, (const char *)v))
		heap_note_write(E, v);
	return 0;
}

/* ---- calling ---- */

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

static inline bool enter(struct eval *E, pos_t pos)
{
	if (UNLIKELY(E->depth >= E->max_depth || eval_stack_low(E))) {
		eval_fail_stack(E, pos);
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

	if (UNLIKELY(!enter(E, pos)))
		return FAILED;
	r = eval_expr(E, env, l->inner->body);
	E->depth--;
	if (failed(r))
		return call_failed(E, pos, l->inner);
	return r;
}

static struct value run_builtin(struct eval *E, pos_t pos, const struct builtin_row *row,
				struct value **args)
{
	struct value out;
	errint r;

	if (UNLIKELY(!enter(E, pos)))
		return FAILED;
	/* As in Nix, what goes wrong in a builtin has a place of its own or none. */
	r = row->fn(E, 0, args, &out);
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
	if (value_tag(inner) == V_LAMBDA)
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
	if (UNLIKELY(!enter(E, pos)))
		return FAILED;
	if (force(E, functor->v, functor->pos) == 0)
		r = LIKELY(!E->opt.trace_function_calls)
			    ? apply(E, functor->pos, *functor->v, 2, args)
			    : apply_traced(E, pos, *functor->v, 2, args);
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
	eval_cure(
		E,
		"two values side by side are a call: is an operator or a ';' missing between them?");
	return FAILED;
}

struct value apply(struct eval *E, pos_t pos, struct value fn, size_t n, struct value **args)
{
	/* A constant builtin is called without arguments. */
	if (UNLIKELY(n == 0))
		return value_tag(fn) == V_PRIMOP && fn.primop->arity == 0
			       ? run_builtin(E, pos, fn.primop, NULL)
			       : fn;
	while (n > 0) {
		size_t used = 1;

		if (value_tag(fn) == V_LAMBDA)
			fn = apply_lambda(E, pos, fn, n, args, &used);
		else if (value_tag(fn) == V_PRIMOP)
			fn = apply_builtin(E, pos, fn, n, args, &used);
		else if (value_tag(fn) == V_PARTIAL)
			fn = apply_partial(E, pos, fn, n, args, &used);
		else if (value_tag(fn) == V_ATTRS && attrs_get(fn.attrs, SYM_functor))
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
	r = apply_told(E, pos, *fn, n, args);
	if (failed(r)) {
		region_keep(E, region);
		return eval_failed(E);
	}
	*out = end_with(E, region, r);
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

/* The common call: a function, with as many arguments as it takes. */
static inline struct value call_lambda(struct eval *E, struct env *env, const struct e_call *c,
				       struct value fn)
{
	const struct lambda *l = value_lambda(&fn);
	struct env *inner = env_new(E, fn.env, l->n_slots);

	for (uint32_t i = 0; i < c->n; i++)
		inner->v[i] = delay_eager(E, env, c->args[i]);
	return run_body(E, c->e.pos, l, inner);
}

static ATTR_NOINLINE struct value call_other(struct eval *E, struct env *env,
					     const struct e_call *c, struct value fn)
{
	struct value *small[8], **args = small;

	if (UNLIKELY(c->n > ARRAY_LEN(small)))
		args = heap_alloc(E, c->n * sizeof(*args));
	for (uint32_t i = 0; i < c->n; i++)
		args[i] = delay_eager(E, env, c->args[i]);
	return apply(E, c->e.pos, fn, c->n, args);
}

static inline struct value end_call(struct eval *E, struct region region, struct value r)
{
	if (LIKELY(!failed(r)))
		return end_with(E, region, r);
	region_keep(E, region);
	return FAILED;
}

static struct value eval_call(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_call *c = (const struct e_call *)e;
	struct region region = region_begin(E);
	struct value fn = quick(E, env, c->fn);

	if (LIKELY(value_tag(fn) == V_LAMBDA) && value_lambda(&fn)->arity == c->n &&
	    !value_lambda(&fn)->has_formals)
		return end_call(E, region, call_lambda(E, env, c, fn));
	if (failed(fn))
		return end_call(E, region, FAILED);
	return end_call(E, region, call_other(E, env, c, fn));
}

static struct value eval_call_traced(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_call *c = (const struct e_call *)e;
	struct region region = region_begin(E);
	struct value fn = quick(E, env, c->fn), **args, r;

	if (failed(fn))
		return end_call(E, region, FAILED);
	args = heap_alloc(E, c->n * sizeof(*args));
	for (uint32_t i = 0; i < c->n; i++)
		args[i] = delay_eager(E, env, c->args[i]);
	r = apply_traced(E, c->e.pos, fn, c->n, args);
	return end_call(E, region, r);
}

/* ---- the rest ---- */

/* What the sets that were looked through have in its place, the innermost first. */
ATTR_COLD static void tell_absent(struct eval *E, struct env *env, const struct e_var *v)
{
	for (uint32_t i = 0; i < v->n_withs && !E->err.detail && !E->err.hint; i++) {
		const struct with_place *w = &v->withs[i];
		const struct attrs *set = env_up(env, w->at.level)->v[w->at.slot]->attrs;

		eval_suggest_attrs(E, v->sym, set);
		eval_tell_missing(E, v->sym, set);
	}
}

static struct value eval_dynamic(struct eval *E, struct env *env, const struct expr *e)
{
	static const char ctx[] = "while evaluating the first subexpression of a with expression";
	const struct e_var *v = (const struct e_var *)e;

	for (uint32_t i = 0; i < v->n_withs; i++) {
		const struct with_place *w = &v->withs[i];
		struct value *set = env_up(env, w->at.level)->v[w->at.slot];
		const struct attr *a;

		if (want_attrs(E, set, w->pos, ctx) < 0)
			return FAILED;
		a = attrs_get(set->attrs, v->sym);
		if (a)
			return force(E, a->v, v->e.pos) < 0 ? FAILED : *a->v;
	}
	eval_fail(E, v->e.pos, "undefined variable '%.*s'", STR_ARG(sym_str(E, v->sym)));
	if (E->opt.project)
		tell_absent(E, env, v);
	return FAILED;
}

static struct value eval_search_path(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_spath *s = (const struct e_spath *)e;
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
	if (LIKELY(value_done(v)))
		return *v;
	return force_slow(E, v, pos) < 0 ? FAILED : *v;
}

static struct value eval_const(struct eval *E, struct env *env, const struct expr *e)
{
	return ((const struct e_const *)e)->v;
}

static struct value eval_local0(struct eval *E, struct env *env, const struct expr *e)
{
	return slot_value(E, env->v[((const struct e_var *)e)->at.slot], e->pos);
}

static struct value eval_local1(struct eval *E, struct env *env, const struct expr *e)
{
	return slot_value(E, env->up->v[((const struct e_var *)e)->at.slot], e->pos);
}

static struct value eval_local(struct eval *E, struct env *env, const struct expr *e)
{
	struct address at = ((const struct e_var *)e)->at;

	return slot_value(E, env_up(env, at.level)->v[at.slot], e->pos);
}

static struct value eval_from(struct eval *E, struct env *env, const struct expr *e)
{
	struct address at = ((const struct e_from *)e)->at;

	return slot_value(E, env_up(env, at.level)->v[at.slot], e->pos);
}

static struct value eval_global(struct eval *E, struct env *env, const struct expr *e)
{
	return slot_value(E, ((const struct e_var *)e)->box, e->pos);
}

static struct value eval_lambda(struct eval *E, struct env *env, const struct expr *e)
{
	return v_lambda((const struct lambda *)e, env);
}

static struct value eval_let(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_let *l = (const struct e_let *)e;
	struct env *outer = env;

	if (l->e.flag)
		env = env_new(E, env, l->defs->n_slots);
	fill_defs(E, outer, env, l->defs, delay_eager);
	return eval_expr(E, env, l->body);
}

static struct value eval_with(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_with *w = (const struct e_with *)e;
	struct value *set = delay(E, env, w->set);

	if (w->e.flag)
		env = env_new(E, env, 1);
	env->v[w->slot] = set;
	return eval_expr(E, env, w->body);
}

static struct value eval_pos(struct eval *E, struct env *env, const struct expr *e)
{
	return pos_value(E, e->pos);
}

static struct value eval_unresolved(struct eval *E, struct env *env, const struct expr *e)
{
	BUG("unresolved name");
}

/* One indirect jump an expression. ORDER expr_kind */
const eval_fn eval_table[] = {
	[E_CONST] = eval_const,     [E_VAR] = eval_unresolved,
	[E_SELECT] = eval_select,   [E_HAS] = eval_has,
	[E_ATTRS] = eval_attrs,     [E_LIST] = eval_list,
	[E_LAMBDA] = eval_lambda,   [E_CALL] = eval_call,
	[E_LET] = eval_let,         [E_WITH] = eval_with,
	[E_IF] = eval_if,           [E_ASSERT] = eval_assert,
	[E_NOT] = eval_not,         [E_EQ] = eval_equal,
	[E_NE] = eval_equal,        [E_AND] = eval_and,
	[E_OR] = eval_or,           [E_IMPL] = eval_impl,
	[E_UPDATE] = eval_update,   [E_CONCAT] = eval_concat,
	[E_STRINGS] = eval_strings, [E_LESS] = eval_less,
	[E_SUB] = eval_arith,       [E_MUL] = eval_arith,
	[E_DIV] = eval_arith,       [E_SPATH] = eval_search_path,
	[E_POS] = eval_pos,         [E_FROM] = eval_from,
	[E_LOCAL0] = eval_local0,   [E_LOCAL1] = eval_local1,
	[E_LOCAL] = eval_local,     [E_GLOBAL] = eval_global,
	[E_DYNAMIC] = eval_dynamic, [E_CALL_TRACED] = eval_call_traced,
};
