/* SPDX-License-Identifier: MIT
 *
 * Evaluation with edits that are not on the disk. */
#include "recipe/trial.h"

#include <stdlib.h>
#include "base/buf.h"
#include "recipe/files_int.h"

void trial_release(struct trial *t)
{
	recipes_release(&t->recipes);
	arena_release(&t->a);
	free(t->drvs);
	*t = (struct trial){0};
}

static void note(struct eval_trial *self, struct str path, const struct drv *drv)
{
	struct trial *t = (struct trial *)self;

	ARRAY_GROW(t->drvs, t->n_drvs, t->cap_drvs);
	struct trial_drv *d = &t->drvs[t->n_drvs++];
	*d = (struct trial_drv){
		.path = arena_str(&t->a, path),
		.inputs = ARENA_ARRAY(&t->a, struct str, drv->n_inputs + 1),
		.n_inputs = drv->n_inputs,
		.fixed = drv_is_fixed(drv),
	};
	for (size_t i = 0; i < drv->n_inputs; i++)
		d->inputs[i] = arena_str(&t->a, drv->inputs[i].path);
	if (!d->fixed)
		return;
	d->drv = (struct drv){
		.name = arena_str(&t->a, drv->name),
		.builder = arena_str(&t->a, drv->builder),
		.outputs = ARENA_NEW(&t->a, struct drv_output),
		.n_outputs = 1,
		.env = ARENA_ARRAY(&t->a, struct drv_env, drv->n_env + 1),
		.n_env = drv->n_env,
	};
	d->drv.outputs[0] = (struct drv_output){
		.name = S("out"),
		.path = arena_str(&t->a, drv->outputs[0].path),
		.hash_algo = arena_str(&t->a, drv->outputs[0].hash_algo),
		.hash = arena_str(&t->a, drv->outputs[0].hash),
	};
	for (size_t i = 0; i < drv->n_env; i++) {
		d->drv.env[i].key = arena_str(&t->a, drv->env[i].key);
		d->drv.env[i].value = arena_str(&t->a, drv->env[i].value);
	}
}

/* The texts that differ from those on the disk. */
static errint texts(struct trial *t, struct recipe_files *f, const struct recipe_edit *edits,
		    size_t n, struct err *err)
{
	struct str ignored;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = recipe_files_text(f, edits[i].path, &ignored, err);
	struct eval_trial_file *v = ARENA_ARRAY(&t->a, struct eval_trial_file, f->n + 1);
	for (size_t i = 0; !rc && i < f->n; i++) {
		BUF(text, LIMIT_NIX_SOURCE);

		rc = edits_apply(f->v[i].text, edits, n, f->v[i].path, &text, err);
		if (rc || str_eq(f->v[i].old, buf_str(&text)))
			continue;
		v[t->watch.n_files++] = (struct eval_trial_file){arena_str(&t->a, f->v[i].path),
								 arena_str(&t->a, buf_str(&text))};
	}
	t->watch.files = v;
	return rc;
}

errint trial_open(struct trial *t, struct session *s, struct recipe_files *f,
		  const struct recipe_edit *edits, size_t n, struct err *err)
{
	struct project_request r = {.session = s, .dir = f->project, .eval = &t->request};

	*t = (struct trial){.watch.made = note};
	r.flags = EVALUATION_READ_ONLY;
	t->request.trial = &t->watch;
	t->request.release = f->release;
	errint rc = texts(t, f, edits, n, err);
	if (!rc)
		rc = project_allow(&r, &t->a, &t->request, err);
	if (!rc)
		rc = project_pin_read(s, f->project, &t->a, &t->pin, err);
	r.pin = &t->pin;
	return rc ? rc : recipes_open(&r, &t->a, &t->recipes, err);
}

errint trial_attr(struct trial *t, const char *name, const char *attr, struct value **out,
		  struct err *err)
{
	struct value *recipe;
	errint rc = project_recipe(&t->recipes, name, false, &recipe, err);

	*out = NULL;
	if (rc || !eval_is_attrs(recipe))
		return rc;
	rc = eval_get_attr(t->recipes.e.eval, recipe, str_c(attr), out, err);
	return rc ? err_wrap(err, "recipe '%s'", name) : 0;
}

bool trial_ask_set(struct trial *t, const char *expr, struct value **out)
{
	const char *set = t->recipes.request.set;
	BUF(text, LIMIT_PATH_TEXT * 4);
	ERR(ignored);

	if (!set)
		return false;
	buf_putz(&text, "let set = import (/. + ");
	eval_print_string(&text, str_c(set));
	buf_printf(&text, ") { }; in %s", expr);
	return !buf_check(&text, "expression", &ignored) &&
	       !eval_string(t->recipes.e.eval, buf_str(&text), "/", "«kiln»", out, &ignored);
}

bool trial_is_own(const struct trial *t, struct str path)
{
	struct str dir = str_c(t->recipes.dir), rest = str_drop_prefix(path, dir);

	return rest.n < path.n && str_starts(rest, S("/")) &&
	       (!t->recipes.request.set || !str_starts(path, str_c(t->recipes.request.set)));
}
