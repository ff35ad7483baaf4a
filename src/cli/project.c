/* SPDX-License-Identifier: MIT
 *
 * Finding projects and their recipes; how recipes are called is pkgs/project.nix. */
#include "cli/project.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"

errint project_find(const char *dir, char **out, struct err *err)
{
	char *at CLEANUP_FREE = NULL;
	int rc = path_absolute(str_c(dir ? dir : "."), &at, err);
	struct str folder;

	if (rc < 0)
		return rc;
	for (folder = str_c(at);; folder = path_dir(folder)) {
		char *recipes CLEANUP_FREE = path_join(folder, S(".flox/pkgs"));

		if (access(recipes, F_OK) == 0) {
			*out = str_dupz(folder);
			return 0;
		}
		if (folder.n <= 1 || dir)
			break;
	}
	err_set(err, ERR_NOT_FOUND, "no recipes: neither '%s'%s has a folder .flox/pkgs", at,
		dir ? "" : " nor a folder above it");
	return err_hint(err, "go to the project's folder, or name it with --project");
}

/* Pure evaluation does not know where it runs, so it has to be told. */
static errint put_system(struct eval *E, struct buf *b, struct err *err)
{
	struct str system;
	int rc = eval_system(E, &system, err);

	if (rc < 0)
		return rc;
	buf_putz(b, "system = ");
	eval_print_string(b, system);
	buf_putz(b, "; ");
	return 0;
}

errint project_recipes(struct evaluation *e, const char *project, struct value **out,
		       struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT * 4);
	const char *data;
	int rc = cli_data_dir(e->cli, &data, err);

	if (rc < 0)
		return rc;
	buf_putz(&text, "import (/. + ");
	eval_print_string(&text, str_c(data));
	buf_putz(&text, " + \"/pkgs/project.nix\") { dir = /. + ");
	eval_print_string(&text, str_c(project));
	buf_putz(&text, " + \"/.flox/pkgs\"; ");
	if (e->settings && e->settings->pure_eval)
		rc = put_system(e->eval, &text, err);
	if (e->request->nixpkgs)
		buf_putz(&text, "nixpkgs = <nixpkgs>; ");
	buf_putz(&text, "}");
	rc = rc < 0 ? rc : buf_check(&text, "path", err);
	if (rc < 0)
		return rc;
	rc = eval_string(e->eval, buf_str(&text), "/", "«project»", out, err);
	return rc < 0 ? err_wrap(err, "reading the recipes of '%s'", project) : 0;
}

errint project_recipe(struct evaluation *e, struct value *recipes, const char *name,
		      struct value **out, struct err *err)
{
	ARENA(a);
	struct str *names;
	size_t n;
	unsigned best = 4;
	struct str near = STR_NULL;
	BUF(list, LIMIT_ERR_TEXT);
	int rc = eval_get_attr(e->eval, recipes, str_c(name), out, err);

	if (rc < 0 || *out)
		return rc;
	rc = eval_attr_names(e->eval, recipes, &a, &names, &n, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		unsigned d = str_distance(names[i], str_c(name), best);

		buf_printf(&list, "%s%.*s", i ? " " : "", STR_ARG(names[i]));
		if (d < best) {
			best = d;
			near = names[i];
		}
	}
	err_set(err, ERR_NOT_FOUND, "there is no recipe '%s'", name);
	err_detail(err, "recipes: %s", n ? buf_z(&list) : "none");
	return near.p ? err_hint(err, "did you mean '%.*s'?", STR_ARG(near))
		      : err_hint(err,
				 "recipes are .flox/pkgs/NAME.nix or .flox/pkgs/NAME/default.nix");
}
