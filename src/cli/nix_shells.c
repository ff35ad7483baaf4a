/* SPDX-License-Identifier: MIT
 *
 * nix develop and nix shell: what kiln develop and kiln shell do, of installables. */
#include "cli/develop_options.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "cli/path_shell_command.h"
#include "store/store.h"

/* ---- nix develop ---- */

struct nix_develop {
	struct nix_operands operands;
	struct develop_options o;
};

static const struct option develop_rows[] = {
	OPT_TABLE(struct nix_develop, o, NULL, develop_option_rows),
	OPT_TABLE(struct nix_develop, operands.from, "operands", nix_installable_rows),
	OPT_TABLE(struct nix_develop, operands.request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	DEVELOP_OPERANDS(struct nix_develop, o, "INSTALLABLE"),
	OPT_END,
};

static errint develop_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_develop *c = ctx;
	struct nix_found *found;
	size_t n;
	errint rc = develop_options_check(&c->o, &cli->a, err);

	if (c->o.name)
		option_list_add(&cli->a, &c->operands.words, c->o.name);
	c->operands.from.develop = true;
	if (!rc)
		rc = nix_find(cli, &c->operands, &found, &n, err);
	if (rc)
		return rc;
	if (n != 1 || !found[0].drv.n)
		return err_set(err, ERR_EVAL,
			       "an environment is that of one derivation, which this is not");
	return develop_start(cli, &c->o.develop, found[0].drv, err);
}

const struct command nix_verb_develop = {
	.name = "develop",
	.synopsis = "[OPTION…] [INSTALLABLE] [-c COMMAND [ARG…]]",
	.summary = "enter the build environment of a derivation",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = develop_rows,
	.size = sizeof(struct nix_develop),
	.run = develop_run,
	.release = nix_operands_release,
};

/* ---- nix shell ---- */

struct nix_shell_command {
	struct nix_operands operands;
	struct path_shell_command shell;
};

static const struct option shell_rows[] = {
	OPT_TABLE(struct nix_shell_command, shell, NULL, path_shell_rows),
	OPT_TABLE(struct nix_shell_command, operands.from, "operands", nix_installable_rows),
	OPT_TABLE(struct nix_shell_command, operands.request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	PATH_SHELL_OPERANDS(struct nix_shell_command, shell, "INSTALLABLE"),
	OPT_END,
};

static errint shell_run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_shell_command *c = ctx;
	struct nix_found *found;
	struct str *paths;
	size_t n, n_paths;

	c->operands.words = c->shell.names;
	errint rc = nix_find(cli, &c->operands, &found, &n, err);
	if (rc)
		return rc;
	struct build_wanted *w = ARENA_ARRAY(&cli->a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++)
		w[i] = found[i].path.n ? (struct build_wanted){.path = found[i].path}
				       : (struct build_wanted){found[i].drv, found[i].outputs,
							       found[i].n_outputs};
	rc = build_wanted_paths(cli->store, &cli->a, w, n, &paths, &n_paths, err);
	return rc ? rc : path_shell_run(cli, &c->shell, w, n, paths, n_paths, err);
}

const struct command nix_verb_shell = {
	.name = "shell",
	.synopsis = "[OPTION…] INSTALLABLE… [-c COMMAND [ARG…]]",
	.summary = "enter a shell with packages on PATH",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = shell_rows,
	.size = sizeof(struct nix_shell_command),
	.run = shell_run,
	.release = nix_operands_release,
};
