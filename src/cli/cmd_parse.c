/* SPDX-License-Identifier: MIT
 *
 * kiln parse: prints parsed expressions. */
#include "cli/command.h"
#include "cli/instantiate.h"

static errint take_source(void *at, const struct option_given *g, struct err *err)
{
	instantiation_source(at, g->args[0], g->row->value);
	return 0;
}

static const struct option rows[] = {
	{.names = "-E --expr",
	 .args = "EXPR",
	 .help = "parse this text",
	 .kind = OPTION_CALL,
	 .value = true,
	 .call = take_source},
	{.names = "-f --file",
	 .args = "FILE",
	 .help = "parse this file",
	 .kind = OPTION_CALL,
	 .call = take_source},
	{.args = "FILE", .kind = OPTION_CALL, .call = take_source},
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct instantiation *c = ctx;

	if (!c->n_sources) {
		err_set(err, ERR_USAGE, "nothing to parse");
		return err_hint(err, "name a file, or give an expression with -E");
	}
	return instantiation_run(c, cli, err);
}

static void release(void *ctx)
{
	instantiation_release(ctx);
}

const struct command command_parse = {
	.name = "parse",
	.summary = "print parsed expressions",
	.topic = TOPIC_LANGUAGE,
	.rows = rows,
	.size = sizeof(struct instantiation),
	.defaults = &(const struct instantiation){.what = INSTANTIATE_PARSED, .read_only = true},
	.run = run,
	.release = release,
};
