/* SPDX-License-Identifier: MIT
 *
 * kiln develop: a shell in the build environment of a recipe, of a package, or of what a file says.
 */
#include "cli/command.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "cli/catalog_command.h"
#include "cli/develop.h"
#include "cli/develop_options.h"
#include "cli/named.h"
#include "cli/nix_installables.h"
#include "store/store.h"

struct develop_command {
	struct develop_options o;
	struct eval_request request;
	struct eval_source source;
	const char *project;
};

static const struct option rows[] = {
	OPT_TABLE(struct develop_command, o, NULL, develop_option_rows),
	OPT_TEXT(struct develop_command, project, "--project", "DIR", "the project's folder"),
	OPT_SOURCE(struct develop_command, source, true, "-E --expr", "EXPR",
		   "of the derivation of this text"),
	OPT_SOURCE(struct develop_command, source, false, "-f --file", "FILE",
		   "of the derivation of this file"),
	OPT_TABLE(struct develop_command, request, "evaluation", eval_option_rows),
	OPT_CHOICE(struct develop_command, o.develop.builds.log, BUILD_LOG_PREFIXED, NULL,
		   "-L --print-build-logs", "show every line of the builders"),
	OPT_TABLE_ALONE("building", build_setting_rows),
	DEVELOP_OPERANDS(struct develop_command, o, "NAME|PATH"),
	OPT_END,
};

static void release(void *ctx)
{
	eval_request_release(&((struct develop_command *)ctx)->request);
}

static errint of_source(struct cli *cli, struct develop_command *c, struct str *drv,
			struct err *err)
{
	struct session *s;
	struct drv_ref found;
	struct value *v;
	EVALUATION(e);
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = evaluation_open(s, &c->request, EVALUATION_SET, &e, err);
	if (!rc)
		rc = evaluation_value(&e, c->source, &v, err);
	if (!rc)
		rc = develop_derivation(&e, v, &cli->a, &found, err);
	*drv = rc ? S("") : found.drv_path;
	return rc;
}

static const char shell_file[] = "shell.nix";

/* The shell.nix of the working folder, else of the project; NULL where there is neither. malloc'd.
 */
static char *find_shell_file(const struct catalog *catalog)
{
	const char *project = catalog_project(catalog);
	char *here = access(shell_file, F_OK) ? NULL : realpath(shell_file, NULL);

	if (here || !project)
		return here;
	char *file CLEANUP_FREE = path_join(str_c(project), str_c(shell_file));
	return access(file, F_OK) ? NULL : STEAL(file);
}

static errint find_item(struct catalog *catalog, const char *name, struct catalog_item *item,
			struct err *err)
{
	char *file CLEANUP_FREE = find_shell_file(catalog);
	errint rc = file ? catalog_shell(catalog, file, name, item, err) : 0;

	if (rc || (file && item->value))
		return rc;
	if (name)
		return catalog_find(catalog, name, item, err);
	err_set(err, ERR_USAGE, "whose build environment is not named, and there is no shell.nix");
	return err_hint(err, "name a recipe or a package: kiln search lists them");
}

/* A shell of the project, a recipe or a package, in this order. */
static errint of_name(struct cli *cli, struct develop_command *c, const char *name, struct str *drv,
		      struct err *err)
{
	const struct catalog_from from = {c->project, c->request.nixpkgs};
	struct catalog *catalog CLEANUP(catalog_cleanup) = NULL;
	struct catalog_item item = {0};
	struct catalog_row row;
	struct drv_ref found;
	errint rc = catalog_of(cli, &from, 0, &catalog, err);

	if (!rc)
		rc = find_item(catalog, name, &item, err);
	if (!rc)
		rc = catalog_row_of(catalog, &item, &row, err);
	if (rc)
		return rc;
	if (row.kind == CATALOG_SLOT)
		return err_set(err, ERR_UNSUPPORTED,
			       "'%s' is a slot: it is not built here, and has no build environment",
			       name);
	rc = develop_derivation(item.e, item.value, &cli->a, &found, err);
	*drv = rc ? S("") : found.drv_path;
	return rc;
}

/* A .drv, a link to one, or a result whose derivation is known. */
static errint of_path(struct cli *cli, const char *word, struct str *drv, struct err *err)
{
	struct str path, rest;
	struct path_info info;
	errint rc = named_place(cli, word, &path, &rest, err);

	if (!rc && store_path_is_drv(path))
		*drv = path;
	if (rc || store_path_is_drv(path))
		return rc;
	rc = store_query(cli->store, &cli->a, path, &info, err);
	if (!rc && !info.deriver.n) {
		err_set(err, ERR_NOT_FOUND, "it is not known how '%.*s' was built", STR_ARG(path));
		return err_hint(err, "name its recipe");
	}
	*drv = info.deriver;
	return rc;
}

/* As nix develop has it: devShells of the flake, then its packages. */
static errint of_flake(struct cli *cli, struct develop_command *c, const char *reference,
		       struct str *drv, struct err *err)
{
	struct nix_operands o = {.request = c->request, .from.develop = true};
	struct nix_found *found;
	size_t n;

	option_list_add(&cli->a, &o.words, reference);
	errint rc = nix_find(cli, &o, &found, &n, err);
	*drv = rc ? S("") : found[0].drv;
	return rc;
}

/* Options that change a value need one that is named as a file or an expression. */
static errint check_request(const struct develop_command *c, struct err *err)
{
	const char *idle = c->request.n_attrs      ? "--attr"
			   : c->request.n_args     ? "--arg"
			   : c->request.n_includes ? "--include"
						   : NULL;

	return idle ? err_set(err, ERR_USAGE,
			      "'%s' without --expr or --file, whose value it is for", idle)
		    : 0;
}

static errint find(struct cli *cli, struct develop_command *c, struct str *drv, struct err *err)
{
	const char *name = c->o.name;
	bool asks = c->request.n_attrs || c->request.n_args || c->request.n_includes;

	if (c->source.text && name)
		return err_set(err, ERR_USAGE, "'%s' beside an expression or a file", name);
	if (!c->source.text && !name && asks && access(shell_file, F_OK) == 0)
		c->source = (struct eval_source){"./shell.nix", false};
	if (c->source.text)
		return of_source(cli, c, drv, err);
	if (name && strchr(name, '#'))
		return of_flake(cli, c, name, drv, err);
	if (!name && access(shell_file, F_OK) && access("flake.nix", F_OK) == 0)
		return of_flake(cli, c, ".", drv, err);
	errint rc = check_request(c, err);
	if (rc)
		return rc;
	return name && (named_is_path(name) || store_path_is_drv(str_c(name)))
		       ? of_path(cli, name, drv, err)
		       : of_name(cli, c, name, drv, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct develop_command *c = ctx;
	struct str drv;
	errint rc = develop_options_check(&c->o, &cli->a, err);

	if (!rc)
		rc = find(cli, c, &drv, err);
	return rc ? rc : develop_start(cli, &c->o.develop, drv, err);
}

const struct command command_develop = {
	.name = "develop",
	.synopsis = "[OPTION…] [NAME|PATH] [-c COMMAND [ARG…]]",
	.summary = "enter the build environment of a recipe or a package",
	.topic = TOPIC_BUILD,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct develop_command),
	.run = run,
	.release = release,
};
