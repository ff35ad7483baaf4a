/* SPDX-License-Identifier: MIT
 *
 * kiln init: a new environment, and on request its first recipe. */
#include "base/environ.h"
#include "cli/command.h"
#include "cli/init_command.h"
#include "manifest/place.h"

const struct option init_rows[] = {
	OPT_TEXT(struct init_command, dir, "-d --dir", "DIR", "where it is made; else here"),
	OPT_TEXT(struct init_command, name, "-n --name", "NAME", "its name; else its folder's"),
	OPT_TEXT(struct init_command, recipe, "--recipe", "NAME",
		 "make .flox/pkgs/NAME.nix, too, a recipe to begin with"),
	OPT_FLAG(struct init_command, bare, "-b --bare", "write no explanations into its manifest"),
	OPT_FLAG(struct init_command, json, "--json", "print JSON"),
	OPT_END,
};

static void print(const struct init_command *c, struct str name, const char *dir)
{
	const char *called = c->foreign ? "flox" : "kiln";

	if (c->json) {
		out_str(S("{ \"name\": "));
		out_json(name);
		out_str(S(", \"dir\": "));
		out_json(str_c(dir));
		out_printf(", \"system\": \"%s\" }\n", native_system());
		return;
	}
	out_printf("made environment '%.*s' (%s)\n\n", STR_ARG(name), native_system());
	out_printf("  %s search WORD       finds packages\n", called);
	out_printf("  %s install PACKAGE   puts one in\n", called);
	out_printf("  %s edit              variables, hooks and services\n", called);
	out_printf("  %s activate          goes in\n", called);
	if (c->recipe)
		out_printf("  %s build %-10s builds the recipe; with Git, 'git add .flox' first\n",
			   called, c->recipe);
}

errint init_command_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct init_command *c = ctx;
	struct manifest_plan plan = {
		.dir = c->dir ? c->dir : ".",
		.name = str_c(c->name),
		.recipe = c->recipe,
		.bare = c->bare,
	};
	struct str name;

	if (c->name && !c->name[0])
		return err_set(err, ERR_USAGE, "an environment's name is empty");
	errint rc = manifest_create(&plan, &cli->a, &name, err);
	if (rc)
		return rc;
	print(c, name, plan.dir);
	return 0;
}

const struct command command_init = {
	.name = "init",
	.summary = "make an environment here",
	.topic = TOPIC_BUILD,
	.rows = init_rows,
	.size = sizeof(struct init_command),
	.run = init_command_run,
};
