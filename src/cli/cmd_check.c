/* SPDX-License-Identifier: MIT
 *
 * kiln check: whether what packages bring works. A check is a derivation of its own, so that what
 * was checked once is known, and no package depends on what it is checked with. */
#include "cli/build_command.h"
#include "cli/command.h"
#include "cli/option_eval.h"

static errint take_name(void *at, const struct option_given *g, struct err *err)
{
	build_command_check(at, g->args[0]);
	return 0;
}

static const struct option rows[] = {
	OPT_TEXT(struct build_command, project, "--project", "DIR", "the project's folder"),
	OPT_RELEASE(struct build_command, request.release),
	OPT_FLAG(struct build_command, json, "--json", "print JSON"),
	OPT_NO_EVAL_CACHE,
	OPT_FLAG(struct build_command, builds.dry_run, "-n --dry-run",
		 "tell what would be built and fetched"),
	OPT_FLAG(struct build_command, builds.options.check, "--check --rebuild",
		 "check again what was checked"),
	OPT_CHOICE(struct build_command, builds.options.log, BUILD_LOG_PREFIXED, NULL,
		   "-L --print-build-logs", "show every line of the builders"),
	OPT_CHOICE(struct build_command, builds.options.log, BUILD_LOG_TAIL, NULL,
		   "-Q --no-build-output", "show a builder's lines only when it fails"),
	OPT_TABLE_ALONE(NULL, build_setting_rows),
	{.args = "NAME", .kind = OPTION_CALL, .call = take_name},
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct build_command *c = ctx;

	c->check = c->builds.no_link = true;
	return build_command_run(c, cli, err);
}

static void release(void *ctx)
{
	build_command_release(ctx);
}

const struct command command_check = {
	.name = "check",
	.summary = "import packages' modules in the sandbox, and run recipes' checks",
	.topic = TOPIC_BUILD,
	.rows = rows,
	.size = sizeof(struct build_command),
	.run = run,
	.release = release,
};
