/* SPDX-License-Identifier: MIT
 *
 * Names of recipes and packages, looked up in one evaluation of both. */
#include "project/catalog_int.h"

#include <stdlib.h>
#include "base/file.h"
#include "project/installable.h"
#include "project/project_tracked.h"

void catalog_close(struct catalog *c)
{
	if (!c)
		return;
	recipes_release(&c->recipes);
	free(c);
}

void catalog_cleanup(struct catalog **c)
{
	catalog_close(*c);
}

static errint open_all(struct catalog *c, struct err *err)
{
	const char *data;
	errint rc = session_data_dir(c->r.session, &data, err);

	if (!rc)
		rc = project_allow(&c->r, c->a, &c->eval, err);
	if (!rc && c->r.dir && !c->eval.nixpkgs)
		rc = project_pin_read(c->r.session, c->r.dir, c->a, &c->pin, err);
	c->r.pin = &c->pin;
	if (!rc)
		rc = recipes_open(&c->r, c->a, &c->recipes, err);
	if (rc)
		return rc;
	c->e = &c->recipes.e;
	rc = project_set(c->e, c->recipes.dir, &c->set, err);
	if (rc)
		return rc;
	char *about CLEANUP_FREE = xasprintf("%s/pkgs/about.nix", data);
	return eval_file(c->e->eval, about, &c->about, err);
}

errint catalog_open(const struct project_request *r, struct arena *a, struct catalog **out,
		    struct err *err)
{
	struct catalog *c = xcalloc(1, sizeof(*c));

	c->r = *r;
	c->eval = *r->eval;
	c->r.eval = &c->eval;
	c->a = a;
	errint rc = open_all(c, err);
	if (rc)
		catalog_close(c);
	else
		*out = c;
	return rc;
}

errint catalog_python(struct catalog *c, struct value **out, struct err *err)
{
	return installable_walk(c->e, c->set, S(SET_PYTHON), out, err);
}

/* ---- finding ---- */

/* "a.b.c" is b.c of a recipe a. */
static errint find_recipe(struct catalog *c, struct str name, struct catalog_item *out,
			  struct err *err)
{
	struct str head = name, rest = S("");
	struct value *v;

	if (!c->recipes.dir)
		return 0;
	errint rc = eval_get_attr(c->e->eval, c->recipes.v, name, &v, err);
	if (!rc && !v && str_cut(name, '.', &head, &rest))
		rc = eval_get_attr(c->e->eval, c->recipes.v, head, &v, err);
	if (rc || !v)
		return rc;
	char *file CLEANUP_FREE = project_recipe_file(c->recipes.dir, head);
	if (file)
		eval_set_subject(c->e->eval, file);
	if (installable_walk(c->e, v, rest, &v, err) || (v && eval_force(c->e->eval, v, err)))
		return err_wrap(err, "recipe '%.*s'", STR_ARG(head));
	out->kind = CATALOG_RECIPE;
	out->value = v;
	return 0;
}

static errint find_in_set(struct catalog *c, struct str name, struct catalog_item *out,
			  struct err *err)
{
	struct value *v;
	errint rc = installable_walk(c->e, c->set, name, &v, err);

	if (!rc && v)
		rc = eval_force(c->e->eval, v, err);
	if (rc)
		return err_wrap(err, "package '%.*s'", STR_ARG(name));
	out->kind = CATALOG_PACKAGE;
	out->value = v;
	return 0;
}

static errint unknown(struct catalog *c, const char *name, struct err *err)
{
	ERR(why);

	err_set(&why, ERR_NOT_FOUND, "there is no %spackage '%s'",
		c->recipes.dir ? "recipe and no " : "", name);
	errint rc = project_unknown(&c->recipes, c->a, c->set, name, &why, err);
	return rc ? rc : err_move(err, &why);
}

errint catalog_find(struct catalog *c, const char *name, struct catalog_item *out, struct err *err)
{
	struct catalog_item item = {.attr = arena_str(c->a, str_c(name)), .e = c->e};
	errint rc = *name ? find_recipe(c, item.attr, &item, err) : 0;

	if (!rc && !item.value && *name)
		rc = find_in_set(c, item.attr, &item, err);
	if (rc)
		return rc;
	if (!item.value)
		return unknown(c, name, err);
	*out = item;
	return 0;
}

errint catalog_ask(struct catalog *c, const char *file, struct value *v, struct value **out,
		   struct err *err)
{
	const char *data;
	struct value *fn;
	errint rc = session_data_dir(c->r.session, &data, err);

	if (rc)
		return rc;
	char *path CLEANUP_FREE = xasprintf("%s/pkgs/%s", data, file);
	rc = eval_file(c->e->eval, path, &fn, err);
	if (!rc)
		rc = eval_apply(c->e->eval, fn, c->set, &fn, err);
	return rc ? rc : eval_apply(c->e->eval, fn, v, out, err);
}

const char *catalog_project(const struct catalog *c)
{
	return c->recipes.dir;
}

errint catalog_shell(struct catalog *c, const char *file, const char *name,
		     struct catalog_item *out, struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT * 2);
	struct catalog_item item = {.attr = str_c(name ? name : "default"), .e = c->e};
	struct value *recipes = c->recipes.v, *asked, *found;

	buf_putz(&text, "recipes: { inherit recipes; file = /. + ");
	eval_print_string(&text, str_c(file));
	buf_putz(&text, "; name = ");
	if (name)
		eval_print_string(&text, str_c(name));
	else
		buf_putz(&text, "null");
	buf_putz(&text, "; }");
	errint rc = buf_check(&text, "path", err);
	eval_set_subject(c->e->eval, file);
	if (!rc && !c->recipes.dir)
		rc = eval_string(c->e->eval, S("{ }"), "/", "«kiln»", &recipes, err);
	if (!rc)
		rc = evaluation_apply(c->e, buf_z(&text), recipes, &asked, err);
	if (!rc)
		rc = catalog_ask(c, "develop.nix", asked, &found, err);
	if (!rc)
		rc = eval_get_attr(c->e->eval, found, S("shell"), &item.value, err);
	if (rc)
		return err_wrap(err, "shell of '%s'", file);
	*out = item;
	return 0;
}
