/* SPDX-License-Identifier: MIT
 *
 * From names, expressions and slots to derivations, by evaluation. */
#include "cli/build_find.h"

#include "cli/project.h"

static void add_found(struct build_command *c, enum build_found kind, const char *label,
		      struct drv_ref *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		drv_ref_own(&c->a, &v[i]);
	ARRAY_GROW(c->found, c->n_found, c->cap_found);
	c->found[c->n_found++] =
		(struct memo_found){.kind = kind, .label = str_c(label), .drvs = v, .n = n};
}

static errint add_value(struct build_command *c, struct evaluation *e, struct value *v,
			enum build_found kind, const char *label, struct err *err)
{
	struct drv_ref *found;
	size_t n;
	int rc = evaluation_derivations(e, v, &c->a, &found, NULL, &n, err);

	if (rc < 0)
		return rc;
	if (n == 0)
		return err_set(err, ERR_EVAL, "there is no derivation in it");
	add_found(c, kind, label, found, n);
	return 0;
}

static errint add_recipe(struct build_command *c, struct evaluation *e, struct value *recipes,
			 const char *name, struct err *err)
{
	struct value *v;
	int rc = project_recipe(e, recipes, name, &v, err);

	if (rc < 0)
		return rc;
	rc = add_value(c, e, v, BUILD_RECIPE, name, err);
	return rc < 0 ? err_wrap(err, "recipe '%s'", name) : 0;
}

static errint add_recipes(struct build_command *c, struct evaluation *e, struct err *err)
{
	struct value *recipes;
	struct str *all;
	size_t n_all;
	int rc = project_recipes(e, c->project_dir, &recipes, err);

	if (rc == 0 && c->n_names == 0) {
		rc = eval_attr_names(e->eval, recipes, &c->a, &all, &n_all, err);
		for (size_t i = 0; rc == 0 && i < n_all; i++)
			build_command_name(c, arena_strz(&c->a, all[i]));
	}
	if (rc == 0)
		rc = build_command_check_link(c, c->n_names, err);
	for (size_t i = 0; rc == 0 && i < c->n_names; i++)
		rc = add_recipe(c, e, recipes, c->names[i], err);
	return rc;
}

/* What a restricted evaluation of recipes may read: the project and the set it is called with. */
static errint allow_project(struct build_command *c, struct cli *cli, struct err *err)
{
	const char *data;
	int rc;

	c->request.n_allowed = 0;
	if (!c->project_dir)
		return 0;
	rc = cli_data_dir(cli, &data, err);
	if (rc < 0)
		return rc;
	c->request.allowed[c->request.n_allowed++] = arena_printf(&c->a, "%s/pkgs", data);
	c->request.allowed[c->request.n_allowed++] = c->project_dir;
	return 0;
}

errint build_find(struct build_command *c, struct cli *cli, struct err *err)
{
	EVALUATION(e);
	struct value *v;
	int rc = allow_project(c, cli, err);

	if (rc == 0)
		rc = evaluation_open(cli, &c->request, EVALUATION_SET, &e, err);

	if (rc == 0 && c->source.text) {
		rc = evaluation_value(&e, c->source, &v, err);
		if (rc == 0)
			rc = add_value(c, &e, v, BUILD_SOURCE, "", err);
	} else if (rc == 0 && c->project_dir) {
		rc = add_recipes(c, &e, err);
	}
	for (size_t i = 0; rc == 0 && i < c->n_slots; i++) {
		struct drv_ref *found;
		size_t n;

		rc = evaluate_set(cli, &c->a, c->slots[i], c->request.inputs, &found, &n, err);
		if (rc == 0)
			add_found(c, BUILD_SLOT, c->slots[i], found, n);
	}
	return rc;
}
