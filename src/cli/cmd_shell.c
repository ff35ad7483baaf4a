/* SPDX-License-Identifier: MIT
 *
 * kiln shell: a shell, or a command, with packages and recipes on PATH. */
#include <sys/wait.h>
#include <unistd.h>
#include "cli/catalog_command.h"
#include "cli/command.h"
#include "cli/named.h"
#include "cli/path_shell_command.h"
#include "env/dev_shell.h"
#include "project/dev_env.h"
#include "store/store.h"

struct shell_command {
	struct path_shell_command shell;
	struct catalog_from from;
	bool failed;
};

static const struct option rows[] = {
	OPT_TABLE(struct shell_command, shell, NULL, path_shell_rows),
	OPT_FLAG(struct shell_command, failed, "--failed",
		 "enter the sandbox of the last failed build that was kept"),
	OPT_TABLE(struct shell_command, from, NULL, catalog_from_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	PATH_SHELL_OPERANDS(struct shell_command, shell, "NAME|PATH"),
	OPT_END,
};

/* What is asked for, as it is found. */
struct shell_finding {
	struct cli *cli;
	struct shell_command *c;
	struct catalog *catalog; /* NULL: only paths so far */
	struct value *packages;  /* a list */
	struct evaluation *e;
	struct str *paths; /* named by path */
	size_t n_paths;
	struct drv_ref *drvs; /* of the packages */
	size_t n_drvs;
};

static errint append(struct shell_finding *f, const struct catalog_item *item, struct err *err)
{
	struct value *fn;
	errint rc = 0;

	f->e = item->e;
	if (!f->packages)
		rc = eval_string(f->e->eval, S("[ ]"), "/", "«kiln»", &f->packages, err);
	if (!rc)
		rc = eval_string(f->e->eval, S("list: v: list ++ [ v ]"), "/", "«kiln»", &fn, err);
	if (!rc)
		rc = eval_apply(f->e->eval, fn, f->packages, &fn, err);
	return rc ? rc : eval_apply(f->e->eval, fn, item->value, &f->packages, err);
}

static errint find_name(struct shell_finding *f, const char *name, struct err *err)
{
	struct catalog_item item;
	struct catalog_row row;
	errint rc = f->catalog ? 0 : catalog_of(f->cli, &f->c->from, 0, &f->catalog, err);

	if (!rc)
		rc = catalog_find(f->catalog, name, &item, err);
	if (!rc)
		rc = catalog_row_of(f->catalog, &item, &row, err);
	if (!rc && row.kind == CATALOG_SLOT) {
		err_set(err, ERR_UNSUPPORTED,
			"'%s' is a slot: no package holds it, it is filled when a program starts",
			name);
		return err_hint(err, "kiln run --slot %.*s=cpu RESULT -- COMMAND does so",
				STR_ARG(row.name));
	}
	return rc ? rc : append(f, &item, err);
}

static errint find_all(struct shell_finding *f, struct err *err)
{
	const struct option_list *names = &f->c->shell.names;
	struct value *list;
	errint rc = 0;

	f->paths = ARENA_ARRAY(&f->cli->a, struct str, names->n);
	for (size_t i = 0; !rc && i < names->n; i++) {
		if (named_is_path(names->v[i]))
			rc = named_path(f->cli, names->v[i], &f->paths[f->n_paths++], err);
		else
			rc = find_name(f, names->v[i], err);
	}
	if (rc || !f->packages)
		return rc;
	rc = catalog_ask(f->catalog, "shell.nix", f->packages, &list, err);
	if (!rc)
		rc = evaluation_derivations(f->e, list, &f->cli->a, &f->drvs, NULL, &f->n_drvs,
					    err);
	for (size_t i = 0; !rc && i < f->n_drvs; i++)
		drv_ref_own(&f->cli->a, &f->drvs[i]);
	return rc ? rc : store_flush(f->cli->store, err);
}

static errint start(struct shell_finding *f, struct err *err)
{
	struct resolved found = {.kind = ASKED_SET, .drvs = f->drvs, .n = f->n_drvs};
	struct resolved_list list = {.v = &found, .n = 1};
	struct arena *a = &f->cli->a;
	struct product *v = NULL;
	struct build_wanted *w;
	struct session *s;
	size_t n = 0, n_paths = 0;
	errint rc = cli_session(f->cli, &s, err);

	if (!rc)
		rc = project_products(s, a, &list, &v, &n, err);
	if (rc)
		return rc;
	w = ARENA_ARRAY(a, struct build_wanted, n);
	for (size_t i = 0; i < n; i++) {
		w[i] = v[i].wanted;
		n_paths += v[i].n_paths;
	}
	struct str *paths = ARENA_ARRAY(a, struct str, n_paths + f->n_paths);
	n_paths = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < v[i].n_paths; k++)
			paths[n_paths++] = v[i].paths[k];
	for (size_t i = 0; i < f->n_paths; i++)
		paths[n_paths++] = f->paths[i];
	return path_shell_run(f->cli, &f->c->shell, w, n, paths, n_paths, err);
}

/* ---- the last failure ---- */

static errint check_failed(const struct shell_command *c, struct err *err)
{
	if (c->shell.names.n)
		return err_set(err, ERR_USAGE, "--failed enters what failed last: '%s' is too much",
			       c->shell.names.v[0]);
	if (c->shell.pure || c->shell.keep.n || c->shell.unset.n)
		return err_set(err, ERR_USAGE, "--failed has the environment of the build alone");
	return 0;
}

static errint enter_failed(struct cli *cli, struct shell_command *c, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct session *s;
	int status;
	errint rc = check_failed(c, err);

	if (c->shell.command.words.n)
		buf_putz(&text, "exec");
	for (size_t i = 0; i < c->shell.command.words.n; i++) {
		buf_putc(&text, ' ');
		shell_quote(&text, str_c(c->shell.command.words.v[i]));
	}
	/* The sandbox's user may not open what we have open. */
	if (!text.n && !isatty(STDIN_FILENO))
		buf_putz(&text, "IFS= read -r -d '' _kiln_text; eval \"$_kiln_text\"; exit");
	if (!rc)
		rc = buf_check(&text, "command", err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = project_enter_failed(s, text.n ? buf_z(&text) : NULL, &status, err);
	if (!rc)
		cli->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct shell_command *c = ctx;
	struct shell_finding f = {.cli = cli, .c = c};
	errint rc = 0;

	if (c->failed)
		return enter_failed(cli, c, err);

	if (!c->shell.names.n) {
		err_set(err, ERR_USAGE, "'%s' needs the names of packages or recipes", cli->called);
		return err_hint(err,
				"kiln search lists them; kiln develop enters the environment of a "
				"build");
	}
	rc = find_all(&f, err);
	catalog_close(f.catalog);
	return rc ? rc : start(&f, err);
}

const struct command command_shell = {
	.name = "shell",
	.synopsis =
		"[OPTION…] NAME|PATH… [-c COMMAND [ARG…]]\n[OPTION…] --failed [-c COMMAND [ARG…]]",
	.summary = "enter a shell with packages on PATH",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct shell_command),
	.run = run,
};
