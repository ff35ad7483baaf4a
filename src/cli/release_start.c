/* SPDX-License-Identifier: MIT
 *
 * kiln release start: a new version on the first track. */
#include "base/report.h"
#include "cli/release_verbs.h"
#include "recipe/update.h"
#include "release/start.h"

struct start_update {
	struct cli *cli;
	const struct release *r;
};

/* Of "comfyui.version" the recipe is comfyui. */
static errint update(void *ctx, const char *version, struct err *err)
{
	const struct start_update *w = ctx;
	struct updater u CLEANUP(updater_release) = {0};
	struct update_options o = {.to = version};
	struct update_result result;
	struct str name = str_c(w->r->config.version), rest;
	struct session *s;
	errint rc = cli_session(w->cli, &s, err);

	str_cut(name, '.', &name, &rest);
	const char *recipe = arena_strz(&w->cli->a, name);
	if (!rc)
		rc = updater_open(&u, s, w->r->config.project, NULL, err);
	if (!rc)
		rc = update_recipe(&u, recipe, &o, &result, err);
	if (!rc && result.state != UPDATE_MOVED)
		rc = err_set(err, ERR_NOT_FOUND, "it has no source that could");
	if (!rc)
		rc = recipe_files_write(&u.files, err);
	if (rc) {
		err_wrap(err,
			 "versions.nix has no release '%s', and recipe '%s' does not move to it",
			 version, recipe);
		return err_hint(
			err, "add releases.\"%s\" to versions.nix, or try kiln update %s --to %s",
			version, recipe, version);
	}
	for (size_t i = 0; i < result.n_notes; i++)
		report_msg(cli_report(w->cli), REPORT_WARN, "%s", result.notes[i]);
	return 0;
}

static errint start(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	struct release_plan plan CLEANUP(release_plan_release) = {0};
	struct start_update w = {.cli = cli, .r = &r};
	struct release_start s = {
		.version = c->version, .dry_run = c->dry_run, .update = update, .ctx = &w};
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
