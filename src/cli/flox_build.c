/* SPDX-License-Identifier: MIT
 *
 * What Flox has below `flox build` besides building. */
#include <dirent.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "cli/flox_verbs.h"
#include "project/project.h"
#include "project/project_tracked.h"
#include "store/store.h"

#define LINK_PREFIX "result-"

/* ---- flox build clean ---- */

struct flox_clean {
	const char *project;
	struct option_list names;
};

static const struct option clean_rows[] = {
	OPT_TEXT(struct flox_clean, project, "-d --dir", "DIR", "the project's folder"),
	OPERANDS(struct flox_clean, names, "NAME"),
	OPT_END,
};

/* "NAME", or "NAME-OUTPUT" of it. */
static bool is_of(struct str link, struct str name)
{
	return str_starts(link, name) && (link.n == name.n || link.p[name.n] == '-');
}

/* Of a recipe that is named, or of any: *of is its name. */
static bool is_result(const struct flox_clean *c, const char *dir, struct str link, struct str *of)
{
	for (size_t i = 0; i < c->names.n; i++)
		if (is_of(link, str_c(c->names.v[i]))) {
			*of = str_c(c->names.v[i]);
			return true;
		}
	for (size_t n = link.n; !c->names.n && n > 0; n--) {
		*of = str_sub(link, 0, n);
		if (n < link.n && link.p[n] != '-')
			continue;
		char *file CLEANUP_FREE = project_recipe_file(dir, *of);
		if (file)
			return true;
	}
	return false;
}

static bool leads_into_store(struct cli *cli, int folder, const char *name)
{
	char *target CLEANUP_FREE = NULL;
	struct str top;
	ERR(none);

	return !read_link(folder, name, &target, &none) &&
	       store_path_split(store_dir(cli->store), str_c(target), &top, NULL);
}

static errint check_names(const struct flox_clean *c, const char *dir, struct err *err)
{
	for (size_t i = 0; i < c->names.n; i++) {
		char *file CLEANUP_FREE = project_recipe_file(dir, str_c(c->names.v[i]));

		if (!file)
			return err_set(err, ERR_NOT_FOUND, "there is no recipe '%s'",
				       c->names.v[i]);
	}
	return 0;
}

/* Links alone: what they kept goes with the next collection. */
static errint clean_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct flox_clean *c = ctx;
	struct dir_list list CLEANUP(dir_list_release) = {0};
	BUF(cleaned, LIMIT_ERR_TEXT);
	char *dir CLEANUP_FREE = NULL;
	int folder CLEANUP_FD = -1;
	struct str last = S("");
	errint rc = project_find(c->project, &dir, err);

	if (!rc)
		rc = check_names(c, dir, err);
	if (!rc)
		rc = open_dir(AT_FDCWD, dir, &folder, err);
	if (!rc)
		rc = dir_list(folder, ".", &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		const char *name = list.v[i].name;
		struct str link = str_drop_prefix(str_c(name), S(LINK_PREFIX)), of;

		if (list.v[i].type != DT_LNK || link.n == strlen(name) ||
		    !is_result(c, dir, link, &of) || !leads_into_store(cli, folder, name))
			continue;
		if (unlinkat(folder, name, 0))
			return err_sys(err, "removing '%s/%s'", dir, name);
		if (!str_eq(of, last))
			buf_printf(&cleaned, "%s%.*s", cleaned.n ? ", " : "", STR_ARG(of));
		last = of;
	}
	if (!rc)
		report_msg(cli_report(cli), REPORT_NOTE, "Cleaned build targets: %s",
			   buf_z(&cleaned));
	return rc;
}

static const struct command clean = {
	.name = "clean",
	.summary = "remove the links to what was built",
	.needs = NEEDS_STORE,
	.rows = clean_rows,
	.size = sizeof(struct flox_clean),
	.run = clean_run,
};

/* ---- what is not here ---- */

struct flox_import {
	const char *what;
	bool force;
};

static const struct option import_rows[] = {
	OPT_FLAG(struct flox_import, force, "-f --force", "write over a recipe that is there"),
	OPERAND(struct flox_import, what, "INSTALLABLE"),
	OPT_END,
};

static errint import_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct flox_import *c = ctx;

	err_set(err, ERR_UNSUPPORTED, "'%s' is not copied here: there is no nixpkgs to copy from",
		c->what);
	return err_hint(err, c->force ? "write it over .flox/pkgs/NAME.nix yourself"
				      : "a recipe of nixpkgs works as .flox/pkgs/NAME.nix");
}

static const struct command import_nixpkgs = {
	.name = "import-nixpkgs",
	.summary = "does not exist here: recipes of nixpkgs are copied by hand",
	.rows = import_rows,
	.size = sizeof(struct flox_import),
	.run = import_run,
};

const struct command *const flox_build_verbs[] = {&clean, &import_nixpkgs, NULL};
