/* SPDX-License-Identifier: MIT
 *
 * Finding projects and their recipes; how recipes are called is pkgs/project.nix. */
#include "project/project_int.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"
#include "project/project_set.h"
#include "project/project_tracked.h"

errint project_find(const char *dir, char **out, struct err *err)
{
	char *at CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(dir ? dir : "."), &at, err);
	struct str folder;

	if (rc)
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
	if (dir) {
		err_set(err, ERR_NOT_FOUND, "no recipes: '%s' has no folder .flox/pkgs", at);
		return err_hint(err, "a project's recipes are .flox/pkgs/NAME.nix in its folder");
	}
	err_set(err, ERR_NOT_FOUND,
		"no recipes: neither '%s' nor a folder above it has a folder .flox/pkgs", at);
	return err_hint(err, "go to the project's folder, or name it with --project");
}

/* Pure evaluation does not know where it runs, so it has to be told. */
errint project_put_system(struct evaluation *e, struct buf *b, struct err *err)
{
	struct str system;

	if (!e->settings || !e->settings->pure_eval)
		return 0;
	errint rc = eval_system(e->eval, &system, err);
	if (rc)
		return rc;
	buf_putz(b, "system = ");
	eval_print_string(b, system);
	buf_putz(b, "; ");
	return 0;
}

/* The call of pkgs/project.nix. */
static errint put_call(struct evaluation *e, const char *project, struct buf *text, struct err *err)
{
	const char *data;
	errint rc = session_data_dir(e->session, &data, err);

	if (rc)
		return rc;
	char *own CLEANUP_FREE = path_join(str_c(data), S("pkgs"));
	buf_putz(text, "import (/. + ");
	eval_print_string(text, str_c(e->request->pinned ? e->request->pinned : own));
	buf_putz(text, " + \"/project.nix\") { dir = /. + ");
	eval_print_string(text, str_c(project));
	buf_putz(text, " + \"/.flox/pkgs\"; ");
	rc = project_put_system(e, text, err);
	if (rc)
		return rc;
	if (e->request->nixpkgs)
		buf_putz(text, "nixpkgs = <nixpkgs>; ");
	if (e->request->release) {
		buf_putz(text, "release = ");
		eval_print_string(text, str_c(e->request->release));
		buf_putz(text, "; ");
	}
	buf_putz(text, "}");
	return buf_check(text, "path", err);
}

errint project_recipes(struct evaluation *e, const char *project, struct value **out,
		       struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT * 4);
	errint rc = put_call(e, project, &text, err);

	if (rc)
		return rc;
	if (eval_string(e->eval, buf_str(&text), "/", "«project»", out, err))
		return err_wrap(err, "reading the recipes of '%s'", project);
	return 0;
}

errint project_allow(const struct project_request *r, struct arena *a, struct eval_request *eval,
		     struct err *err)
{
	const char *data;

	eval->n_allowed = 0;
	if (!r->dir)
		return 0;
	errint rc = session_data_dir(r->session, &data, err);
	if (rc)
		return rc;
	eval->allowed[eval->n_allowed++] = arena_printf(a, "%s/pkgs", data);
	eval->allowed[eval->n_allowed++] = r->dir;
	return 0;
}

static errint open_alone(const struct project_request *r, struct arena *a, struct recipes *out,
			 struct err *err)
{
	struct eval_request *told = &out->request;
	const char *data;
	errint rc = session_data_dir(r->session, &data, err);

	if (rc)
		return rc;
	told->allowed[0] = arena_printf(a, "%s/pkgs", data);
	told->n_allowed = 1;
	return evaluation_open(r->session, told, EVALUATION_SET | r->flags, &out->e, err);
}

errint recipes_open(const struct project_request *r, struct arena *a, struct recipes *out,
		    struct err *err)
{
	struct eval_request *told = &out->request;

	*told = *r->eval;
	if (!r->dir)
		return open_alone(r, a, out, err);
	out->dir = realpath(r->dir, NULL);
	if (!out->dir)
		return err_sys(err, "cannot resolve '%s'", r->dir);
	told->project = told->allowed[1] = out->dir;
	errint rc = 0;
	if (r->pin && r->pin->there)
		rc = project_set_find(r->session, r->dir, r->pin, a, &told->pinned, err);
	if (rc)
		return rc;
	if (told->pinned)
		told->allowed[0] = told->pinned;
	told->set = told->nixpkgs ? told->nixpkgs : told->allowed[0];
	if (!r->exported)
		rc = project_tracked(r->dir, a, told->inputs, &told->tracked, err);
	told->tree = r->exported     ? r->exported
		     : told->tracked ? arena_strz(a, told->tracked->top)
				     : out->dir;
	if (!rc)
		project_warn_untracked_lock(out->dir, told->tracked, told->inputs,
					    r->session->report);
	if (!rc)
		rc = evaluation_open(r->session, told, EVALUATION_SET | r->flags, &out->e, err);
	return rc ? rc : project_recipes(&out->e, out->dir, &out->v, err);
}

