/* SPDX-License-Identifier: MIT
 *
 * What the evaluator's own files share beyond eval_int.h: environments, thunks, regions of the
 * heap. Evaluation proper returns values in registers; the tag FAILED says that there is none,
 * and E->err why. */
#pragma once

#include "eval/ast.h"

enum { V_FAILED = 255 };

#define FAILED ((struct value){.head = V_FAILED})

static inline bool failed(struct value v)
{
	return UNLIKELY(value_tag(v) == V_FAILED);
}

struct env {
	struct env *up;
	struct value *v[];
};

static inline struct env *env_new(struct eval *E, struct env *up, uint32_t n)
{
	struct env *env = heap_alloc(E, sizeof(*env) + n * sizeof(env->v[0]));

	env->up = up;
	return env;
}
static inline struct env *env_up(struct env *env, uint32_t level)
{
	while (level--)
		env = env->up;
	return env;
}

/* Thunks and functions carry two pointers: one beside the tag, where 56 bits are enough. */
static inline const void *value_code(const struct value *v)
{
	return (const void *)(uintptr_t)(v->head >> 8);
}
static inline const struct lambda *value_lambda(const struct value *v)
{
	return value_code(v);
}
static inline struct value v_lambda(const struct lambda *l, struct env *env)
{
	return (struct value){.head = V_LAMBDA | (uint64_t)(uintptr_t)l << 8, .env = env};
}
static inline struct value *thunk_new(struct eval *E, struct env *env, const struct expr *e)
{
	struct value *v = value_new(E);

	v->head = V_THUNK | (uint64_t)(uintptr_t)e << 8;
	v->env = env;
	return v;
}

/* A region: what is allocated in it goes when its result does not need it. */
struct region {
	char *mark;
	const void *saved;
};
static inline struct region region_begin(struct eval *E)
{
	struct region r = {E->heap.top, E->heap.escaped};

	E->heap.escaped = (const void *)UINTPTR_MAX;
	return r;
}
/* Does a value point to nothing that is newer than mark? */
static inline bool value_is_older(const struct eval *E, struct value v, const char *mark)
{
	return value_tag(v) <= V_NULL ||
	       (uintptr_t)v.i - (uintptr_t)mark >= (uintptr_t)(E->heap.top - mark);
}
/* After a failure: nothing goes. */
static inline void region_keep(struct eval *E, struct region r)
{
	if (r.saved < E->heap.escaped)
		E->heap.escaped = r.saved;
}
#define ATTR_NOINLINE __attribute__((noinline))

/* The value of an expression. */
typedef struct value (*eval_fn)(struct eval *E, struct env *env, const struct expr *e);
extern const eval_fn eval_table[];
static inline struct value eval_expr(struct eval *E, struct env *env, const struct expr *e)
{
	return eval_table[e->kind](E, env, e);
}
/* Most operands are constants and variables that were evaluated before. */
static inline struct value quick(struct eval *E, struct env *env, const struct expr *e)
{
	const struct value *v;

	if (e->kind == E_CONST)
		return ((const struct e_const *)e)->v;
	if (e->kind == E_LOCAL0)
		v = env->v[((const struct e_var *)e)->at.slot];
	else if (e->kind == E_LOCAL1)
		v = env->up->v[((const struct e_var *)e)->at.slot];
	else
		return eval_expr(E, env, e);
	return LIKELY(value_done(v)) ? *v : eval_expr(E, env, e);
}

/* A pointer to what will be its value: no thunk where none is needed. delay() makes a thunk exactly
 * where Nix does, since an attribute or element that is not evaluated prints as <CODE>;
 * delay_eager(), for arguments and lets, also does what costs less than a thunk. */
typedef struct value *(*delay_fn)(struct eval *E, struct env *env, const struct expr *e);
struct value *delay(struct eval *E, struct env *env, const struct expr *e);
struct value *delay_eager(struct eval *E, struct env *env, const struct expr *e);
/* fn (evaluated) applied to arguments. */
struct value apply(struct eval *E, pos_t pos, struct value fn, size_t n, struct value **args);

/* Where messages say that an expression is; 0 for constants. */
pos_t expr_pos(const struct expr *e);

/* What eval_table names beyond eval.c: eval_select.c, eval_string.c, eval_build.c, eval_op.c. */
#define EVAL_FNS(X) \
	X(select)   \
	X(has)      \
	X(strings)  \
	X(attrs)    \
	X(list)     \
	X(and) X(or) X(impl) X(not ) X(if) X(assert) X(equal) X(less) X(arith) X(update) X(concat)
#define X(name) struct value eval_##name(struct eval *E, struct env *env, const struct expr *e);
EVAL_FNS(X)
#undef X

void fill_defs(struct eval *E, struct env *outer, struct env *env, const struct e_attrs *a,
	       delay_fn how);
/* Binds a function's arguments in a fresh environment; NULL on failure. */
struct env *bind_formals(struct eval *E, pos_t pos, const struct lambda *l, struct env *up,
			 struct value *arg);
/* eval_string.c: what + and interpolation do with other than integers; `first` is evaluated, and
 * what was allocated for it lies from mark on. */
struct value concat_strings(struct eval *E, struct env *env, const struct e_strings *s,
			    struct value first, const char *mark);
struct value add_numbers(struct eval *E, pos_t pos, struct value a, struct value b);
/* eval_compare.c: explains why an asserted equality does not hold; 0 when it does. */
errint assert_equal(struct eval *E, struct value *a, struct value *b, pos_t pos, const char *ctx);

/* import.c: the box that holds a file's value, shared by all who import it. */
errint import_box(struct eval *E, pos_t pos, struct str path, struct value **out);
/* Evaluates what parse() gave; scope (flat, may be NULL) has the names it was parsed with. */
errint eval_parsed_in(struct eval *E, const struct expr *e, struct attrs *scope, struct value *out);
struct static_scope scope_names(struct eval *E, const struct attrs *scope);
errint parse_print_file(struct eval *E, struct str path, struct buf *b);
