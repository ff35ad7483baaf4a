/* SPDX-License-Identifier: MIT
 *
 * kiln release start: a new version on the first track. */
#include "cli/release_verbs.h"
#include "release/start.h"

static errint start(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	struct release_plan plan CLEANUP(release_plan_release) = {0};
	struct release_start s = {.version = c->version, .dry_run = c->dry_run};
	const struct track *track;
	bool ended, changed;
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = release_first_track(&r, &track, err);
	if (rc)
		return rc;
	plan.what = arena_printf(&r.a, "start %s", c->version);
	rc = release_command_begin(cli, c, &r, plan.what, &ended, err);
	if (rc || ended)
		return rc;
	rc = release_start(&r, &s, &plan, &changed, err);
	if (rc)
		return rc;
	const char *nothing = changed      ? "it is committed on %s"
			      : c->dry_run ? "%s would have it"
					   : "%s has it already";
	rc = release_command_finish(cli, c, &plan, arena_printf(&r.a, nothing, track_branch(track)),
				    err);
	return rc && changed ? err_hint(err, "it is committed here; git push takes it there") : rc;
}

static const struct option rows[] = {
	RELEASE_ROWS_MOVES,
	OPERAND(struct release_command, version, "VERSION"),
	OPT_END,
};

const struct command release_verb_start = {
	.name = "start",
	.summary = "put a new version on the first track",
	.needs = NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct release_command),
	.run = start,
	.manual = "kiln-release",
};
