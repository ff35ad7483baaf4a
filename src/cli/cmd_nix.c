/* SPDX-License-Identifier: MIT
 *
 * nix: a verb a row. Here stand those that evaluate only, eval and repl; the others are in
 * nix_<verb>.c. */
#include <sys/stat.h>
#include <unistd.h>
#include "cli/command.h"
#include "cli/nix_eval.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "cli/repl.h"

struct nix_command {
	struct eval_request request;
	struct installables from;
	struct nix_eval eval;
	struct option_list operands;
	enum { PRETTY_TERMINAL, PRETTY_LINES, PRETTY_LINE } pretty;
	bool read_only;
};

static const struct option eval_rows[] = {
	OPT_TABLE(struct nix_command, from, "operands", nix_installable_rows),
	OPT_TEXT(struct nix_command, eval.apply, "--apply", "EXPR",
		 "print what this function makes of the value"),
	OPT_FLAG(struct nix_command, eval.json, "--json", "print JSON"),
	OPT_CHOICE(struct nix_command, pretty, PRETTY_LINES, NULL, "--pretty",
		   "JSON on lines, the default on a terminal"),
	OPT_CHOICE(struct nix_command, pretty, PRETTY_LINE, NULL, "--no-pretty",
		   "JSON on one line"),
	OPT_FLAG(struct nix_command, eval.raw, "--raw", "print a string's bytes alone"),
	OPT_TEXT(struct nix_command, eval.write_to, "--write-to", "PATH",
		 "write strings to files of this name"),
	OPT_FLAG(struct nix_command, read_only, "--read-only", "write nothing to the store"),
	OPT_TABLE(struct nix_command, request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	OPERAND_OPTIONAL(struct nix_command, eval.operand, "INSTALLABLE"),
	OPT_END,
};

static const struct option repl_rows[] = {
	OPT_TABLE(struct nix_command, from, "operands", nix_installable_rows),
	OPT_FLAG(struct nix_command, read_only, "--read-only", "write nothing to the store"),
	OPT_TABLE(struct nix_command, request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	OPERANDS(struct nix_command, operands, "INSTALLABLE"),
	OPT_END,
};

static void release(void *ctx)
{
	eval_request_release(&((struct nix_command *)ctx)->request);
}

static errint eval_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_command *c = ctx;
	struct session *s;
	EVALUATION(e);
	unsigned flags = EVALUATION_SET | EVALUATION_AS_NIX;
	errint rc = nix_purity(cli, &c->from, true, err);

	if (rc)
		return rc;
	c->eval.pretty = c->pretty == PRETTY_LINES ||
			 (c->pretty == PRETTY_TERMINAL && isatty(STDOUT_FILENO));
	if (c->eval.raw && c->eval.json)
		return err_set(err, ERR_USAGE, "--raw and --json are mutually exclusive");
	c->eval.umask = cli->umask;
	rc = cli_session(cli, &s, err);
	if (!rc)
		rc = evaluation_open(s, &c->request,
				     flags | (c->read_only ? EVALUATION_READ_ONLY : 0), &e, err);
	return rc ? rc : nix_eval_run(&c->eval, &e, &c->from, err);
}

static bool is_file(const char *operand)
{
	struct stat st;

	return operand[0] == '<' || (stat(operand, &st) == 0 && S_ISREG(st.st_mode));
}

static errint repl_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_command *c = ctx;
	struct eval_source source = {c->from.file ?: c->from.expr, !c->from.file};
	struct repl r CLEANUP(repl_release) = {0};
	errint rc = nix_purity(cli, &c->from, false, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < c->operands.n; i++) {
		if (source.text) {
			ARRAY_GROW(c->request.attrs, c->request.n_attrs, c->request.cap_attrs);
			c->request.attrs[c->request.n_attrs++] = c->operands.v[i];
		} else if (is_file(c->operands.v[i])) {
			repl_add_file(&r, c->operands.v[i]);
		} else {
			repl_add_flake(&r, c->operands.v[i]);
		}
	}
	rc = repl_open(&r, cli, &c->request, source,
		       EVALUATION_AS_NIX | (c->read_only ? EVALUATION_READ_ONLY : 0), err);
	return rc ? rc : repl_loop(&r, err);
}

static const struct command nix_eval = {
	.name = "eval",
	.summary = "print a value",
	.needs = NEEDS_SETTINGS,
	.rows = eval_rows,
	.size = sizeof(struct nix_command),
	.run = eval_run,
	.release = release,
};

static const struct command nix_repl = {
	.name = "repl",
	.summary = "evaluate what is typed, line by line",
	.needs = NEEDS_SETTINGS,
	.rows = repl_rows,
	.size = sizeof(struct nix_command),
	.run = repl_run,
	.release = release,
};

static const struct command *const verbs[] = {
	&nix_verb_build, &nix_verb_copy,  &nix_verb_develop,     &nix_eval,
	&nix_verb_hash,  &nix_verb_log,   &nix_verb_path_info,   &nix_repl,
	&nix_verb_shell, &nix_verb_store, &nix_verb_why_depends, NULL,
};

/* What Nix calls it, and what does it here. */
static const char *const elsewhere[] = {
	"config",     "man kiln-settings",
	"derivation", "kiln instantiate --json",
	"flake",      "",
	"fmt",        "",
	"nar",        "kiln store --dump and --restore",
	"profile",    "",
	"run",        "kiln run",
	"search",     "kiln search",
	NULL,
};

const struct command command_nix = {
	.name = "nix",
	.summary = "answer to Nix's newer commands for what exists here",
	.topic = TOPIC_FOREIGN,
	.verbs = verbs,
	.elsewhere = elsewhere,
};
