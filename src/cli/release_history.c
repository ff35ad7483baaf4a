/* SPDX-License-Identifier: MIT
 *
 * kiln release history and diff. */
#include <time.h>

#include "cli/release_verbs.h"
#include "release/history.h"

/* ---- history ---- */

static const char *date(struct arena *a, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	char text[40];

	if (!gmtime_r(&t, &tm) || !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return "?";
	return arena_printf(a, "%s", text);
}

static void print_event(struct cli *cli, const struct release_event *e)
{
	out_printf("%s  %.*s  %s", date(&cli->a, e->when), STR_ARG(e->name), e->version);
	if (*e->was)
		out_printf("  %.12s -> %.12s", e->was, e->commit);
	else
		out_printf("  at %.12s", e->commit);
	out_printf("  %.*s, %.*s\n", STR_ARG(e->what), STR_ARG(e->who));
}

static void json_text(const char *key, struct str s)
{
	out_printf("\"%s\": ", key);
	out_json_or_null(s);
}

static void json_event(struct cli *cli, const struct release_event *e)
{
	out_str(S("{"));
	json_text("when", str_c(date(&cli->a, e->when)));
	out_str(S(", "));
	json_text("name", e->name);
	out_str(S(", "));
	json_text("what", e->what);
	out_str(S(", "));
	json_text("who", e->who);
	out_str(S(", "));
	json_text("version", str_c(e->version));
	out_str(S(", "));
	json_text("was", str_c(e->was));
	out_str(S(", "));
	json_text("commit", str_c(e->commit));
	out_str(S("}"));
}

static errint history(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	struct release_history h CLEANUP(release_history_release) = {0};
	const struct track *only = NULL;
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc && c->track)
		rc = track_get(&r.config, c->track, &only, err);
	if (!rc)
		rc = release_history(&r, only, c->limit, &h, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < h.n; i++) {
		if (c->json) {
			out_str(i ? S(",\n ") : S("[\n "));
			json_event(cli, &h.v[i]);
		} else {
			print_event(cli, &h.v[i]);
		}
	}
	if (c->json)
		out_str(h.n ? S("\n]\n") : S("[]\n"));
	return 0;
}

static const struct option history_rows[] = {
	OPT_NUMBER(struct release_command, limit, "-n --number", "N", "the last N alone"),
	RELEASE_ROWS,
	OPERAND_OPTIONAL(struct release_command, track, "TRACK"),
	OPT_END,
};

const struct command release_verb_history = {
	.name = "history",
	.summary = "tell when tracks were moved and versions kept",
	.needs = NEEDS_SETTINGS,
	.rows = history_rows,
	.size = sizeof(struct release_command),
	.run = history,
	.manual = "kiln-release",
};

/* ---- diff ---- */

static void print_side(const struct release_side *s, char mark)
{
	for (size_t i = 0; i < s->n; i++) {
		struct str id = s->commits[i], summary = S("");

		str_cut(s->commits[i], '\t', &id, &summary);
		out_printf("%c %.12s %.*s\n", mark, id.p, STR_ARG(summary));
	}
}

static void json_side(struct cli *cli, const char *key, const struct release_side *s)
{
	out_printf("\"%s\": {", key);
	json_text("name", str_c(s->name));
	out_str(S(", "));
	json_text("commit", str_c(s->commit));
	out_str(S(", "));
	json_text("version", s->version.version);
	out_printf(", \"build\": %llu, \"commits\": [", (unsigned long long)s->version.build);
	for (size_t i = 0; i < s->n; i++) {
		struct str id = s->commits[i], summary = S("");

		str_cut(s->commits[i], '\t', &id, &summary);
		out_str(i ? S(",\n  {") : S("\n  {"));
		json_text("commit", id);
		out_str(S(", "));
		json_text("summary", summary);
		out_str(S("}"));
	}
	out_str(S("]}"));
}

static void print_json(struct cli *cli, const struct release_diff *d)
{
	out_str(S("{"));
	json_side(cli, "from", &d->from);
	out_str(S(",\n"));
	json_side(cli, "to", &d->to);
	out_str(S(",\n\"files\": ["));
	for (size_t i = 0; i < d->n_files; i++) {
		out_str(i ? S(",\n  {") : S("\n  {"));
		json_text("change", str_sub(d->files[i], 0, 1));
		out_str(S(", "));
		json_text("path", str_skip(d->files[i], 2));
		out_str(S("}"));
	}
	out_str(S("]}\n"));
}

static errint diff(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	struct release_diff d;
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = release_diff(&r, c->track, c->other, &d, err);
	if (rc)
		return rc;
	cli->status = strcmp(d.from.commit, d.to.commit) != 0;
	if (c->json) {
		print_json(cli, &d);
		return 0;
	}
	out_printf("%s %s (%.12s) -> %s %s (%.12s)\n", d.from.name,
		   release_version_text(&d.from.version, &r.a), d.from.commit, d.to.name,
		   release_version_text(&d.to.version, &r.a), d.to.commit);
	print_side(&d.from, '-');
	print_side(&d.to, '+');
	for (size_t i = 0; i < d.n_files; i++)
		out_printf("%.*s\n", STR_ARG(d.files[i]));
	return 0;
}

static const struct option diff_rows[] = {
	RELEASE_ROWS,
	OPERAND(struct release_command, track, "FROM"),
	OPERAND(struct release_command, other, "TO"),
	OPT_END,
};

const struct command release_verb_diff = {
	.name = "diff",
	.summary = "tell how two tracks differ: versions, commits, files",
	.needs = NEEDS_SETTINGS,
	.rows = diff_rows,
	.size = sizeof(struct release_command),
	.run = diff,
	.manual = "kiln-release",
};
