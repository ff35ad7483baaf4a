/* SPDX-License-Identifier: MIT
 *
 * nix copy: closures into a binary cache and out of one. */
#include "base/report.h"
#include "cache/push.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "cli/pull.h"
#include "project/project.h"

struct copy_command {
	struct nix_operands operands;
	const char *to, *from;
	bool no_check_sigs, all;
};

static const struct option rows[] = {
	OPT_TEXT(struct copy_command, to, "--to", "URL", "into this binary cache"),
	OPT_TEXT(struct copy_command, from, "--from", "URL", "out of this binary cache"),
	OPT_FLAG(struct copy_command, no_check_sigs, "--no-check-sigs",
		 "take what is not signed by a trusted key"),
	OPT_FLAG(struct copy_command, all, "--all", "every path of the store"),
	NIX_OPERAND_ROWS(struct copy_command, operands),
	OPT_END,
};

static errint closure_to_copy(struct cli *cli, struct copy_command *c, struct str_set *out,
			      struct err *err)
{
	struct str *paths;
	size_t n;

	if (c->all)
		return store_all_valid(cli->store, &cli->a, out, err);
	errint rc = nix_find_paths(cli, &c->operands, &paths, &n, err);
	return rc ? rc : store_closure(cli->store, &cli->a, paths, n, 0, out, err);
}

static errint copy_to(struct cli *cli, struct copy_command *c, struct err *err)
{
	struct push_options o = {.to = c->to};
	struct str_set closure;
	struct pushed pushed;
	errint rc = closure_to_copy(cli, c, &closure, err);

	if (!rc)
		rc = cache_push(cli->store, &o, closure.v, closure.n, cli_report(cli), &pushed,
				err);
	if (!rc)
		report_msg(cli_report(cli), REPORT_INFO, "copied %zu paths, %zu were there",
			   pushed.paths, pushed.there);
	return rc;
}

static errint copy_from(struct cli *cli, struct copy_command *c, struct err *err)
{
	struct option_list from = {.v = &c->from, .n = 1};
	struct str *paths;
	size_t n;

	if (c->all)
		return err_set(err, ERR_UNSUPPORTED, "what all a cache has is not known");
	errint rc = nix_find_paths(cli, &c->operands, &paths, &n, err);
	if (rc)
		return rc;
	if (c->no_check_sigs)
		cli->settings->require_sigs = false;
	struct build_wanted *w = ARENA_ARRAY(&cli->a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++)
		w[i].path = paths[i];
	return pull_paths(cli, &from, true, w, n, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct copy_command *c = ctx;

	if (!c->to == !c->from)
		return err_set(err, ERR_USAGE, "one of '--from' and '--to' has to be given");
	return c->to ? copy_to(cli, c, err) : copy_from(cli, c, err);
}

const struct command nix_verb_copy = {
	.name = "copy",
	.summary = "copy closures into a binary cache, or out of one",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct copy_command),
	.run = run,
	.release = nix_operands_release,
};
