/* SPDX-License-Identifier: MIT
 *
 * nix build: builds what operands name and links it as result, result-1, … */
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

struct nix_build_command {
	struct nix_operands operands;
	struct build_request builds;
	bool json, print_paths;
};

static const struct option rows[] = {
	OPT_FLAG(struct nix_build_command, json, "--json", "print JSON"),
	OPT_FLAG(struct nix_build_command, print_paths, "--print-out-paths",
		 "print the outputs' paths"),
	OPT_TABLE(struct nix_build_command, builds, "building", build_option_rows),
	NIX_OPERAND_ROWS(struct nix_build_command, operands),
	OPT_END,
};

static errint add_link(struct cli *cli, const struct nix_build_command *c, size_t number,
		       struct str output, struct str path, struct err *err)
{
	BUF(link, LIMIT_PATH_TEXT);

	buf_putz(&link, c->builds.link ?: "result");
	if (number)
		buf_printf(&link, "-%zu", number);
	if (output.n && !str_eq(output, S("out")))
		buf_printf(&link, "-%.*s", STR_ARG(output));
	errint rc = buf_check(&link, "link", err);
	return rc ? rc : store_add_root(cli->store, buf_z(&link), path, err);
}

static void print_json(const struct nix_found *f, const struct str *paths, bool first)
{
	out_str(first ? S("[") : S(","));
	if (f->path.n) {
		out_str(S("{\"path\":"));
		out_json(f->path);
		out_str(S("}"));
		return;
	}
	out_str(S("{\"drvPath\":"));
	out_json(f->drv);
	out_str(S(",\"outputs\":{"));
	for (size_t i = 0; i < f->n_outputs; i++) {
		out_str(i ? S(",") : S(""));
		out_json(f->outputs[i]);
		out_str(S(":"));
		out_json(paths[i]);
	}
	out_str(S("}}"));
}

static errint tell(struct cli *cli, const struct nix_build_command *c, const struct nix_found *f,
		   size_t number, struct err *err)
{
	size_t n = f->path.n ? 1 : f->n_outputs;
	struct str *paths;
	errint rc = nix_found_paths(cli, f, &paths, err);

	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n && !c->builds.no_link && !c->builds.dry_run; i++)
		rc = add_link(cli, c, number, f->path.n ? STR_NULL : f->outputs[i], paths[i], err);
	if (c->json)
		print_json(f, paths, number == 0);
	for (size_t i = 0; c->print_paths && !c->json && i < n; i++)
		out_printf("%.*s\n", STR_ARG(paths[i]));
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_build_command *c = ctx;
	struct nix_found *found;
	struct session *s;
	size_t n;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		build_request_prepare(&c->builds, s);
	if (!rc)
		rc = nix_find(cli, &c->operands, &found, &n, err);
	if (rc)
		return rc;
	struct build_wanted *w = ARENA_ARRAY(&cli->a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++)
		w[i] = (struct build_wanted){.path = found[i].path.n ? found[i].path : found[i].drv,
					     .outputs = found[i].outputs,
					     .n_outputs = found[i].n_outputs};
	rc = build_request_run(&c->builds, s, w, n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = tell(cli, c, &found[i], i, err);
	if (!rc && c->json)
		out_str(n ? S("]\n") : S("[]\n"));
	return rc;
}

const struct command nix_verb_build = {
	.name = "build",
	.summary = "build derivations and link the results",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct nix_build_command),
	.run = run,
	.release = nix_operands_release,
};
