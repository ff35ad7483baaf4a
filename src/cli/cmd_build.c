/* SPDX-License-Identifier: MIT
 *
 * kiln build: a project's recipes, the derivations of an expression, or what fills a slot. */
#include "cli/build_command.h"
#include "cli/cli.h"

enum {
	O_PROJECT = 1,
	O_SLOT,
	O_JSON,
};

const struct option_row cmd_build_options[] = {
	{O_PROJECT, "--project", "DIR", "the project's folder"},
	{O_EXPR, "-E --expr", "EXPR", "build the derivations of this text"},
	{O_FILE, "-f --file", "FILE", "build the derivations of this file"},
	{O_SLOT, "--slot", "SLOT=FILLING", "build what fills a slot"},
	{O_JSON, "--json", NULL, "print JSON"},
	EVAL_CACHE_OPTION_ROW,
	BUILD_OPTION_ROWS,
	EVAL_OPTION_ROWS,
	{0},
};

static errint take(struct build_command *c, struct cli *cli, int id, const struct options *o,
		   struct err *err)
{
	switch (id) {
	case OPTION_OPERAND:
		build_command_name(c, o->args[0]);
		return 0;
	case O_PROJECT:
		c->project = o->args[0];
		return 0;
	case O_EXPR:
	case O_FILE:
		if (c->source.text)
			return err_set(err, ERR_USAGE, "one expression at a time");
		c->source = (struct eval_source){o->args[0], id == O_EXPR};
		return 0;
	case O_SLOT:
		build_command_slot(c, o->args[0]);
		return 0;
	case O_JSON:
		cli->json = true;
		return 0;
	default:
		if (!build_option(&c->builds, id, o))
			eval_option(&c->request, id, o);
		return 0;
	}
}

errint cmd_build(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct build_command c CLEANUP(build_command_release) = {0};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		errint rc = take(&c, cli, id, &o, err);
		if (rc)
			return rc;
	}
	return done ? 0 : build_command_run(&c, cli, err);
}
