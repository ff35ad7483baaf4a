/* SPDX-License-Identifier: MIT
 *
 * Where a recipe's `src` stands. Which of several bindings of that name decides is what evaluation
 * tells: the expression is replaced by a throw, on trial, and whoever then hears it was right. */
#include "recipe/files_int.h"

#include <stdlib.h>
#include "recipe/trial.h"

#define MARK "kiln looks for what this derivation is built from"

struct src_search {
	struct session *s;
	struct recipe_files *f;
	const char *name;
	struct arena *a;
	struct recipe_place best;
	bool found;
};

/* Does the derivation's src come from this expression? */
static errint decides(struct src_search *w, struct str path, struct syntax_range expr, bool *out,
		      struct err *err)
{
	const struct recipe_edit e = {path, expr, S("(throw \"" MARK "\")")};
	struct trial t CLEANUP(trial_release) = {0};
	struct value *v;
	ERR(why);
	errint rc = trial_open(&t, w->s, w->f, &e, 1, err);

	if (rc)
		return rc;
	rc = trial_attr(&t, w->name, "src", &v, &why);
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	*out = rc && why.msg && str_find(str_c(why.msg), S(MARK)) >= 0;
	return 0;
}

static bool is_src(const struct syntax *s, const struct syntax_binding *b)
{
	struct str name = syntax_str(s, b->name);

	return !b->inherited && (str_eqz(name, "src") || str_ends(name, S(".src")));
}

static bool within(struct syntax_range a, struct syntax_range b)
{
	return a.at >= b.at && a.at + a.n <= b.at + b.n;
}

static errint look_into(struct src_search *w, struct str path, struct str text, struct eval *E,
			struct err *err)
{
	struct syntax s;
	errint rc = eval_syntax(E, text, arena_strz(w->a, path), w->a, &s, err);

	for (size_t i = 0; !rc && i < s.n_bindings; i++) {
		const struct syntax_binding *b = &s.bindings[i];
		bool yes = false;

		if (!is_src(&s, b))
			continue;
		/* What is in one that decides is a part of it. */
		if (w->found && str_eq(w->best.path, path) && within(b->expr, w->best.range))
			continue;
		rc = decides(w, path, b->expr, &yes, err);
		if (yes) {
			w->found = true;
			w->best = (struct recipe_place){
				.path = path,
				.range = b->expr,
				.line = syntax_line(text, b->expr.at),
			};
		}
	}
	return rc;
}

static errint no_src(const struct src_search *w, struct value *src, struct err *err)
{
	if (!src) {
		err_set(err, ERR_NOT_FOUND, "recipe '%s' has no src", w->name);
		return err_hint(err, "only what is built from one source can have another one");
	}
	err_set(err, ERR_NOT_FOUND, "recipe '%s': no binding 'src = …;' decides on its src",
		w->name);
	return err_hint(err, "write 'src = …;' into its recipe, in the place of what inherits it");
}

errint recipe_src(struct session *s, struct recipe_files *f, const char *name,
		  struct recipe_place *out, struct err *err)
{
	struct src_search w = {.s = s, .f = f, .name = name, .a = &f->a};
	struct trial t CLEANUP(trial_release) = {0};
	struct str path, text;
	struct value *src;
	errint rc = trial_open(&t, s, f, NULL, 0, err);

	if (!rc)
		rc = trial_attr(&t, name, "src", &src, err);
	for (size_t i = 0; !rc && src && eval_source_at(t.recipes.e.eval, i, &path, &text); i++)
		if (trial_is_own(&t, path))
			rc = look_into(&w, path, text, t.recipes.e.eval, err);
	if (rc)
		return rc;
	if (!w.found)
		return no_src(&w, src, err);
	*out = w.best;
	out->path = arena_str(&f->a, w.best.path);
	return 0;
}
