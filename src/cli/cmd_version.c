/* SPDX-License-Identifier: MIT
 *
 * kiln version. */
#include "cli/command.h"

struct version_command {
	bool json;
};

static const struct option rows[] = {
	OPT_FLAG(struct version_command, json, "--json", "print JSON"),
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct version_command *c = ctx;

	if (!c->json)
		out_printf("kiln %s\n", KILN_VERSION);
	else
		out_printf("{\"name\": \"kiln\", \"version\": \"%s\"}\n", KILN_VERSION);
	return 0;
}

const struct command command_version = {
	.name = "version",
	.summary = "tell kiln's version",
	.topic = TOPIC_OTHER,
	.rows = rows,
	.size = sizeof(struct version_command),
	.run = run,
};
