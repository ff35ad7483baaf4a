/* SPDX-License-Identifier: MIT
 *
 * kiln release protect, verify-push and ci: what servers and services are given. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "cli/release_verbs.h"
#include "release/ci.h"
#include "release/protect.h"
#include "release/push_check.h"

struct protect_command {
	struct release_command r; /* first: its rows are used as they are */
	const char *what, *output, *repo, *prefix;
	struct ci_options ci;
	bool rollback, force, print;
};

/* ---- protect ---- */

static const struct option protect_rows[] = {
	OPT_TEXT(struct release_command, project, "--project", "DIR", "the project's folder"),
	OPT_TEXT(struct protect_command, output, "-o --output", "FILE",
		 "write it there, instead of printing it"),
	OPERAND(struct protect_command, what, "hook|github|gitlab"),
	OPT_END,
};

static errint protect(struct cli *cli, void *ctx, struct err *err)
{
	static const struct {
		const char *name;
		errint (*make)(const struct release *r, struct arena *a, struct buf *out,
			       struct err *err);
		mode_t mode;
	} kinds[] = {
		{"hook", protect_hook, 0755},
		{"github", protect_github, 0644},
		{"gitlab", protect_gitlab, 0644},
	};
	struct protect_command *c = ctx;
	struct release r CLEANUP(release_close) = {.lock = -1};
	BUF(text, LIMIT_SMALL_FILE);
	size_t i = 0;

	while (i < ARRAY_LEN(kinds) && strcmp(kinds[i].name, c->what) != 0)
		i++;
	if (i == ARRAY_LEN(kinds)) {
		err_set(err, ERR_USAGE, "'%s' is nothing that protects", c->what);
		return err_hint(err, "one of: hook github gitlab");
	}
	errint rc = release_command_open(cli, &c->r, &r, err);
	if (!rc)
		rc = kinds[i].make(&r, &cli->a, &text, err);
	if (!rc && c->output)
		return file_write(AT_FDCWD, c->output, buf_str(&text), kinds[i].mode, 0, err);
	if (!rc)
		out_str(buf_str(&text));
	return rc;
}

const struct command release_verb_protect = {
	.name = "protect",
	.summary = "what keeps tracks and tags as they are: a hook, or a forge's rules",
	.needs = NEEDS_SETTINGS,
	.rows = protect_rows,
	.size = sizeof(struct protect_command),
	.run = protect,
};

/* ---- verify-push ---- */

static const struct option verify_push_rows[] = {
	OPT_TEXT(struct protect_command, repo, "--repo", "DIR", "the git folder (.)"),
	OPT_TEXT(struct protect_command, prefix, "--prefix", "DIR",
		 "the project's folder within the repository"),
	OPT_FLAG(struct protect_command, rollback, "--allow-rollback",
		 "a track may go back to a commit that leads to where it is"),
	OPT_END,
};

static errint verify_push(struct cli *cli, void *ctx, struct err *err)
{
	struct protect_command *c = ctx;
	struct push_rules rules = {.repo = c->repo, .rollback = c->rollback, .prefix = S("")};
	BUF(text, LIMIT_SMALL_FILE);
	struct push_line *lines;
	struct push_refusal *bad;
	size_t n, n_bad;
	errint rc = fd_read_all(STDIN_FILENO, &text, err);

	if (c->prefix && *c->prefix)
		rules.prefix = str_c(arena_printf(
			&cli->a, "%.*s/", STR_ARG(str_drop_suffix(str_c(c->prefix), S("/")))));
	if (!rc)
		rc = push_parse(buf_str(&text), &cli->a, &lines, &n, err);
	if (!rc)
		rc = push_check(&rules, lines, n, &cli->a, &bad, &n_bad, err);
	if (rc || !n_bad)
		return rc;
	rc = err_set(err, ERR_DENIED, "%.*s: %.*s", STR_ARG(bad[0].ref), STR_ARG(bad[0].why));
	for (size_t i = 1; i < n_bad; i++)
		err_detail(err, "%.*s: %.*s", STR_ARG(bad[i].ref), STR_ARG(bad[i].why));
	return rc;
}

