/* SPDX-License-Identifier: MIT
 *
 * kiln build: a project's recipes, packages of the set, the derivations of an expression,
 * or what fills a slot. */
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/build_command.h"
#include "cli/command.h"
#include "cli/manifest_build_command.h"
#include "cli/option_eval.h"
#include "base/report.h"
#include "recipe/update.h"

static errint take_name(void *at, const struct option_given *g, struct err *err)
{
	build_command_name(at, g->args[0]);
	return 0;
}

static errint take_slot(void *at, const struct option_given *g, struct err *err)
{
	build_command_slot(at, g->args[0]);
	return 0;
}

static const struct option rows[] = {
	OPT_TEXT(struct build_command, project, "--project", "DIR", "the project's folder"),
	OPT_RELEASE(struct build_command, request.release),
	OPT_TEXT(struct build_command, rev, "--rev", "REF",
		 "build this tag, branch or commit, and leave the work tree as it is"),
	OPT_SOURCE(struct build_command, source, true, "-E --expr", "EXPR",
		   "build the derivations of this text"),
	OPT_SOURCE(struct build_command, source, false, "-f --file", "FILE",
		   "build the derivations of this file"),
	{.names = "--slot",
	 .args = "SLOT=FILLING",
	 .help = "build what fills a slot",
	 .kind = OPTION_CALL,
	 .call = take_slot},
	OPT_FLAG(struct build_command, update_hashes, "--update-hashes",
		 "write the right hashes into the recipes that are named"),
	OPT_FLAG(struct build_command, json, "--json", "print JSON"),
	OPT_NO_EVAL_CACHE,
	OPT_IGNORED("--print-out-paths", NULL, "they are printed anyway"),
	OPT_TABLE(struct build_command, builds, "building", build_option_rows),
	OPT_TABLE(struct build_command, request, "evaluation", eval_option_rows),
	{.args = "NAME|PATH", .kind = OPTION_CALL, .call = take_name},
	OPT_END,
};

/* Errors in a file are told as those in a recipe: its folder stands for the project's. */
static void tell_briefly(struct cli *cli, struct build_command *c)
{
	char *real CLEANUP_FREE =
		c->source.text && !c->source.is_expr ? realpath(c->source.text, NULL) : NULL;
	struct stat st;

	if (!real || stat(real, &st))
		return;
	struct str folder = S_ISDIR(st.st_mode) ? str_c(real) : path_dir(str_c(real));
	c->request.project = arena_strz(&cli->a, folder);
}

static errint mend_recipe(struct cli *cli, struct updater *u, const char *name, struct err *err)
{
	const struct update_options o = {.hashes = true};
	struct update_result r;
	errint rc = update_recipe(u, name, &o, &r, err);

	for (size_t i = 0; !rc && i < r.n_moves; i++)
		report_msg(cli_report(cli), REPORT_NOTE, "%s: %s: %.*s -> %.*s", name,
			   r.moves[i].what, STR_ARG(r.moves[i].from), STR_ARG(r.moves[i].to));
	return rc ? err_wrap(err, "%s", name) : 0;
}

/* What the store has is right; all else is fetched and compared with what the recipe says. */
static errint mend_hashes(struct cli *cli, const struct build_command *c, struct err *err)
{
	struct updater u CLEANUP(updater_release) = {0};
	char *project CLEANUP_FREE = NULL;
	struct session *s;
	errint rc;

	for (size_t i = 0; i < c->n_asked; i++)
		if (c->asked[i].kind != ASKED_RECIPE)
			return err_set(err, ERR_USAGE, "--update-hashes is about recipes alone");
	if (!c->n_asked || c->rev)
		return err_set(err, ERR_USAGE,
			       c->rev ? "--update-hashes and --rev: that revision stays as it is"
				      : "--update-hashes is about recipes that are named");
	rc = project_find(c->project, &project, err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = updater_open(&u, s, project, c->request.release, err);
	for (size_t i = 0; !rc && i < c->n_asked; i++)
		rc = mend_recipe(cli, &u, c->asked[i].text, err);
	return rc || c->builds.dry_run ? rc : recipe_files_write(&u.files, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct build_command *c = ctx;

	tell_briefly(cli, c);
	c->packages = true;
	bool left = true;
	errint rc = c->update_hashes ? mend_hashes(cli, c, err) : 0;
	if (!rc)
		rc = manifest_build_command(cli, c, &left, err);
	if (rc || !left)
		return rc;
	rc = build_command_run(c, cli, err);
	if (rc == ERR_NOT_FOUND && c->builds_of_manifest)
		err_hint(err, "builds of the manifest: %s", c->builds_of_manifest);
	return rc;
}

static void release(void *ctx)
{
	build_command_release(ctx);
}

const struct command command_build = {
	.name = "build",
	.summary = "build recipes of .flox/pkgs, or packages, and link the results",
	.topic = TOPIC_BUILD,
	.rows = rows,
	.size = sizeof(struct build_command),
	.run = run,
	.release = release,
};
