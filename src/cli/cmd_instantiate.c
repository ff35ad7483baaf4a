/* SPDX-License-Identifier: MIT
 *
 * kiln instantiate: writes the derivations of expressions and prints their paths. */
#include "cli/command.h"
#include "cli/instantiate.h"
#include "cli/option_eval.h"

static errint take_source(void *at, const struct option_given *g, struct err *err)
{
	instantiation_source(at, g->args[0], g->row->value);
	return 0;
}

#define SOURCE(is_expr, names_, args_, help_)                                       \
	{                                                                           \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_CALL, \
		.value = is_expr, .call = take_source                               \
	}

static const struct option rows[] = {
	SOURCE(true, "-E --expr", "EXPR", "the derivations of this text"),
	SOURCE(false, "-f --file", "FILE", "the derivations of this file"),
	OPT_TEXT(struct instantiation, root, "--add-root", "LINK",
		 "make the derivation's link, a root"),
	OPT_FLAG(struct instantiation, read_only, "-n --dry-run", "write nothing to the store"),
	OPT_FLAG(struct instantiation, json, "--json", "print JSON, with outputs"),
	OPT_TABLE(struct instantiation, request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	SOURCE(false, NULL, "FILE", NULL),
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct instantiation *c = ctx;

	if (c->root && c->read_only)
		return err_set(err, ERR_USAGE,
			       "'--dry-run' writes nothing that '--add-root' could link to");
	if (!c->n_sources)
		instantiation_source(c, "./default.nix", false);
	return instantiation_run(c, cli, err);
}

static void release(void *ctx)
{
	instantiation_release(ctx);
}

const struct command command_instantiate = {
	.name = "instantiate",
	.summary = "write the derivations of expressions",
	.topic = TOPIC_LANGUAGE,
	.rows = rows,
	.size = sizeof(struct instantiation),
	.run = run,
	.release = release,
};
