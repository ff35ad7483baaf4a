/* SPDX-License-Identifier: MIT
 *
 * The scope of a session. What is typed is parsed with the scope's names around it, so a name that
 * is bound again leaves alone what was made with the old one. */
#include "eval/session.h"

#include <stdlib.h>
#include "base/arena.h"
#include "eval/api.h"
#include "eval/base_env.h"
#include "eval/eval_run.h"
#include "eval/path.h"

struct eval_scope {
	struct eval *E;
	struct attrs *vars;
	bool wants_more;
};

struct eval_scope *eval_scope_new(struct eval *E)
{
	struct eval_scope *s = ARENA_NEW(&E->perm, struct eval_scope);

	*s = (struct eval_scope){.E = E, .vars = &attrs_empty};
	return s;
}

struct add_job {
	struct eval_scope *s;
	struct value *set;
};

static errint do_add(struct eval *E, void *ctx)
{
	struct add_job *j = ctx;

	if (want_attrs(E, j->set, 0,
		       "while evaluating an attribute set to be merged in the global scope") < 0)
		return eval_failed(E);
	j->s->vars = attrs_update(E, j->s->vars, attrs_flat(E, j->set->attrs));
	return 0;
}

errint eval_scope_add_attrs(struct eval_scope *s, struct value *set, struct err *err)
{
	return api_run(s->E, do_add, &(struct add_job){s, set}, err);
}

struct names {
	struct eval *E;
	struct str *v;
	size_t n, cap;
};

static void take_name(void *ctx, sym_t sym)
{
	struct names *names = ctx;

	if (names->n < names->cap)
		names->v[names->n++] = sym_str(names->E, sym);
}

void eval_scope_names(const struct eval_scope *s, bool all, struct arena *a, struct str **out,
		      size_t *n)
{
	struct attrs *vars = attrs_flat(s->E, s->vars);
	struct names names = {.E = s->E, .cap = vars->n + (all ? s->E->symbols.n : 0)};
	size_t kept = 0;

	names.v = ARENA_ARRAY(a, struct str, names.cap);
	for (uint32_t i = 0; i < vars->n; i++)
		take_name(&names, vars->v[i].sym);
	if (all)
		base_env_names(s->E, take_name, &names);
	qsort(names.v, names.n, sizeof(*names.v), str_cmp_qsort);
	for (size_t i = 0; i < names.n; i++)
		if (kept == 0 || !str_eq(names.v[i], names.v[kept - 1]))
			names.v[kept++] = names.v[i];
	*out = names.v;
	*n = kept;
}

/* ---- what is typed ---- */

struct typed_job {
	struct eval_scope *s;
	struct str text, dir;
	bool bindings_too;
	struct value *out; /* NULL: bindings */
};

static enum parse_end read_typed(const struct typed_job *j, const char *end, bool bindings,
				 struct expr **out)
{
	struct eval *E = j->s->E;
	struct static_scope names = scope_names(E, j->s->vars);
	struct str text = j->text;
	size_t n_end = strlen(end);
	char *whole = arena_alloc(&E->perm, text.n + n_end + 1);

	memcpy(whole, text.p, text.n);
	memcpy(whole + text.n, end, n_end + 1);
	/* The added end is no part of what messages show. */
	text.p = whole;
	return parse_typed(E, source_add(E, S(""), "«string»", text), str_n(whole, text.n + n_end),
			   j->dir, &names, bindings, out);
}

static errint bind(struct typed_job *j, const struct expr *e)
{
	struct eval *E = j->s->E;
	struct value set;

	if (eval_parsed_in(E, e, j->s->vars, &set) < 0)
		return eval_failed(E);
	j->s->vars = attrs_update(E, j->s->vars, attrs_flat(E, set.attrs));
	return 0;
}

/* Bindings may lack the last semicolon. Which of two failures counts: the expression's, unless
 * what there is could become bindings, as `x = {` can. */
static errint do_typed(struct eval *E, void *ctx)
{
	struct typed_job *j = ctx;
	enum parse_end end = PARSE_WRONG, ended = PARSE_WRONG;
	struct expr *e;
	struct value v;

	j->s->vars = attrs_flat(E, j->s->vars);
	if (j->bindings_too) {
		end = ended = read_typed(j, "", true, &e);
		if (end == PARSE_TOO_SHORT) {
			eval_forget(E);
			ended = read_typed(j, ";", true, &e);
		}
		if (ended == PARSE_DONE)
			return bind(j, e);
		if (ended == PARSE_UNBOUND)
			return eval_failed(E);
		eval_forget(E);
	}
	ended = read_typed(j, "", false, &e);
	j->s->wants_more =
		ended == PARSE_TOO_SHORT || (ended == PARSE_WRONG && end == PARSE_TOO_SHORT);
	if (ended != PARSE_DONE || eval_parsed_in(E, e, j->s->vars, &v) < 0)
		return eval_failed(E);
	j->out = api_box(E, v);
	return 0;
}

static errint run_typed(struct eval_scope *s, struct str text, bool bindings_too,
			struct value **out, struct err *err)
{
	struct typed_job j = {.s = s, .text = text, .bindings_too = bindings_too};

	s->wants_more = false;
	if (text.n > LIMIT_NIX_SOURCE)
		return err_set(err, ERR_TOO_BIG, "expression is bigger than %u bytes",
			       LIMIT_NIX_SOURCE);
	errint rc = api_absolute(s->E, NULL, &j.dir, err);
	if (!rc)
		rc = api_run(s->E, do_typed, &j, err);
	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

errint eval_typed(struct eval_scope *s, struct str text, struct value **out, struct err *err)
{
	return run_typed(s, text, true, out, err);
}

errint eval_typed_expr(struct eval_scope *s, struct str text, struct value **out, struct err *err)
{
	return run_typed(s, text, false, out, err);
}

bool eval_scope_wants_more(const struct eval_scope *s)
{
	return s->wants_more;
}

void eval_forget_files(struct eval *E)
{
	path_map_release(&E->paths->files);
	path_map_release(&E->paths->imports);
	path_map_release(&E->paths->plain);
	path_map_release(&E->paths->copies);
}

void eval_set_show_trace(struct eval *E, bool on)
{
	E->opt.show_trace = on;
}
