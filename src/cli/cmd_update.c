/* SPDX-License-Identifier: MIT
 *
 * kiln update: moves recipes to newer versions of what they are made from. */
#include <stdlib.h>
#include "base/process.h"
#include "base/report.h"
#include "cli/command.h"
#include "cli/option_eval.h"
#include "project/project.h"
#include "recipe/update.h"

struct update_command {
	const char *project, *release;
	struct option_list names;
	struct update_options options;
	bool all, dry_run, commit, json, failed, begun;
};

static const struct option rows[] = {
	OPT_TEXT(struct update_command, project, "--project", "DIR", "the project's folder"),
	OPT_RELEASE(struct update_command, release),
	OPT_FLAG(struct update_command, all, "--all", "every recipe of the project"),
	OPT_TEXT(struct update_command, options.to, "--to", "VERSION",
		 "take this version, tag, branch or commit"),
	OPT_FLAG(struct update_command, options.pre, "--pre", "take pre-releases, too"),
	OPT_FLAG(struct update_command, dry_run, "-n --dry-run",
		 "show what would change, and write nothing"),
	OPT_FLAG(struct update_command, commit, "--commit", "commit each recipe's change with git"),
	OPT_FLAG(struct update_command, json, "--json", "print JSON"),
	OPERANDS(struct update_command, names, "NAME"),
	OPT_END,
};

/* ---- printing ---- */

static void print_text(const char *name, const struct update_result *r, struct str diff)
{
	for (size_t i = 0; i < r->n_moves; i++) {
		const struct update_move *m = &r->moves[i];

		out_printf("%s: ", name);
		if (r->n_moves > 1)
			out_printf("%s ", m->what);
		out_str(m->from);
		if (m->moved)
			out_printf(" -> %.*s", STR_ARG(m->to));
		else if (!m->note)
			out_str(S(" is the newest"));
		if (m->note)
			out_printf(m->moved ? " (%s)" : ": %s", m->note);
		out_str(S("\n"));
	}
	for (size_t i = 0; i < r->n_notes; i++)
		out_printf("%s: %s\n", name, r->notes[i]);
	out_str(diff);
}

static void print_moves(const struct update_result *r)
{
	for (size_t i = 0; i < r->n_moves; i++) {
		const struct update_move *m = &r->moves[i];

		out_printf("%s{\"source\": ", i ? ", " : "");
		out_json(str_c(m->what));
		out_str(S(", \"from\": "));
		out_json(m->from);
		out_str(S(", \"to\": "));
		out_json(m->to);
		out_printf(", \"moved\": %s, \"note\": ", m->moved ? "true" : "false");
		out_json_or_null(str_c(m->note));
		out_str(S("}"));
	}
}

static void print_json(struct update_command *c, const char *name, const struct update_result *r,
		       struct str diff, const struct err *failure)
{
	out_printf("%s\n  {\"recipe\": ", c->begun ? "," : "");
	c->begun = true;
	out_json(str_c(name));
	out_str(S(", \"sources\": ["));
	if (!failure->code)
		print_moves(r);
	out_str(S("], \"notes\": ["));
	for (size_t i = 0; !failure->code && i < r->n_notes; i++) {
		out_str(i ? S(", ") : S(""));
		out_json(str_c(r->notes[i]));
	}
	out_str(S("], \"diff\": "));
	out_json_or_null(diff);
	out_str(S(", \"error\": "));
	out_json_or_null(str_c(failure->msg));
	out_str(S("}"));
}

/* ---- one recipe ---- */

static errint git_commit(const struct updater *u, const char *name, const struct update_result *r,
			 const char *const *paths, size_t n, struct err *err)
{
	const char **argv CLEANUP_FREE = xcalloc(n + 9, sizeof(*argv));
	const char *start[] = {"git", "-C", u->files.project, "commit", "-q", "-m", NULL, "--"};
	BUF(subject, LIMIT_ERR_TEXT);
	BUF(out, LIMIT_TOOL_OUTPUT);

	buf_printf(&subject, "%s:", name);
	for (size_t i = 0, k = 0; i < r->n_moves; i++)
		if (r->moves[i].moved)
			buf_printf(&subject, "%s %.*s -> %.*s", k++ ? "," : "",
				   STR_ARG(r->moves[i].from), STR_ARG(r->moves[i].to));
	memcpy(argv, start, sizeof(start));
	argv[6] = buf_z(&subject);
	memcpy(argv + ARRAY_LEN(start), paths, n * sizeof(*paths));
	if (!process_capture(argv, &out, NULL, err))
		return 0;
	err_wrap(err, "committing it");
	return err_hint(err, "its files are written: commit them by hand, or take them back with "
			     "git checkout");
}

