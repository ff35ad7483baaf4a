/* SPDX-License-Identifier: MIT
 *
 * nix log, nix why-depends: what was said of a build, and who needs whom. */
#include <unistd.h>
#include "base/report.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "cli/why_print.h"
#include "store/store.h"

/* ---- log ---- */

struct nix_log_command {
	struct nix_operands operands;
};

static const struct option log_rows[] = {
	NIX_OPERAND_ROWS(struct nix_log_command, operands),
	OPT_END,
};

static errint print_log(struct cli *cli, const struct nix_found *f, struct err *err)
{
	BUF(log, LIMIT_TOOL_OUTPUT);
	struct path_info info;
	struct str drv = f->drv;

	if (!drv.n) {
		errint rc = store_query(cli->store, &cli->a, f->path, &info, err);
		if (rc)
			return rc;
		drv = info.deriver;
	}
	errint rc = drv.n ? build_log_read(cli->store, drv, &log, err) : ERR_NOT_FOUND;
	if (rc == ERR_NOT_FOUND)
		return err_set(err, ERR_NOT_FOUND, "build log of '%.*s' is not available",
			       STR_ARG(f->drv.n ? f->drv : f->path));
	if (!rc)
		out_str(buf_str(&log));
	return rc;
}

static errint log_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_log_command *c = ctx;
	struct nix_found *found;
	size_t n = 0;
	errint rc = nix_find(cli, &c->operands, &found, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		rc = print_log(cli, &found[i], err);
	return rc;
}

const struct command nix_verb_log = {
	.name = "log",
	.summary = "print the log of the last build",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = log_rows,
	.size = sizeof(struct nix_log_command),
	.run = log_run,
	.release = nix_operands_release,
};

/* ---- why-depends ---- */

struct nix_why_command {
	struct nix_operands operands;
	bool all, precise, derivation;
};

static const struct option why_rows[] = {
	OPT_FLAG(struct nix_why_command, all, "-a --all", "every way, not only the shortest"),
	OPT_FLAG(struct nix_why_command, precise, "--precise",
		 "the files that hold the references"),
	OPT_FLAG(struct nix_why_command, derivation, "--derivation",
		 "derivations instead of their outputs"),
	NIX_OPERAND_ROWS(struct nix_why_command, operands),
	OPT_END,
};

static errint subject(struct cli *cli, const struct nix_why_command *c, const struct nix_found *f,
		      struct str *out, struct err *err)
{
	struct str *paths;
	bool valid;
	errint rc;

	*out = f->drv;
	if (!c->derivation || !f->drv.n) {
		rc = nix_found_paths(cli, f, &paths, err);
		if (rc)
			return rc;
		*out = paths[0];
	}
	rc = store_is_valid(cli->store, *out, &valid, err);
	if (!rc && !valid)
		rc = store_not_valid(*out, err);
	return rc;
}

static errint why_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_why_command *c = ctx;
	struct nix_found *found;
	struct why_node *node;
	struct str from, to;
	size_t n = 0;

	if (c->operands.words.n != 2)
		return err_set(err, ERR_USAGE, "'%s' needs a package and what it depends on",
			       cli->called);
	errint rc = nix_find(cli, &c->operands, &found, &n, err);
	if (!rc && n != 2)
		rc = err_set(err, ERR_USAGE, "'%s' compares two derivations, here are %zu",
			     cli->called, n);
	if (!rc)
		rc = subject(cli, c, &found[0], &from, err);
	if (!rc)
		rc = subject(cli, c, &found[1], &to, err);
	if (!rc)
		rc = why_graph(cli->store, &cli->a, from, to, &node, err);
	if (rc)
		return rc;
	if (!node) {
		/* As Nix has it: an answer, and no failure. */
		report_msg(cli_report(cli), REPORT_ERROR, "'%s' does not depend on '%s'",
			   c->operands.words.v[0], c->operands.words.v[1]);
		return 0;
	}
	struct why_print p = {.cli = cli,
			      .to = to,
			      .all = c->all,
			      .precise = c->precise,
			      .colour = isatty(STDOUT_FILENO)};
	return why_print(&p, node, err);
}

const struct command nix_verb_why_depends = {
	.name = "why-depends",
	.synopsis = "[OPTION…] PACKAGE DEPENDENCY",
	.summary = "tell why a package needs another",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = why_rows,
	.size = sizeof(struct nix_why_command),
	.run = why_run,
	.release = nix_operands_release,
};
