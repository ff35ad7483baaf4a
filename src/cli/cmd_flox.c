/* SPDX-License-Identifier: MIT
 *
 * flox: its verbs, for what exists here. */
#include "base/report.h"
#include "cli/build_command.h"
#include "cli/command.h"
#include "cli/flox_verbs.h"
#include "cli/init_command.h"
#include "cli/manifest_build_command.h"
#include "cli/option_eval.h"

static errint take_name(void *at, const struct option_given *g, struct err *err)
{
	build_command_name(at, g->args[0]);
	return 0;
}

/* The set is the project's, or kiln's own; only 'stable' could be either. */
static errint take_stability(void *at, const struct option_given *g, struct err *err)
{
	if (strcmp(g->args[0], "stable") != 0)
		report_msg(cli_report(g->frame), REPORT_WARN,
			   "'%s %s' does nothing in kiln: there is one package set", g->name,
			   g->args[0]);
	return 0;
}

static const struct option build_rows[] = {
	OPT_TEXT(struct build_command, project, "-d --dir", "DIR", "the project's folder"),
	{.names = "--stability",
	 .args = "NAME",
	 .kind = OPTION_CALL,
	 .flags = OPTION_HIDDEN,
	 .call = take_stability},
	{.names = "--nixpkgs-url",
	 .args = "URL",
	 .kind = OPTION_CALL,
	 .flags = OPTION_HIDDEN,
	 .call = take_stability},
	OPT_NO_EVAL_CACHE,
	OPT_TABLE(struct build_command, builds, NULL, build_option_rows),
	{.args = "NAME", .kind = OPTION_CALL, .call = take_name},
	OPT_END,
};

static errint build_run(struct cli *cli, void *ctx, struct err *err)
{
	bool left;
	errint rc = manifest_build_command(cli, ctx, &left, err);

	return rc || !left ? rc : build_command_run(ctx, cli, err);
}

static void build_release(void *ctx)
{
	build_command_release(ctx);
}

static const struct command build = {
	.name = "build",
	.summary = "build recipes of .flox/pkgs and link the results",
	.rows = build_rows,
	.size = sizeof(struct build_command),
	.run = build_run,
	.release = build_release,
	.verbs = flox_build_verbs,
};

/* ---- environments ---- */

static errint refuse_hub(void *at, const struct option_given *g, struct err *err)
{
	(void)at;
	err_set(err, ERR_UNSUPPORTED, "'%s': environments that a server keeps are not here",
		g->name);
	return err_hint(err, "kiln knows those in folders: -d DIR");
}

#define HUB(names_, args_)                                                                   \
	{                                                                                    \
		.names = names_, .args = args_, .kind = OPTION_CALL, .flags = OPTION_HIDDEN, \
		.call = refuse_hub                                                           \
	}

static const struct option init_verb_rows[] = {
	HUB("-r --reference --ref", "OWNER/NAME"),
	OPT_TABLE_ALONE(NULL, init_rows),
	OPT_IGNORED("--auto-setup", NULL, "kiln suggests no packages by what a folder holds"),
	OPT_IGNORED("--no-auto-setup", NULL, "kiln suggests no packages by what a folder holds"),
	OPT_END,
};

static const struct init_command init_defaults = {.foreign = true};

static const struct command init = {
	.name = "init",
	.summary = "make an environment here",
	.rows = init_verb_rows,
	.size = sizeof(struct init_command),
	.defaults = &init_defaults,
	.run = init_command_run,
};

static const struct option list_verb_rows[] = {
	OPT_TABLE_ALONE(NULL, list_rows),
	HUB("-r --reference --ref --remote", "OWNER/NAME"),
	HUB("-u --upstream", NULL),
	OPT_END,
};

static const struct option edit_verb_rows[] = {
	OPT_TABLE_ALONE(NULL, edit_rows),
	HUB("-r --reference --ref --remote", "OWNER/NAME"),
	HUB("-s --sync", NULL),
	HUB("--reset", NULL),
	OPT_END,
};

static const struct command list = {
	.name = "list",
	.summary = "list what is installed in an environment",
	.rows = list_verb_rows,
	.size = sizeof(struct list_command),
	.run = list_command_run,
};

static const struct command edit = {
	.name = "edit",
	.summary = "change the manifest of an environment",
	.rows = edit_verb_rows,
	.size = sizeof(struct edit_command),
	.run = edit_command_run,
};

static const struct command *const verbs[] = {
	&command_activate,
	&build,
	&command_deactivate,
	&edit,
	&init,
	&command_install,
	&list,
	&command_services,
	&command_uninstall,
	&command_upgrade,
	&flox_verb_search,
	&flox_verb_show,
	NULL,
};

/* What Flox calls it, and what does it here. */
static const char *const elsewhere[] = {
	"publish",
	"",
	NULL,
};

const struct command command_flox = {
	.name = "flox",
	.summary = "answer to Flox's command line for what exists here",
	.topic = TOPIC_FOREIGN,
	.verbs = verbs,
	.elsewhere = elsewhere,
};
