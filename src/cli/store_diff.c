/* SPDX-License-Identifier: MIT
 *
 * kiln store diff, nix store diff-closures: which packages of two closures differ. */
#include "cli/diff_print.h"
#include "cli/named.h"
#include "cli/nix_verbs.h"

struct diff_command {
	const char *before, *after;
	bool json;
};

static const struct option kiln_rows[] = {
	OPT_FLAG(struct diff_command, json, "--json", "print JSON"),
	OPERAND(struct diff_command, before, "BEFORE"),
	OPERAND(struct diff_command, after, "AFTER"),
	OPT_END,
};

static const struct option nix_rows[] = {
	OPERAND(struct diff_command, before, "BEFORE"),
	OPERAND(struct diff_command, after, "AFTER"),
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct diff_command *c = ctx;
	struct closure_change *v;
	struct str before, after;
	size_t n;
	errint rc = named_path(cli, c->before, &before, err);

	if (!rc)
		rc = named_path(cli, c->after, &after, err);
	if (!rc)
		rc = closure_diff(cli->store, &cli->a, before, after, &v, &n, err);
	if (rc)
		return rc;
	if (c->json) {
		diff_json(v, n);
		out_str(S("\n"));
	}
	for (size_t i = 0; !c->json && i < n; i++)
		diff_print_line(&v[i]);
	return 0;
}

const struct command store_verb_diff = {
	.name = "diff",
	.summary = "tell which packages of two closures differ",
	.needs = NEEDS_STORE,
	.rows = kiln_rows,
	.size = sizeof(struct diff_command),
	.run = run,
};

const struct command nix_store_diff_closures = {
	.name = "diff-closures",
	.summary = "tell which packages of two closures differ",
	.needs = NEEDS_STORE,
	.rows = nix_rows,
	.size = sizeof(struct diff_command),
	.run = run,
};