void recipes_release(struct recipes *v)
{
	evaluation_release(&v->e);
	free(v->dir);
	*v = (struct recipes){0};
}

static bool is_folder(const char *project, const char *name)
{
	char *path CLEANUP_FREE = xasprintf("%s/.flox/pkgs/%s", project, name);
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Of a file's name, or a flake's reference, the part that a recipe may be called. */
static struct str recipe_meant(struct str name)
{
	ptrdiff_t at = str_chr(name, '#');

	name = str_drop_suffix(str_skip(name, (size_t)(at + 1)), S(".nix"));
	return name;
}

/* The set's own part of it. */
static errint hint_of_set(struct recipes *r, const char *name, struct err *why, struct err *err)
{
	struct value *set;
	ARENA(a);
	errint rc = project_set(&r->e, r->dir, &set, err);

	return rc ? rc : project_unknown(r, &a, set, name, why, err);
}

static errint no_recipe(struct recipes *r, const char *name, bool or_package,
			const struct str *names, size_t n, struct err *err)
{
	BUF(list, LIMIT_ERR_TEXT);
	struct str near = STR_NULL;
	unsigned best = 4;
	errint rc = 0;
	ERR(why);

	for (size_t i = 0; i < n; i++) {
		unsigned d = str_distance(names[i], str_c(name), best);

		buf_printf(&list, "%s%.*s", i ? " " : "", STR_ARG(names[i]));
		if (d < best) {
			best = d;
			near = names[i];
		}
	}
	struct str meant = recipe_meant(str_c(name));
	for (size_t i = 0; i < n; i++)
		near = str_eq(names[i], meant) ? names[i] : near;
	err_set(&why, ERR_NOT_FOUND, "there is no recipe%s '%s'",
		or_package ? " and no package" : "", name);
	err_detail(&why, "recipes: %s", n ? buf_z(&list) : "none");
	if (near.p)
		err_hint(&why, "did you mean '%.*s'?", STR_ARG(near));
	else if (is_folder(r->dir, name))
		err_hint(&why, "the folder '.flox/pkgs/%s' has no default.nix", name);
	/* What a flake has is named by its reference and attributes of it. */
	else if (str_chr(str_c(name), '#') >= 0)
		err_hint(&why, "of a flake: nix build %s; of the package set: kiln build %.*s",
			 name, STR_ARG(meant));
	else if (!or_package)
		err_hint(&why, "recipes are .flox/pkgs/NAME.nix or .flox/pkgs/NAME/default.nix");
	else
		rc = hint_of_set(r, name, &why, err);
	return rc ? rc : err_move(err, &why);
}

static errint untracked_recipe(const char *name, const char *file, struct err *err)
{
	err_set(err, ERR_NOT_FOUND,
		"recipe '%s' is not tracked by Git, so it is no part of the project", name);
	err_detail(err, "       in %s", file);
	return err_hint(err, "git add -N '%s'", file);
}

/* Without a project there are packages alone. */
static errint no_package(struct recipes *r, const char *name, struct err *err)
{
	ERR(why);

	err_set(&why, ERR_NOT_FOUND, "there is no package '%s'", name);
	errint rc = hint_of_set(r, name, &why, err);
	return rc ? rc : err_move(err, &why);
}

errint project_recipe(struct recipes *r, const char *name, bool or_package, struct value **out,
		      struct err *err)
{
	struct evaluation *e = &r->e;
	ARENA(a);
	char *file CLEANUP_FREE = r->dir ? project_recipe_file(r->dir, str_c(name)) : NULL;
	struct str *names;
	size_t n;

	if (!r->dir)
		return no_package(r, name, err);
	/* Failures that no line of it leads to name at least the recipe's file. */
	if (file)
		eval_set_subject(e->eval, file);
	errint rc = eval_get_attr(e->eval, r->v, str_c(name), out, err);
	if (rc)
		return err_wrap(err, "recipe '%s'", name);
	if (*out)
		return 0;
	if (file && e->request->tracked)
		return untracked_recipe(name, file, err);
	rc = eval_attr_names(e->eval, r->v, &a, &names, &n, err);
	return rc ? rc : no_recipe(r, name, or_package, names, n, err);
}