static const struct protect_command verify_push_defaults = {.repo = "."};

const struct command release_verb_verify_push = {
	.name = "verify-push",
	.summary = "for a pre-receive hook: tell whether a push may go in",
	.rows = verify_push_rows,
	.size = sizeof(struct protect_command),
	.defaults = &verify_push_defaults,
	.run = verify_push,
};

/* ---- ci ---- */

static const struct option ci_rows[] = {
	OPT_TEXT(struct release_command, project, "--project", "DIR", "the project's folder"),
	OPT_FLAG(struct protect_command, print, "-n --dry-run", "print the files, and write none"),
	OPT_FLAG(struct protect_command, force, "--force", "replace files that are others"),
	OPT_TEXT(struct protect_command, ci.runs_on, "--runs-on", "LABEL",
		 "the machines that have kiln (self-hosted)"),
	OPT_TEXT(struct protect_command, ci.container, "--container", "IMAGE",
		 "an image that has kiln"),
	OPERAND(struct protect_command, what, "github|script"),
	OPT_END,
};

/* What a person changed is not lost. */
static errint check_there(const struct protect_command *c, const char *path, struct str text,
			  bool *same, struct err *err)
{
	BUF(there, LIMIT_SMALL_FILE);
	ERR(absent);

	*same = false;
	if (file_read(AT_FDCWD, path, &there, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	*same = str_eq(buf_str(&there), text);
	if (*same || c->force)
		return 0;
	err_set(err, ERR_EXISTS, "'%s' is there already, and is another one", path);
	return err_hint(err, "--force replaces it; --dry-run prints what would be written");
}

static errint write_all(struct cli *cli, const struct protect_command *c, const struct release *r,
			const struct ci_file *v, size_t n, struct err *err)
{
	bool *same = ARENA_ARRAY(&cli->a, bool, n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = check_there(c, arena_printf(&cli->a, "%s/%s", r->place.top, v[i].path),
				 v[i].text, &same[i], err);
	for (size_t i = 0; !rc && i < n; i++) {
		const char *path = arena_printf(&cli->a, "%s/%s", r->place.top, v[i].path);

		if (same[i])
			continue;
		rc = mkdir_p(AT_FDCWD, arena_strz(&cli->a, path_dir(str_c(path))), 0755, err);
		if (!rc)
			rc = file_write(AT_FDCWD, path, v[i].text, v[i].program ? 0755 : 0644, 0,
					err);
		if (!rc)
			out_printf("%s\n", path);
	}
	return rc;
}

static errint ci(struct cli *cli, void *ctx, struct err *err)
{
	struct protect_command *c = ctx;
	struct release r CLEANUP(release_close) = {.lock = -1};
	bool github = strcmp(c->what, "github") == 0;
	struct ci_file *v;
	size_t n;

	if (!github && strcmp(c->what, "script") != 0) {
		err_set(err, ERR_USAGE, "for '%s' there are no files", c->what);
		return err_hint(err, "github, or script for any other: it is plain sh");
	}
	if (!github && (c->ci.container || c->ci.runs_on))
		return err_set(err, ERR_USAGE,
			       "a script runs wherever it is called: '--runs-on' and "
			       "'--container' are for github");
	if (!c->ci.runs_on)
		c->ci.runs_on = c->ci.container ? "ubuntu-latest" : "self-hosted";
	errint rc = release_command_open(cli, &c->r, &r, err);
	if (!rc)
		rc = github ? ci_github(&r, &c->ci, &cli->a, &v, &n, err)
			    : ci_script(&r, &cli->a, &v, &n, err);
	if (rc || !c->print)
		return rc ? rc : write_all(cli, c, &r, v, n, err);
	for (size_t i = 0; i < n; i++)
		out_printf("# ---- %s\n%.*s", v[i].path, STR_ARG(v[i].text));
	return 0;
}

const struct command release_verb_ci = {
	.name = "ci",
	.summary = "write the files of a CI service, which call kiln",
	.needs = NEEDS_SETTINGS,
	.rows = ci_rows,
	.size = sizeof(struct protect_command),
	.run = ci,
};
