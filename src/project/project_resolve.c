/* SPDX-License-Identifier: MIT
 *
 * From what is asked to derivations. Paths are looked up; all else is evaluated together, or
 * remembered together. */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "project/installable.h"
#include "project/project_int.h"
#include "project/project_tracked.h"
#include "project/slot.h"
#include "store/derivation.h"
#include "store/store.h"

void resolved_list_release(struct resolved_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		err_release(&l->v[i].failure);
	free(l->v);
	*l = (struct resolved_list){0};
}

struct resolved *resolved_add(struct resolved_list *l, enum asked_kind kind, struct str label)
{
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n] = (struct resolved){.kind = kind, .label = label};
	return &l->v[l->n++];
}

/* ---- by evaluation ---- */

struct resolution {
	const struct project_request *r;
	struct arena *a;
	struct resolved_list *out;
	struct evaluation e;
	struct recipes recipes; /* not open: not asked for yet */
	bool every;             /* recipe is meant, also such that nothing checks */
};

static void resolution_release(struct resolution *v)
{
	evaluation_release(&v->e);
	recipes_release(&v->recipes);
}

static errint open_evaluation(struct resolution *v, struct err *err)
{
	if (v->e.eval)
		return 0;
	return evaluation_open(v->r->session, v->r->eval, EVALUATION_SET | v->r->flags, &v->e, err);
}

/* Behind those that f has already. */
static errint take_value(struct resolution *v, struct evaluation *e, const struct asked *asked,
			 struct value *value, struct resolved *f, struct err *err)
{
	struct drv_ref *found;
	size_t n;
	errint rc = evaluation_derivations(e, value, v->a, &found, NULL, &n, err);

	if (rc)
		return rc;
	struct drv_ref *all = ARENA_ARRAY(v->a, struct drv_ref, f->n + n);
	if (f->n)
		memcpy(all, f->drvs, f->n * sizeof(*all));
	for (size_t i = 0; i < n; i++) {
		struct drv_ref *d = &all[f->n + i];

		*d = found[i];
		if (asked->n_outputs) {
			d->outputs = (struct str *)asked->outputs;
			d->n_outputs = asked->n_outputs;
		}
		drv_ref_own(v->a, d);
	}
	f->drvs = all;
	f->n += n;
	return 0;
}

static errint take_checks(struct resolution *v, const struct asked *asked, struct value *recipe,
			  struct resolved *f, struct err *err)
{
	struct value *checks[PROJECT_CHECKS_MAX];
	size_t n;
	errint rc = project_checks(&v->recipes, asked->text, recipe, checks, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		rc = take_value(v, &v->recipes.e, asked, checks[i], f, err);
	return !rc && f->n == 0 && !v->every ? project_no_checks(err) : rc;
}

static errint take_recipe(struct resolution *v, const struct asked *asked, struct resolved *f,
			  struct err *err)
{
	const char *of = project_checked_name(v->a, &v->recipes, asked->text);
	const struct asked check = {.text = of, .check = true};
	struct value *value;

	if (of)
		return take_recipe(v, &check, f, err);
	errint rc = project_recipe(&v->recipes, asked->text, asked->or_package, &value, err);
	if (rc)
		return rc;
	rc = asked->check ? take_checks(v, asked, value, f, err)
			  : take_value(v, &v->recipes.e, asked, value, f, err);
	if (!rc)
		rc = project_warn_misspelt(&v->recipes.e, value, asked->text, err);
	return rc ? err_wrap(err, "recipe '%s'", asked->text) : 0;
}

/* What recipes get of the set, at a name that none of them has. */
static errint take_package(struct resolution *v, const struct asked *asked, bool *found,
			   struct err *err)
{
	struct str label = arena_str(v->a, str_c(asked->text));
	struct value *value;
	errint rc = project_package(&v->recipes, v->a, asked->text, &value, err);

