/* SPDX-License-Identifier: MIT
 *
 * Sets, lists and environments from their expressions: what a literal, a let or a call allocates.
 */
#include "eval/error.h"
#include "eval/eval_run.h"

struct value eval_list(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_list *l = (const struct e_list *)e;
	struct value **v, *one;

	if (l->n == 1) {
		one = delay(E, env, l->v[0]);
		return v_list(&one, 1);
	}
	v = list_alloc(E, l->n);
	for (uint32_t i = 0; i < l->n; i++)
		v[i] = delay(E, env, l->v[i]);
	return v_list(v, l->n);
}

/* Fills the slots of a let or rec set in env. The sets of inherit (…) come first, since delayed
 * selections look at them. Inherited names are looked up outside. */
void fill_defs(struct eval *E, struct env *outer, struct env *env, const struct e_attrs *a,
	       delay_fn how)
{
	struct value **slots = env->v + a->base;

	for (uint32_t i = 0; i < a->n_from; i++)
		slots[a->n + i] = how(E, env, a->from[i]);
	for (uint32_t i = 0; i < a->n; i++)
		slots[i] = how(E, a->defs[i].kind == DEF_INHERIT ? outer : env, a->defs[i].expr);
}

static struct attrs *plain_attrs(struct eval *E, struct env *env, const struct e_attrs *a)
{
	struct attrs *out = attrs_new(E, (size_t)a->n + a->n_dynamic);
	struct env *from = NULL;

	if (a->n_from) {
		from = env_new(E, env, a->n_from);
		for (uint32_t i = 0; i < a->n_from; i++)
			from->v[i] = delay(E, env, a->from[i]);
	}
	for (uint32_t i = 0; i < a->n; i++) {
		const struct attr_def *d = &a->defs[i];

		attrs_push(out, d->sym, delay(E, d->kind == DEF_INHERIT_FROM ? from : env, d->expr),
			   d->pos);
	}
	return out;
}

/* __overrides replaces attributes for all that refer to them. Nothing but inherited names may have
 * been looked at before, so everything else is a thunk. */
static struct attrs *apply_overrides(struct eval *E, struct env *env, const struct e_attrs *a,
				     struct attrs *plain)
{
	struct value *v = env->v[a->overrides];
	struct attrs *over, *out;

	if (want_attrs(E, v, 0, "while evaluating the `__overrides` attribute") < 0)
		return NULL;
	over = attrs_flat(E, v->attrs);
	out = attrs_new(E, (size_t)plain->n + over->n + a->n_dynamic);
	for (uint32_t i = 0; i < over->n; i++)
		attrs_push(out, over->v[i].sym, over->v[i].v, over->v[i].pos);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct attr *x = attrs_get(over, a->defs[i].sym);

		if (x)
			env->v[i] = x->v;
		else
			attrs_push(out, plain->v[i].sym, plain->v[i].v, plain->v[i].pos);
	}
	return out;
}

static void fill_with_thunks(struct eval *E, struct env *outer, struct env *env,
			     const struct e_attrs *a)
{
	for (uint32_t i = 0; i < a->n_from; i++)
		env->v[a->n + i] = thunk_new(E, env, a->from[i]);
	for (uint32_t i = 0; i < a->n; i++)
		env->v[i] = a->defs[i].kind == DEF_INHERIT ? delay(E, outer, a->defs[i].expr)
							   : thunk_new(E, env, a->defs[i].expr);
}

/* *env becomes the set's own environment. */
static struct attrs *rec_attrs(struct eval *E, struct env **env, const struct e_attrs *a)
{
	struct env *outer = *env;
	struct attrs *out;

	*env = env_new(E, outer, a->n_slots);
	if (a->overrides >= 0)
		fill_with_thunks(E, outer, *env, a);
	else
		fill_defs(E, outer, *env, a, delay);
	out = attrs_new(E, (size_t)a->n + a->n_dynamic);
	for (uint32_t i = 0; i < a->n; i++)
		attrs_push(out, a->defs[i].sym, (*env)->v[i], a->defs[i].pos);
	return a->overrides >= 0 ? apply_overrides(E, *env, a, out) : out;
}

ATTR_COLD static errint already_defined(struct eval *E, sym_t sym, pos_t before, pos_t pos)
{
	BUF(where, LIMIT_ERR_TEXT);

	pos_print(E, before, &where);
	return eval_fail(E, pos, "dynamic attribute '%.*s' already defined at %s",
			 STR_ARG(sym_str(E, sym)), buf_z(&where));
}

static const struct attr *pushed(const struct attrs *a, sym_t sym)
{
	for (uint32_t i = 0; i < a->n; i++)
		if (a->v[i].sym == sym)
			return &a->v[i];
	return NULL;
}

static errint add_dynamic(struct eval *E, struct env *env, const struct dynamic_def *d,
			  struct attrs *out)
{
	const struct attr *there;
	struct value name = eval_expr(E, env, d->name);
	struct str s;
	sym_t sym;

