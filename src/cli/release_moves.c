/* SPDX-License-Identifier: MIT
 *
 * kiln release promote, rotate, rollback, archive: the verbs that move tracks. */
#include "cli/release_verbs.h"

/* One verb's work, once the release is open: which command it is, and its plan. */
struct release_work {
	struct cli *cli;
	const struct release_command *c;
	struct release *r;
	const struct track *track;
	struct release_plan plan;
};

static void work_release(struct release_work *w)
{
	release_plan_release(&w->plan);
	release_close(w->r);
}

static errint do_plan(struct release_work *w, const char *what,
		      errint (*plan)(struct release_work *w, struct err *err), const char *nothing,
		      struct err *err)
{
	bool ended;
	errint rc = release_command_begin(w->cli, w->c, w->r, what, &ended, err);

	if (rc || ended)
		return rc;
	w->plan = (struct release_plan){.r = w->r, .what = what};
	rc = plan(w, err);
	return rc ? rc : release_command_finish(w->cli, w->c, &w->plan, nothing, err);
}

/* ---- promote ---- */

static errint plan_promote(struct release_work *w, struct err *err)
{
	return release_promote(w->r, w->track, &w->plan, err);
}

static errint promote(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r = {.lock = -1};
	struct release_work w CLEANUP(work_release) = {.cli = cli, .c = c, .r = &r};
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = release_command_track(&r, c->track, &w.track, err);
	if (rc)
		return rc;
	const struct track *next = track_next(&r.config, w.track);
	return do_plan(&w, arena_printf(&r.a, "promote %.*s", STR_ARG(w.track->name)), plan_promote,
		       arena_printf(&r.a, "%s has it already", next ? track_branch(next) : ""),
		       err);
}

static const struct option promote_rows[] = {
	RELEASE_ROWS_MOVES,
	OPERAND_OPTIONAL(struct release_command, track, "TRACK"),
	OPT_END,
};

const struct command release_verb_promote = {
	.name = "promote",
	.summary = "move a track's commit into the next track",
	.needs = NEEDS_SETTINGS,
	.rows = promote_rows,
	.size = sizeof(struct release_command),
	.run = promote,
	.manual = "kiln-release",
};

/* ---- rotate ---- */

static errint plan_rotate(struct release_work *w, struct err *err)
{
	return release_rotate(w->r, w->c->version, &w->plan, err);
}

static errint rotate(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r = {.lock = -1};
	struct release_work w CLEANUP(work_release) = {.cli = cli, .c = c, .r = &r};
	struct track_rotation who;
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = track_rotation(&r.config, &who, err);
	if (rc)
		return rc;
	return do_plan(&w, c->version ? arena_printf(&r.a, "rotate %s", c->version) : "rotate",
		       plan_rotate,
		       arena_printf(&r.a, "%s has it already", track_branch(who.stable)), err);
}

static const struct option rotate_rows[] = {
	RELEASE_ROWS_MOVES,
	OPERAND_OPTIONAL(struct release_command, version, "VERSION"),
	OPT_END,
};

const struct command release_verb_rotate = {
	.name = "rotate",
	.summary = "keep what the last track has under its tag, and move the next release into it",
	.needs = NEEDS_SETTINGS,
	.rows = rotate_rows,
	.size = sizeof(struct release_command),
	.run = rotate,
	.manual = "kiln-release",
};

/* ---- rollback ---- */

static errint plan_rollback(struct release_work *w, struct err *err)
{
	return release_rollback(w->r, w->track, w->c->to, &w->plan, err);
}

static errint rollback(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r = {.lock = -1};
	struct release_work w CLEANUP(work_release) = {.cli = cli, .c = c, .r = &r};
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = release_command_track(&r, c->track, &w.track, err);
	if (rc)
		return rc;
	return do_plan(&w,
		       arena_printf(&r.a, "rollback %.*s%s%s", STR_ARG(w.track->name),
				    c->to ? " --to " : "", c->to ? c->to : ""),
		       plan_rollback,
		       arena_printf(&r.a, "%s is there already", track_branch(w.track)), err);
}

static const struct option rollback_rows[] = {
	RELEASE_ROWS_MOVES,
	OPT_TEXT(struct release_command, to, "--to", "COMMIT",
		 "where to, when not to what it was before its last move"),
	OPERAND_OPTIONAL(struct release_command, track, "TRACK"),
	OPT_END,
};

const struct command release_verb_rollback = {
	.name = "rollback",
	.summary = "move a track back to what it was",
	.needs = NEEDS_SETTINGS,
	.rows = rollback_rows,
	.size = sizeof(struct release_command),
	.run = rollback,
	.manual = "kiln-release",
};

/* ---- archive ---- */

static errint plan_archive(struct release_work *w, struct err *err)
{
	return release_archive(w->r, w->track, &w->plan, err);
}

static errint archive(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r = {.lock = -1};
	struct release_work w CLEANUP(work_release) = {.cli = cli, .c = c, .r = &r};
	struct track_rotation who;
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = track_rotation(&r.config, &who, err);
	w.track = who.stable;
	if (!rc && c->track)
		rc = track_get(&r.config, c->track, &w.track, err);
	if (rc)
		return rc;
	return do_plan(&w, arena_printf(&r.a, "archive %.*s", STR_ARG(w.track->name)), plan_archive,
		       "it is kept already", err);
}

static const struct option archive_rows[] = {
	RELEASE_ROWS_MOVES,
	OPERAND_OPTIONAL(struct release_command, track, "TRACK"),
	OPT_END,
};

const struct command release_verb_archive = {
	.name = "archive",
	.summary = "keep what a track has under its version",
	.needs = NEEDS_SETTINGS,
	.rows = archive_rows,
	.size = sizeof(struct release_command),
	.run = archive,
	.manual = "kiln-release",
};
