/* SPDX-License-Identifier: MIT
 *
 * kiln store repair, nix store repair: brings back paths that are gone or altered. */
#include "base/report.h"
#include "cli/named.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

static errint repair_told(struct cli *cli, const struct str *paths, size_t n, struct err *err)
{
	size_t left;
	errint rc = store_repair(cli, paths, n, &left, err);

	if (rc || !left)
		return rc;
	return err_set(err, ERR_CORRUPT, "%zu path%s could not be repaired", left,
		       left == 1 ? "" : "s");
}

/* ---- kiln store repair ---- */

struct repair_command {
	bool all;
	struct option_list names;
};

static const struct option rows[] = {
	OPT_FLAG(struct repair_command, all, "--all", "every path of the store"),
	OPERANDS(struct repair_command, names, "NAME"),
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct repair_command *c = ctx;
	struct str *paths = ARENA_ARRAY(&cli->a, struct str, c->names.n + 1);
	errint rc = 0;

	if (c->all == (c->names.n > 0)) {
		err_set(err, ERR_USAGE,
			c->all ? "'--all' and some are not both possible"
			       : "nothing to repair is named");
		return err_hint(err, "name paths or recipes, or say --all");
	}
	for (size_t i = 0; !rc && i < c->names.n; i++)
		rc = named_path(cli, c->names.v[i], &paths[i], err);
	return rc ? rc : repair_told(cli, c->all ? NULL : paths, c->names.n, err);
}

const struct command store_verb_repair = {
	.name = "repair",
	.summary = "bring back paths that are gone or altered",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct repair_command),
	.run = run,
};

/* ---- nix store repair ---- */

struct nix_repair_command {
	struct nix_operands operands;
	bool all;
};

static const struct option nix_rows[] = {
	OPT_FLAG(struct nix_repair_command, all, "--all", "every path of the store"),
	NIX_OPERAND_ROWS(struct nix_repair_command, operands),
	OPT_END,
};

static errint nix_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_repair_command *c = ctx;
	struct str *paths = NULL;
	size_t n = 0;

	if (c->all && c->operands.words.n)
		return err_set(err, ERR_USAGE, "'--all' does not expect arguments");
	errint rc = c->all ? 0 : nix_find_paths(cli, &c->operands, &paths, &n, err);
	return rc ? rc : repair_told(cli, paths, n, err);
}

const struct command nix_store_repair = {
	.name = "repair",
	.summary = "bring back paths that are gone or altered",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = nix_rows,
	.size = sizeof(struct nix_repair_command),
	.run = nix_run,
	.release = nix_operands_release,
};
