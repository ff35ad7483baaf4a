/* SPDX-License-Identifier: MIT
 *
 * kiln help: the commands by what they are for. `kiln help COMMAND` is `kiln COMMAND --help`, which
 * main.c makes of it. */
#include "cli/command.h"

struct help_command {
	bool list;
	const char *command;
};

static const struct option rows[] = {
	OPT_FLAG(struct help_command, list, "--list",
		 "every command, verb and option on a line of its own, for completion"),
	OPERAND_OPTIONAL(struct help_command, command, "COMMAND"),
	OPT_END,
};

static void list_row(void *ctx, const char *heading, const struct option *row)
{
	struct str rest = str_c(row->names), one;

	while (str_split(&rest, ' ', &one))
		out_printf("%s\t%s\t%.*s\t%s\n", (const char *)ctx, heading, STR_ARG(one),
			   row->help);
}

static void list(void *ctx, const char *called, const struct command *c)
{
	out_printf("%s\t\t\t%s\n", called, c->summary);
	options_each(c->rows, "", list_row, (void *)called);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct help_command *c = ctx;

	if (c->list)
		commands_each(list, NULL);
	else
		commands_print();
	return 0;
}

const struct command command_help = {
	.name = "help",
	.summary = "tell about commands",
	.topic = TOPIC_OTHER,
	.rows = rows,
	.size = sizeof(struct help_command),
	.run = run,
};