	if (failed(name))
		return eval_failed(E);
	if (name.tag == V_NULL)
		return 0;
	if (want_string_plain(E, &name, d->pos, "while evaluating the name of a dynamic attribute",
			      &s) < 0)
		return eval_failed(E);
	sym = sym_intern(E, s);
	there = pushed(out, sym);
	if (there)
		return already_defined(E, sym, there->pos, d->pos);
	attrs_push(out, sym, delay(E, env, d->value), d->pos);
	return 0;
}

struct value eval_attrs(struct eval *E, struct env *env, const struct expr *e)
{
	const struct e_attrs *a = (const struct e_attrs *)e;
	struct attrs *out;

	if (LIKELY(!a->e.flag)) {
		out = plain_attrs(E, env, a);
		if (a->n_dynamic == 0)
			return v_attrs(attrs_done_sorted(out));
	} else {
		out = rec_attrs(E, &env, a);
		if (!out)
			return FAILED;
	}
	for (uint32_t i = 0; i < a->n_dynamic; i++)
		if (add_dynamic(E, env, &a->dynamic[i], out) < 0)
			return FAILED;
	return v_attrs(attrs_done(out));
}

/* ---- formals ---- */

ATTR_COLD static void name_of(struct eval *E, const struct lambda *l, struct buf *b)
{
	if (l->name)
		buf_puts(b, sym_str(E, l->name));
	else
		buf_putz(b, "anonymous lambda");
}

ATTR_COLD static struct env *argument_missing(struct eval *E, pos_t pos, const struct lambda *l,
					      sym_t sym)
{
	BUF(name, LIMIT_ERR_TEXT);

	name_of(E, l, &name);
	eval_fail(E, l->e.pos, "function '%s' called without required argument '%.*s'",
		  buf_z(&name), STR_ARG(sym_str(E, sym)));
	if (pos)
		eval_frame(E, pos, "from call site");
	return NULL;
}

static const struct formal *find_formal(const struct lambda *l, sym_t sym)
{
	for (uint32_t i = 0; i < l->n_formals; i++)
		if (l->formals[i].sym == sym)
			return &l->formals[i];
	return NULL;
}

ATTR_COLD static struct env *argument_unexpected(struct eval *E, pos_t pos, const struct lambda *l,
						 const struct attrs *given)
{
	sym_t *names = heap_alloc(E, l->n_formals * sizeof(*names)), sym = 0;
	BUF(name, LIMIT_ERR_TEXT);
	pos_t where = l->e.pos;

	for (uint32_t i = 0; i < given->n && !sym; i++) {
		if (find_formal(l, given->v[i].sym))
			continue;
		sym = given->v[i].sym;
		/* Who wrote the call, not the function, is to see it. */
		if (error_is_brief(E) && error_pos_is_of_project(E, given->v[i].pos))
			where = given->v[i].pos;
	}
	for (uint32_t i = 0; i < l->n_formals; i++)
		names[i] = l->formals[i].sym;
	name_of(E, l, &name);
	eval_fail(E, where, "function '%s' called with unexpected argument '%.*s'", buf_z(&name),
		  STR_ARG(sym_str(E, sym)));
	eval_suggest(E, sym, names, l->n_formals);
	/* A recipe's own function, which somebody else calls. */
	if (where == l->e.pos && error_is_brief(E) && error_pos_is_of_project(E, where))
		eval_cure(E, "it is called with more than it names: end its arguments in '...'");
	if (pos)
		eval_frame(E, pos, "from call site");
	return NULL;
}

struct env *bind_formals(struct eval *E, pos_t pos, const struct lambda *l, struct env *up,
			 struct value *arg)
{
	uint32_t first = l->arg ? 1 : 0, used = 0, missing = 0;
	struct attrs *given;
	struct env *env;

	if (want_attrs(E, arg, l->e.pos,
		       "while evaluating the value passed for the lambda argument") < 0) {
		if (pos)
			eval_frame(E, pos, "from call site");
		return NULL;
	}
	given = attrs_flat(E, arg->attrs);
	env = env_new(E, up, l->n_slots);
	if (l->arg)
		env->v[0] = arg;
	/* Both are sorted by symbol: one pass, with a jump where the set is much bigger. */
	for (uint32_t i = 0, j = 0; i < l->n_formals; i++) {
		const struct formal *f = &l->formals[i];
		const struct attr *a = NULL;

		if (given->n - j > 8 * (l->n_formals - i)) {
			a = attrs_get(given, f->sym);
		} else {
			while (j < given->n && given->v[j].sym < f->sym)
				j++;
			if (j < given->n && given->v[j].sym == f->sym)
				a = &given->v[j];
		}
		env->v[first + i] = a ? a->v : NULL;
		used += a != NULL;
		missing += a == NULL;
	}
	/* Defaults may refer to any formal, so they come when all given ones are there. */
	for (uint32_t i = 0; i < l->n_formals && missing; i++) {
		if (env->v[first + i])
			continue;
		if (!l->formals[i].otherwise)
			return argument_missing(E, pos, l, l->formals[i].sym);
		env->v[first + i] = delay(E, env, l->formals[i].otherwise);
		missing--;
	}
	if (!l->ellipsis && used != given->n)
		return argument_unexpected(E, pos, l, given);
	return env;
}