	*found = !rc && value;
	if (!*found)
		return rc;
	rc = take_value(v, &v->recipes.e, asked, value, resolved_add(v->out, ASKED_SET, label),
			err);
	return rc ? err_wrap(err, "package '%s'", asked->text) : 0;
}

static errint find_recipe(struct resolution *v, const struct asked *asked, struct err *err)
{
	struct str label = arena_str(v->a, str_c(asked->text));
	size_t at = v->out->n;
	bool found = false;
	errint rc = asked->or_package ? take_package(v, asked, &found, err) : 0;

	if (!rc && !found)
		rc = take_recipe(v, asked, resolved_add(v->out, ASKED_RECIPE, label), err);
	if (!rc || !v->r->keep_going || rc == ERR_INTERRUPTED)
		return rc;
	if (at == v->out->n)
		resolved_add(v->out, ASKED_RECIPE, label);
	v->out->v[at].n = 0;
	err_move(&v->out->v[at].failure, err);
	return 0;
}

/* Every recipe that the project has, which must be at least one. */
static errint find_all(struct resolution *v, const struct asked *asked, struct err *err)
{
	struct str *names;
	size_t n;
	errint rc = eval_attr_names(v->recipes.e.eval, v->recipes.v, v->a, &names, &n, err);

	if (!rc && v->recipes.request.tracked)
		rc = project_warn_untracked(v->r->dir, names, n, v->r->eval->inputs,
					    v->r->session->report, err);
	if (!rc && n == 0) {
		err_set(err, ERR_NOT_FOUND, "there is no recipe in '%s/.flox/pkgs'", v->r->dir);
		return err_hint(err,
				"recipes are .flox/pkgs/NAME.nix or .flox/pkgs/NAME/default.nix");
	}
	v->every = true;
	for (size_t i = 0; !rc && i < n; i++) {
		struct asked one = *asked;

		one.text = arena_strz(v->a, names[i]);
		rc = find_recipe(v, &one, err);
	}
	v->every = false;
	return rc;
}

static errint open_recipes(struct resolution *v, struct err *err)
{
	return v->recipes.e.eval ? 0 : recipes_open(v->r, v->a, &v->recipes, err);
}

static errint find_recipes(struct resolution *v, const struct asked *asked, struct err *err)
{
	errint rc = open_recipes(v, err);

	if (rc)
		return rc;
	return asked->text ? find_recipe(v, asked, err) : find_all(v, asked, err);
}

static errint find_value(struct resolution *v, const struct asked *asked, struct err *err)
{
	struct installables flakes = {0};
	struct value *value;
	errint rc = open_evaluation(v, err);

	if (rc)
		return rc;
	if (asked->kind == ASKED_FLAKE)
		rc = installable_value(&v->e, &flakes, asked->text, &value, err);
	else
		rc = evaluation_value(&v->e,
				      (struct eval_source){asked->text, asked->kind == ASKED_EXPR},
				      &value, err);
	if (rc)
		return rc;
	return take_value(v, &v->e, asked, value, resolved_add(v->out, asked->kind, S("")), err);
}

/* The project's set is that which its recipes see. */
static errint find_in_project_set(struct resolution *v, const struct asked *asked, struct err *err)
{
	struct evaluation *e = &v->recipes.e;
	struct value *value;
	errint rc = open_recipes(v, err);

	if (!rc)
		rc = project_set(e, v->recipes.dir, &value, err);
	if (!rc)
		rc = eval_attr_path(e->eval, value, str_c(asked->text), e->args, &value, err);
	if (rc)
		return err_wrap(err, "evaluating '%s' of the package set", asked->text);
	return take_value(v, e, asked, value, resolved_add(v->out, asked->kind, str_c(asked->text)),
			  err);
}

static errint find_in_set(struct resolution *v, const struct asked *asked, struct err *err)
{
	const char *attr = asked->text;

	if (asked->kind == ASKED_SET && v->r->dir)
		return find_in_project_set(v, asked, err);
	errint rc = asked->kind == ASKED_SLOT ? slot_attr(v->a, asked->text, &attr, err) : 0;

	if (rc)
		return rc;
	struct resolved *f = resolved_add(v->out, asked->kind, str_c(attr));
	rc = evaluation_of_set(v->r->session, v->a, attr, v->r->eval->inputs, &f->drvs, &f->n, err);
	return rc == ERR_NOT_FOUND && asked->kind == ASKED_SLOT ? slot_unknown(asked->text, err)
								: rc;
}

errint project_evaluate(const struct project_request *r, const struct asked *v, size_t n,
			struct arena *a, struct resolved_list *out, struct err *err)
{
	struct resolution w CLEANUP(resolution_release) = {.r = r, .a = a, .out = out};

	for (size_t i = 0; i < n; i++) {
		errint rc = v[i].kind == ASKED_RECIPE ? find_recipes(&w, &v[i], err)
			    : v[i].kind == ASKED_SLOT || v[i].kind == ASKED_SET
				    ? find_in_set(&w, &v[i], err)
				    : find_value(&w, &v[i], err);
		if (rc)
			return rc;
	}
	return 0;
}

/* ---- all of it ---- */

/* A file of the language where a store path is meant. */
static void hint_file(struct str text, struct err *err)
{
	struct str name = str_drop_suffix(path_base(text), S(".nix"));
	char *path CLEANUP_FREE = str_dupz(text);
	char *inside CLEANUP_FREE = path_join(text, S("default.nix"));

	if (str_ends(text, S("/default.nix")))
		name = path_base(path_dir(text));
	if (access(path, F_OK))
		err_hint(
			err,
			"there is no such file; recipes are named without a folder: kiln build NAME");
	else if (str_find(text, S(".flox/pkgs/")) >= 0)
		err_hint(err, "a recipe is built by its name: kiln build %.*s", STR_ARG(name));
	else if (str_ends(text, S(".nix")) || access(inside, F_OK) == 0)
		err_hint(err, "kiln build -f %s builds what an expression says", path);
}

static errint find_path(const struct project_request *r, const struct asked *asked, struct arena *a,
			struct resolved_list *out, struct err *err)
{
	static struct str all[] = {S("*")};
	struct drv_ref d = {.outputs = all, .n_outputs = 1};
	struct resolved *f = resolved_add(out, ASKED_PATH, S(""));
	errint rc = store_follow_links(r->session->store, a, asked->text, &f->path, err);

