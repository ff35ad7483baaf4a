/* SPDX-License-Identifier: MIT
 *
 * nix store verify: contents against their hashes, and whether a path can be trusted. */
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

enum { EXIT_CORRUPTED = 1, EXIT_UNTRUSTED = 2, EXIT_UNREAD = 4 };

struct verify_command {
	struct nix_operands operands;
	bool all, recursive, no_contents, no_trust;
};

static const struct option rows[] = {
	OPT_FLAG(struct verify_command, all, "--all", "every path of the store"),
	OPT_FLAG(struct verify_command, recursive, "-r --recursive", "the whole closure"),
	OPT_FLAG(struct verify_command, no_contents, "--no-contents", "do not hash contents"),
	OPT_FLAG(struct verify_command, no_trust, "--no-trust", "do not ask where paths come from"),
	NIX_OPERAND_ROWS(struct verify_command, operands),
	OPT_END,
};

static errint verify_contents(struct cli *cli, const struct path_info *info, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(cli->store, info->path);
	char want[HASH_TEXT_MAX], got[HASH_TEXT_MAX];
	struct hash now;
	ERR(unread);

	if (nar_hash(AT_FDCWD, real, &now, NULL, &unread)) {
		report_msg(cli_report(cli), REPORT_ERROR, "path '%.*s' cannot be read: %s",
			   STR_ARG(info->path), unread.msg);
		cli->status |= EXIT_UNREAD;
		return interrupt_check(err);
	}
	if (hash_eq(&now, &info->nar_hash))
		return 0;
	report_msg(cli_report(cli), REPORT_ERROR,
		   "path '%.*s' was modified! expected hash '%s', got '%s'", STR_ARG(info->path),
		   hash_format(&info->nar_hash, HASH_NIX32, true, want),
		   hash_format(&now, HASH_NIX32, true, got));
	cli->status |= EXIT_CORRUPTED;
	return 0;
}

static errint verify_one(struct cli *cli, const struct verify_command *c, struct str path,
			 struct err *err)
{
	ARENA(a);
	struct path_info info;
	errint rc = store_query(cli->store, &a, path, &info, err);

	if (rc)
		return rc;
	report_msg(cli_report(cli), REPORT_INFO, "checking '%.*s'...", STR_ARG(path));
	if (!c->no_contents)
		rc = verify_contents(cli, &info, err);
	/* Built here, or its name proves it; signatures are not judged. */
	if (rc || c->no_trust || info.ultimate || info.ca.n)
		return rc;
	report_msg(cli_report(cli), REPORT_ERROR, "path '%.*s' is untrusted", STR_ARG(path));
	cli->status |= EXIT_UNTRUSTED;
	return 0;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct verify_command *c = ctx;
	struct str_set set = {0};
	errint rc;

	if (c->all && c->operands.words.n)
		return err_set(err, ERR_USAGE, "'--all' does not expect arguments");
	rc = c->all ? store_all_valid(cli->store, &cli->a, &set, err)
		    : nix_find_paths(cli, &c->operands, &set.v, &set.n, err);
	if (!rc && c->recursive && !c->all)
		rc = store_closure(cli->store, &cli->a, set.v, set.n, 0, &set, err);
	for (size_t i = 0; !rc && i < set.n; i++)
		rc = verify_one(cli, c, set.v[i], err);
	return rc;
}

const struct command nix_store_verify = {
	.name = "verify",
	.summary = "compare contents with their hashes",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct verify_command),
	.run = run,
	.release = nix_operands_release,
};
