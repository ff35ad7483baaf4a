/* SPDX-License-Identifier: MIT
 *
 * Building what a project, an expression or a slot names, and telling the results. */
#include "cli/build_command.h"

#include <stdlib.h>
#include "cli/project.h"
#include "cli/slot.h"
#include "store/store.h"

void build_command_release(struct build_command *c)
{
	eval_request_release(&c->request);
	free(c->names);
	free(c->slots);
	free(c->results);
	arena_release(&c->a);
}

void build_command_name(struct build_command *c, const char *name)
{
	ARRAY_GROW(c->names, c->n_names, c->cap_names);
	c->names[c->n_names++] = name;
}

errint build_command_slot(struct build_command *c, const char *text, struct err *err)
{
	const char *attr;
	int rc = slot_attr(&c->a, text, &attr, err);

	if (rc < 0)
		return rc;
	ARRAY_GROW(c->slots, c->n_slots, c->cap_slots);
	c->slots[c->n_slots++] = attr;
	return 0;
}

static void add_results(struct build_command *c, struct eval_drv *v, size_t n, const char *link)
{
	for (size_t i = 0; i < n; i++) {
		ARRAY_GROW(c->results, c->n_results, c->cap_results);
		c->results[c->n_results++] =
			(struct result){.drv = &v[i],
					.link = c->builds.no_link || !link ? NULL
						: i ? arena_printf(&c->a, "%s-%zu", link, i + 1)
						    : link};
	}
}

static errint add_value(struct build_command *c, struct evaluation *e, struct value *v,
			const char *link, struct err *err)
{
	struct eval_drv *found;
	size_t n;
	int rc = evaluation_derivations(e, v, &c->a, &found, &n, err);

	if (rc < 0)
		return rc;
	if (n == 0)
		return err_set(err, ERR_EVAL, "there is no derivation in it");
	add_results(c, found, n, link);
	return 0;
}

static errint add_recipe(struct build_command *c, struct evaluation *e, struct value *recipes,
			 const char *project, const char *name, struct err *err)
{
	const char *link = c->builds.link ? c->builds.link
					  : arena_printf(&c->a, "%s/result-%s", project, name);
	struct value *v;
	int rc = project_recipe(e, recipes, name, &v, err);

	if (rc < 0)
		return rc;
	rc = add_value(c, e, v, link, err);
	return rc < 0 ? err_wrap(err, "recipe '%s'", name) : 0;
}

static errint add_recipes(struct build_command *c, struct evaluation *e, struct err *err)
{
	char *project CLEANUP_FREE = NULL;
	struct value *recipes;
	struct str *all;
	size_t n_all;
	int rc = project_find(c->project, &project, err);

	if (rc == 0)
		rc = project_recipes(e, project, &recipes, err);
	if (rc == 0 && c->n_names == 0) {
		rc = eval_attr_names(e->eval, recipes, &c->a, &all, &n_all, err);
		for (size_t i = 0; rc == 0 && i < n_all; i++)
			build_command_name(c, arena_strz(&c->a, all[i]));
	}
	if (rc == 0 && c->builds.link && c->n_names > 1)
		return err_set(err, ERR_USAGE,
			       "--out-link names one link, but there are %zu recipes", c->n_names);
	for (size_t i = 0; rc == 0 && i < c->n_names; i++)
		rc = add_recipe(c, e, recipes, project, c->names[i], err);
	return rc;
}

static errint find(struct build_command *c, struct cli *cli, struct evaluation *e, struct err *err)
{
	struct value *v;
	int rc = 0;

	if (c->source.text) {
		rc = evaluation_value(e, c->source, &v, err);
		if (rc == 0)
			rc = add_value(c, e, v, c->builds.link ? c->builds.link : "result", err);
	} else if (c->n_names || !c->n_slots) {
		rc = add_recipes(c, e, err);
	}
	for (size_t i = 0; rc == 0 && i < c->n_slots; i++) {
		struct eval_drv *found;
		size_t n;

		rc = evaluate_set(cli, &c->a, c->slots[i], &found, &n, err);
		if (rc == 0)
			add_results(c, found, n, NULL);
	}
	return rc;
}

static void print_json(const struct build_command *c)
{
	out_str(S("["));
	for (size_t i = 0; i < c->n_results; i++) {
		const struct result *r = &c->results[i];

		out_str(i ? S(",\n {\"name\": ") : S("\n {\"name\": "));
		out_json(r->drv->name);
		out_str(S(", \"drvPath\": "));
		out_json(r->drv->drv_path);
		out_str(S(", \"outputs\": {"));
		for (size_t k = 0; r->paths && k < r->drv->n_outputs; k++) {
			out_str(k ? S(", ") : S(""));
			out_json(r->drv->outputs[k]);
			out_str(S(": "));
			out_json(r->paths[k]);
		}
		out_str(S("}}"));
	}
	out_str(S("\n]\n"));
}

static void print_paths(const struct build_command *c)
{
	for (size_t i = 0; i < c->n_results; i++)
		for (size_t k = 0; c->results[i].paths && k < c->results[i].drv->n_outputs; k++)
			out_printf("%.*s\n", STR_ARG(c->results[i].paths[k]));
}

errint build_command_run(struct build_command *c, struct cli *cli, struct err *err)
{
	EVALUATION(e);
	int rc = evaluation_open(cli, &c->request, EVALUATION_SET, &e, err);

	if (rc == 0)
		rc = find(c, cli, &e, err);
	if (rc == 0)
		rc = results_build(cli, &c->a, c->results, c->n_results, &c->builds, err);
	if (rc < 0)
		return rc;
	if (cli->json)
		print_json(c);
	else
		print_paths(c);
	return 0;
}
