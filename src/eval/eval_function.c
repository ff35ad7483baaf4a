/* SPDX-License-Identifier: MIT
 *
 * Functions looked at from outside: what they take, where they are, and calling them with the
 * arguments of a command line. */
#include "eval/eval_run.h"

static const struct lambda *lambda_of(const struct value *fn)
{
	const struct lambda *l;

	if (fn->tag == V_LAMBDA)
		return value_lambda(fn);
	if (fn->tag != V_PARTIAL || fn->app->fn->tag != V_LAMBDA)
		return NULL;
	l = value_lambda(fn->app->fn);
	for (uint32_t i = 0; i < fn->app->n; i++)
		l = (const struct lambda *)l->body;
	return l;
}

pos_t lambda_pos(const struct value *fn)
{
	const struct lambda *l = lambda_of(fn);

	return l ? l->e.pos : 0;
}

bool lambda_formals(struct eval *E, const struct value *fn,
		    void (*each)(void *ctx, sym_t name, bool has_default, pos_t pos), void *ctx)
{
	const struct lambda *l = lambda_of(fn);

	if (!l || !l->has_formals)
		return false;
	for (uint32_t i = 0; i < l->n_formals; i++)
		each(ctx, l->formals[i].sym, l->formals[i].otherwise != NULL, l->formals[i].pos);
	return true;
}

/* The arguments that the function names, or all of them when it takes any. */
static struct attrs *choose(struct eval *E, const struct lambda *l, struct attrs *given)
{
	struct attrs *out;

	if (l->ellipsis)
		return given;
	out = attrs_new(E, l->n_formals);
	for (uint32_t i = 0; i < l->n_formals; i++) {
		const struct attr *a = attrs_get(given, l->formals[i].sym);

		if (a)
			attrs_push(out, a->sym, a->v, a->pos);
	}
	return attrs_done_sorted(out);
}

/* To whom the program's own words matter more than Nix's: all that is missing, and the cure. */
static errint tell_missing(struct eval *E, const struct lambda *l, const struct attrs *given,
			   pos_t pos)
{
	BUF(names, LIMIT_ERR_TEXT);

	for (uint32_t i = 0; i < l->n_formals; i++) {
		const struct formal *f = &l->formals[i];

		if (!f->otherwise && !attrs_get(given, f->sym))
			buf_printf(&names, "%s'%.*s'", names.n ? ", " : "",
				   STR_ARG(sym_str(E, f->sym)));
	}
	eval_fail(E, pos, "the function asks for what nobody gives: %s", buf_z(&names));
	eval_hint(E, "'--arg NAME EXPR' and '--argstr NAME TEXT' give arguments");
	return eval_hint(E, "what is '.flox/pkgs/NAME.nix' in a project gets them from the package "
			    "set: kiln build NAME");
}

static errint check_given(struct eval *E, const struct lambda *l, const struct attrs *given)
{
	for (uint32_t i = 0; i < l->n_formals; i++) {
		const struct formal *f = &l->formals[i];

		if (f->otherwise || attrs_get(given, f->sym))
			continue;
		if (E->opt.project)
			return tell_missing(E, l, given, f->pos);
		return eval_fail(
			E, f->pos,
			"cannot evaluate a function that has an argument without a value "
			"('%.*s')\n"
			"Nix attempted to evaluate a function as a top level expression; in\n"
			"this case it must have its arguments supplied either by default\n"
			"values, or passed explicitly with '--arg' or '--argstr'. See\n"
			"https://nix.dev/manual/nix/stable/language/"
			"syntax.html#functions.",
			STR_ARG(sym_str(E, f->sym)));
	}
	return 0;
}

errint call_auto(struct eval *E, pos_t pos, struct value *fn, struct attrs *args, struct value *out)
{
	const struct lambda *l;
	struct value r;

	if (force(E, fn, pos) < 0)
		return eval_failed(E);
	if (fn->tag == V_ATTRS && attrs_get(fn->attrs, SYM_functor)) {
		if (call1(E, pos, attrs_get(fn->attrs, SYM_functor)->v, fn, &r) < 0)
			return eval_failed(E);
		return call_auto(E, pos, value_box(E, r), args, out);
	}
	l = lambda_of(fn);
	if (!l || !l->has_formals) {
		*out = *fn;
		return 0;
	}
	args = attrs_flat(E, args);
	if (check_given(E, l, args) < 0)
		return eval_failed(E);
	return call1(E, pos, fn, value_box(E, v_attrs(choose(E, l, args))), out);
}
