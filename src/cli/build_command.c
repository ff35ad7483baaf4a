/* SPDX-License-Identifier: MIT
 *
 * Building what a project, an expression or a slot names, and telling the results. */
#include "cli/build_command.h"

#include <stdlib.h>
#include "cli/build_find.h"
#include "cli/project.h"
#include "cli/slot.h"

void build_command_release(struct build_command *c)
{
	eval_request_release(&c->request);
	free(c->names);
	free(c->slots);
	free(c->found);
	free(c->project_dir);
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

errint build_command_check_link(const struct build_command *c, size_t n_recipes, struct err *err)
{
	if (c->builds.link && n_recipes > 1)
		return err_set(err, ERR_USAGE,
			       "--out-link names one link, but there are %zu recipes", n_recipes);
	return 0;
}

static const char *link_of(struct build_command *c, const struct memo_found *f)
{
	if (f->kind == BUILD_SLOT || c->builds.no_link)
		return NULL;
	if (c->builds.link)
		return c->builds.link;
	return f->kind == BUILD_SOURCE
		       ? "result"
		       : arena_printf(&c->a, "%s/result-%.*s", c->project_dir, STR_ARG(f->label));
}

static void add_results(struct build_command *c, const struct memo_found *f)
{
	const char *link = link_of(c, f);

	for (size_t i = 0; i < f->n; i++) {
		ARRAY_GROW(c->results, c->n_results, c->cap_results);
		c->results[c->n_results++] =
			(struct result){.drv = &f->drvs[i],
					.link = !link ? NULL
						: i   ? arena_printf(&c->a, "%s-%zu", link, i + 1)
						      : link};
	}
}

/* Recipes are wanted unless something else alone is. */
static errint find(struct build_command *c, struct cli *cli, struct err *err)
{
	size_t n_recipes = 0;
	int rc = 0;

	if (!c->source.text && (c->n_names || !c->n_slots))
		rc = project_find(c->project, &c->project_dir, err);
	if (rc == 0)
		rc = build_find_kept(c, cli, err);
	for (size_t i = 0; rc == 0 && i < c->n_found; i++) {
		n_recipes += c->found[i].kind == BUILD_RECIPE;
		add_results(c, &c->found[i]);
	}
	return rc < 0 ? rc : build_command_check_link(c, n_recipes, err);
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
	int rc = find(c, cli, err);

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
