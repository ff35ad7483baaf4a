/* SPDX-License-Identifier: MIT
 *
 * kiln release status: a table of tracks and kept versions. */
#include "base/report.h"
#include "cli/release_verbs.h"
#include "release/status.h"

enum { COLUMNS = 7, SHORT = 12 };

struct status_line {
	const char *cell[COLUMNS];
};

static const char *text(struct arena *a, struct str s, size_t n)
{
	return arena_strz(a, str_sub(s, 0, n ? n : s.n));
}

/* "+2 -1", "=" for none of either, "" where it is not known. */
static const char *apart(struct arena *a, struct str ahead, struct str behind)
{
	bool some = !str_eqz(ahead, "0"), more = !str_eqz(behind, "0");

	if (!ahead.n)
		return "";
	if (!some && !more)
		return "=";
	return arena_printf(a, "%s%.*s%s%s%.*s", some ? "+" : "", some ? (int)ahead.n : 0, ahead.p,
			    some && more ? " " : "", more ? "-" : "", more ? (int)behind.n : 0,
			    behind.p);
}

static const char *version(struct arena *a, const struct release_status_row *r)
{
	struct str v = r->v[STATUS_version], build = r->v[STATUS_build];

	if (!v.n)
		return r->v[STATUS_commit].n ? "?" : "";
	return build.n && !str_eqz(build, "1")
		       ? arena_printf(a, "%.*s build %.*s", STR_ARG(v), STR_ARG(build))
		       : text(a, v, 0);
}

static const char *gates(struct arena *a, const struct release_status_row *r)
{
	struct str passed = r->v[STATUS_passed], missing = r->v[STATUS_missing];

	if (!missing.n)
		return text(a, passed, 0);
	return arena_printf(a, "%.*s%smissing: %.*s", STR_ARG(passed), passed.n ? "; " : "",
			    STR_ARG(missing));
}

static void fill(struct arena *a, const struct release *release, const struct release_status_row *r,
		 struct status_line *out)
{
	bool track = str_eqz(r->v[STATUS_kind], "track");
	bool there = r->v[STATUS_remote].n;

	*out = (struct status_line){{
		text(a, r->v[STATUS_name], 0),
		r->v[STATUS_commit].n ? text(a, r->v[STATUS_commit], SHORT) : "none",
		version(a, r),
		apart(a, r->v[STATUS_ahead], r->v[STATUS_behind]),
		!track || !release_remote(release) ? ""
		: there ? apart(a, r->v[STATUS_remoteAhead], r->v[STATUS_remoteBehind])
			: "none",
		text(a, r->v[STATUS_closure], 0),
		gates(a, r),
	}};
}

static void print_table(struct cli *cli, const struct release *release,
			const struct release_status *s)
{
	struct status_line *v = ARENA_ARRAY(&cli->a, struct status_line, s->n + 1);
	size_t width[COLUMNS] = {0};

	v[0] = (struct status_line){
		{"TRACK", "COMMIT", "VERSION", "NEXT", "REMOTE", "CLOSURE", "GATES"}};
	for (size_t i = 0; i < s->n; i++)
		fill(&cli->a, release, &s->v[i], &v[i + 1]);
	for (size_t c = 0; c < COLUMNS; c++) {
		/* A column of nothing is none. */
		for (size_t i = 1; i <= s->n; i++)
			width[c] = MAX(width[c], strlen(v[i].cell[c]));
		if (width[c])
			width[c] = MAX(width[c], strlen(v[0].cell[c]));
	}
	for (size_t i = 0; i <= s->n; i++) {
		BUF(line, LIMIT_PATH_TEXT);

		for (size_t c = 0; c < COLUMNS; c++)
			if (width[c])
				buf_printf(&line, "%-*s  ", (int)width[c], v[i].cell[c]);
		struct str whole = buf_str(&line);
		while (whole.n && whole.p[whole.n - 1] == ' ')
			whole.n--;
		out_printf("%.*s\n", STR_ARG(whole));
	}
}

static void print_json(const struct release_status *s)
{
	static const struct {
		const char *name;
		bool number;
	} fields[] = {
#define X(name, number) {#name, number},
		RELEASE_STATUS_FIELDS(X)
#undef X
	};

	out_str(S("["));
	for (size_t i = 0; i < s->n; i++) {
		out_str(i ? S(",\n {") : S("\n {"));
		for (size_t k = 0; k < STATUS_FIELDS; k++) {
			struct str v = s->v[i].v[k];

			out_printf("%s\"%s\": ", k ? ", " : "", fields[k].name);
			if (fields[k].number && v.n)
				out_str(v);
			else
				out_json_or_null(v);
		}
		out_str(S("}"));
	}
	out_str(S("\n]\n"));
}

static errint status(struct cli *cli, void *ctx, struct err *err)
{
	const struct release_command *c = ctx;
	struct release r CLEANUP(release_cleanup) = {.lock = -1};
	struct release_status s CLEANUP(release_status_release) = {0};
	errint rc = release_command_open(cli, c, &r, err);

	if (!rc)
		rc = release_status(&r, &s, err);
	if (rc)
		return rc;
	if (release_is_interrupted(&r))
		report_msg(cli_report(cli), REPORT_WARN,
			   "a move was interrupted; the next kiln release that moves ends it");
	c->json ? print_json(&s) : print_table(cli, &r, &s);
	return 0;
}

static const struct option rows[] = {RELEASE_ROWS, OPT_END};

const struct command release_verb_status = {
	.name = "status",
	.summary = "tell where all tracks and kept versions are",
	.needs = NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct release_command),
	.run = status,
	.manual = "kiln-release",
};