static errint write_and_commit(const struct update_command *c, struct updater *u, const char *name,
			       const struct update_result *r, struct err *err)
{
	const char **paths CLEANUP_FREE = xcalloc(u->files.n + 1, sizeof(*paths));
	size_t n = 0;

	if (c->dry_run || !c->commit || r->state != UPDATE_MOVED)
		return 0;
	for (size_t i = 0; i < u->files.n; i++)
		if (!str_eq(u->files.v[i].old, u->files.v[i].text))
			paths[n++] = arena_strz(&u->a, u->files.v[i].path);
	errint rc = recipe_files_write(&u->files, err);
	return rc ? rc : git_commit(u, name, r, paths, n, err);
}

/* A recipe that fails is told of, and the others go on. */
static errint update_one(struct cli *cli, struct update_command *c, struct updater *u,
			 const char *name, bool alone, struct err *err)
{
	BUF(diff, LIMIT_NIX_SOURCE);
	struct update_result r;
	ERR(failure);
	errint rc = update_recipe(u, name, &c->options, &r, &failure);

	if (!rc && r.state == UPDATE_MOVED)
		recipe_files_diff(&u->files, &r.before, &diff);
	if (!rc)
		rc = write_and_commit(c, u, name, &r, &failure);
	if (rc == ERR_INTERRUPTED || (rc && alone && !c->json))
		return err_move(err, &failure);
	if (!c->json && !rc)
		print_text(name, &r, buf_str(&diff));
	if (!c->json && !rc && alone && r.state == UPDATE_NOTHING)
		report_msg(cli_report(cli), REPORT_NOTE,
			   "recipe '%s' has no source of its own that stands in the project", name);
	if (c->json)
		print_json(c, name, &r, buf_str(&diff), &failure);
	if (rc) {
		err_wrap(&failure, "%s", name);
		report_err(cli_report(cli), &failure);
		c->failed = true;
	}
	return 0;
}

static errint check_line(struct update_command *c, struct err *err)
{
	if (c->all && c->names.n)
		return err_set(err, ERR_USAGE, "names beside --all, which is every recipe");
	if (!c->all && !c->names.n) {
		err_set(err, ERR_USAGE, "which recipe is to move?");
		return err_hint(err, "kiln update NAME, or kiln update --all; --dry-run shows what "
				     "would change");
	}
	if (c->options.to && (c->all || c->names.n > 1))
		return err_set(err, ERR_USAGE, "--to is about one recipe");
	if (c->commit && c->dry_run)
		return err_set(err, ERR_USAGE, "--commit and --dry-run: one of the two");
	c->options.all = c->all;
	return 0;
}

static errint update_all(struct cli *cli, struct update_command *c, struct updater *u,
			 struct err *err)
{
	size_t n = c->all ? u->list.n : c->names.n;
	const char **names = ARENA_ARRAY(&cli->a, const char *, n + 1);
	errint rc = 0;

	for (size_t i = 0; i < n; i++)
		names[i] = c->all ? arena_strz(&cli->a, u->list.v[i].name) : c->names.v[i];
	if (c->all)
		updater_ask(u);
	if (c->json)
		out_str(S("["));
	for (size_t i = 0; !rc && i < n; i++)
		rc = update_one(cli, c, u, names[i], n == 1, err);
	if (c->json)
		out_str(S("\n]\n"));
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct update_command *c = ctx;
	struct updater u CLEANUP(updater_release) = {0};
	char *project CLEANUP_FREE = NULL;
	struct session *s;
	errint rc = check_line(c, err);

	if (!rc)
		rc = project_find(c->project, &project, err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = updater_open(&u, s, project, c->release, err);
	if (!rc)
		rc = update_all(cli, c, &u, err);
	/* What went well is kept, all of it or nothing. */
	if (!rc && !c->dry_run)
		rc = recipe_files_write(&u.files, err);
	if (c->failed)
		cli->status = 1;
	return rc;
}

const struct command command_update = {
	.name = "update",
	.summary = "move recipes to newer versions, with their hashes",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct update_command),
	.run = run,
};