	if (rc) {
		hint_file(str_c(asked->text), err);
		return rc;
	}
	if (!store_path_is_drv(f->path)) {
		if (asked->n_outputs)
			return err_set(err, ERR_USAGE, "'%.*s' is no derivation: it has no outputs",
				       STR_ARG(f->path));
		return 0;
	}
	d.drv_path = f->path;
	d.name = str_drop_suffix(store_path_name(f->path), S(".drv"));
	if (asked->n_outputs) {
		d.outputs = (struct str *)asked->outputs;
		d.n_outputs = asked->n_outputs;
	}
	drv_ref_own(a, &d);
	f->drvs = ARENA_NEW(a, struct drv_ref);
	f->drvs[0] = d;
	f->n = 1;
	return 0;
}

errint project_resolve(const struct project_request *r, const struct asked *v, size_t n,
		       struct arena *a, struct resolved_list *out, struct err *err)
{
	struct eval_request eval = *r->eval;
	struct project_request mine = *r;
	struct set_pin pin = {0};
	errint rc = project_allow(r, a, &eval, err);

	mine.eval = &eval;
	mine.pin = &pin;
	if (r->dir)
		session_add_project(r->session, r->dir);
	if (!rc && r->dir && !eval.nixpkgs)
		rc = project_pin_read(r->session, r->dir, a, &pin, err);
	for (size_t i = 0, end; !rc && i < n; i = end) {
		end = i + 1;
		if (v[i].kind == ASKED_PATH) {
			rc = find_path(&mine, &v[i], a, out, err);
			continue;
		}
		while (end < n && v[end].kind != ASKED_PATH)
			end++;
		rc = project_recall(&mine, &v[i], end - i, REPORT_INFO, a, out, err);
	}
	return rc;
}

/* ---- products ---- */

static bool is_all(const struct drv_ref *d)
{
	return d->n_outputs == 1 && str_eqz(d->outputs[0], "*");
}

static errint product_of(struct session *s, struct arena *a, const struct drv_ref *d,
			 struct product *out, struct err *err)
{
	struct drv drv;
	errint rc = store_read_drv(s->store, a, d->drv_path, &drv, err);

	if (rc)
		return rc;
	size_t n = is_all(d) ? drv.n_outputs : d->n_outputs;
	struct str *names = ARENA_ARRAY(a, struct str, n);
	out->name = d->name;
	out->n_paths = n;
	out->paths = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < n; i++) {
		names[i] = is_all(d) ? drv.outputs[i].name : d->outputs[i];
		const struct drv_output *o = drv_output_find(&drv, names[i]);

		if (!o)
			return err_set(err, ERR_NOT_FOUND, "derivation '%.*s' has no output '%.*s'",
				       STR_ARG(d->drv_path), STR_ARG(names[i]));
		out->paths[i] = o->path;
	}
	out->wanted = (struct build_wanted){d->drv_path, names, n};
	return 0;
}

errint project_products(struct session *s, struct arena *a, const struct resolved_list *found,
			struct product **out, size_t *n, struct err *err)
{
	size_t room = 0, used = 0;
	struct product *v;

	for (size_t i = 0; i < found->n; i++)
		room += MAX(found->v[i].n, (size_t)1);
	v = ARENA_ARRAY(a, struct product, room);
	for (size_t i = 0; i < found->n; i++) {
		struct resolved *f = &found->v[i];

		for (size_t k = 0; k < f->n; k++) {
			struct product *p = &v[used++];

			*p = (struct product){.found = f, .index = k};
			errint rc = product_of(s, a, &f->drvs[k], p, err);
			if (rc)
				return rc;
		}
		if (f->n || f->kind != ASKED_PATH)
			continue;
		v[used++] = (struct product){
			.found = f,
			.name = store_path_name(f->path),
			.wanted = {.path = f->path},
			.paths = &f->path,
			.n_paths = 1,
		};
	}
	*out = v;
	*n = used;
	return 0;
}
