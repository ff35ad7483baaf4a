/* SPDX-License-Identifier: MIT
 *
 * kiln release init: shows what a repository lacks to have tracks, and makes it. */
#include "cli/release_verbs.h"
#include "release/init.h"

static errint init(struct cli *cli, void *ctx, struct err *err)
{
	struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	struct release_plan plan CLEANUP(release_plan_release) = {.what = "init --yes"};
	BUF(toml, LIMIT_SMALL_FILE);
	bool ended;
	errint rc = release_command_open(cli, c, &r, err);

	c->dry_run = !c->yes;
	if (!rc)
		rc = release_command_begin(cli, c, &r, plan.what, &ended, err);
	/* What was ended may have been the half of it: the rest is looked for all the same. */
	if (!rc && ended)
		rc = release_ask_remote(&r, err);
	if (!rc)
		rc = release_init(&r, &plan, &toml, err);
	if (!rc && c->yes)
		rc = release_init_write(&r, buf_str(&toml), err);
	if (!rc)
		rc = release_command_finish(cli, c, &plan, "all tracks are there", err);
	if (rc || c->json)
		return rc;
	if (toml.n)
		out_printf("%s '%s/.flox/kiln.toml'\n",
			   c->yes ? "wrote [release] to" : "[release] goes to", r.config.project);
	if (!c->yes && (plan.n || toml.n))
		out_str(S("nothing is changed yet: kiln release init --yes\n"));
	else if (toml.n)
		out_str(S("commit it\n"));
	return 0;
}

static const struct option rows[] = {
	OPT_FLAG(struct release_command, yes, "--yes", "do what is printed without it"),
	RELEASE_ROWS,
	OPT_END,
};

const struct command release_verb_init = {
	.name = "init",
	.summary = "make the tracks of a repository that are missing",
	.needs = NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct release_command),
	.run = init,
	.manual = "kiln-release",
};
