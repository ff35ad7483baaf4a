/* SPDX-License-Identifier: MIT
 *
 * What is told of recipes and packages: texts that pkgs/about.nix makes of their values. */
#include "project/catalog_int.h"

#include <stdlib.h>
#include "project/project_tracked.h"

/* ---- one ---- */

static errint text(struct catalog *c, struct value *about, const char *name, struct str *out,
		   struct err *err)
{
	struct value *v;
	errint rc = eval_get_attr(c->e->eval, about, str_c(name), &v, err);

	if (!rc && v)
		rc = eval_get_string(c->e->eval, v, out, err);
	if (!rc)
		*out = v ? arena_str(c->a, *out) : S("");
	return rc;
}

/* A text of its own for everybody, on one line. */
static struct str one_line(struct arena *a, struct str s)
{
	char *copy = arena_strz(a, str_trim(s));

	for (char *p = copy; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	return str_c(copy);
}

static errint read_texts(struct catalog *c, struct value *about, struct catalog_row *row,
			 struct err *err)
{
	const struct {
		const char *name;
		struct str *to;
	} texts[] = {
		{"name", &row->name},         {"version", &row->version},
		{"homepage", &row->homepage}, {"description", &row->description},
		{"license", &row->license},   {"platforms", &row->platforms},
		{"outputs", &row->outputs},   {"origin", &row->origin},
		{"position", &row->position},
	};
	errint rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(texts); i++)
		rc = text(c, about, texts[i].name, texts[i].to, err);
	row->description = one_line(c->a, row->description);
	return rc;
}

/* *kind is "package", "slot", "set" or "" for anything else, with which nothing is told. */
static errint read_row(struct catalog *c, struct value *v, struct catalog_row *row,
		       struct str *kind, struct err *err)
{
	struct value *about;
	errint rc = eval_apply(c->e->eval, c->about, v, &about, err);

	if (!rc)
		rc = text(c, about, "kind", kind, err);
	if (rc || str_eqz(*kind, "") || str_eqz(*kind, "set"))
		return rc;
	if (str_eqz(*kind, "slot"))
		row->kind = CATALOG_SLOT;
	return read_texts(c, about, row, err);
}

/* Recipes come from their files, whatever their sources are. */
static void of_recipe(struct catalog *c, struct catalog_row *row)
{
	struct str head = row->attr, rest;

	str_cut(row->attr, '.', &head, &rest);
	/* Of a file's name a dot may be a part. */
	char *file CLEANUP_FREE = project_recipe_file(c->recipes.dir, row->attr);
	if (!file)
		file = project_recipe_file(c->recipes.dir, head);
	if (!file)
		return;
	row->kind = CATALOG_RECIPE;
	row->origin = arena_str(c->a, str_c(file));
	if (!row->position.n)
		row->position = row->origin;
}

errint catalog_row_of(struct catalog *c, const struct catalog_item *item, struct catalog_row *out,
		      struct err *err)
{
	struct catalog_row row = {.attr = item->attr, .kind = item->kind};
	struct str kind;
	errint rc = read_row(c, item->value, &row, &kind, err);

	if (rc)
		return err_wrap(err, "'%.*s'", STR_ARG(item->attr));
	if (!row.name.n) {
		err_set(err, ERR_UNSUPPORTED, "'%.*s' is no package but %s", STR_ARG(item->attr),
			eval_type_text(item->value));
		if (item->kind == CATALOG_RECIPE)
			return err_hint(err, "a recipe gives what mkDerivation, "
					     "buildPythonPackage and their like make");
		if (eval_is_function(item->value))
			return err_hint(err, "recipes have it as an argument, and call it");
		return err_hint(err, "kiln eval '<nixpkgs>' -A %.*s shows what it is",
				STR_ARG(item->attr));
	}
	if (item->kind == CATALOG_RECIPE)
		of_recipe(c, &row);
	*out = row;
	return 0;
}

/* ---- all ---- */

struct rows {
	struct catalog *c;
	struct catalog_row *v; /* malloc'd */
	size_t n, cap;
};

static void rows_release(struct rows *r)
{
	free(r->v);
}

static errint add_folder(struct rows *r, struct value *set, const char *within, bool deeper,
			 struct err *err);

/* Of the set: a package, or with `deeper` a folder that says that it holds some. */
static errint add_of_set(struct rows *r, struct value *v, struct str attr, bool deeper,
			 struct err *err)
{
	struct catalog_row row = {.attr = attr, .kind = CATALOG_PACKAGE};
	struct str kind;
	ERR(why);
	errint rc = read_row(r->c, v, &row, &kind, &why);

	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	if (!rc && deeper && str_eqz(kind, "set"))
		return add_folder(r, v, arena_strz(r->c->a, attr), false, err);
	if (rc || !row.name.n)
		return 0;
	ARRAY_GROW(r->v, r->n, r->cap);
	r->v[r->n++] = row;
	return 0;
}

static errint add_folder(struct rows *r, struct value *set, const char *within, bool deeper,
			 struct err *err)
{
	struct eval *E = r->c->e->eval;
	struct str *names;
	size_t n;
	errint rc = eval_attr_names(E, set, r->c->a, &names, &n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		BUF(name, LIMIT_PATH_TEXT);
		struct value *v;
		ERR(why);

		if (*within)
			buf_printf(&name, "%s.", within);
		eval_print_name(&name, names[i]);
		rc = buf_check(&name, "name", err);
		/* What throws is no package. */
		if (!rc && eval_get_attr(E, set, names[i], &v, &why) == 0)
			rc = add_of_set(r, v, arena_str(r->c->a, buf_str(&name)), deeper, err);
	}
	return rc;
}

static errint add_recipe(struct rows *r, struct str name, struct err *err)
{
	struct catalog *c = r->c;
	struct catalog_row row = {.attr = name, .kind = CATALOG_RECIPE};
	struct catalog_item item;
	ERR(why);
	errint rc = catalog_find(c, arena_strz(c->a, name), &item, &why);

	if (!rc)
		rc = catalog_row_of(c, &item, &row, &why);
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	if (rc) {
		row = (struct catalog_row){.attr = name, .name = name};
		row.failure = arena_strz(c->a, str_c(why.msg));
		of_recipe(c, &row);
	}
	ARRAY_GROW(r->v, r->n, r->cap);
	r->v[r->n++] = row;
	return 0;
}

static errint add_recipes(struct rows *r, struct err *err)
{
	struct str *names;
	size_t n = 0;
	errint rc = eval_attr_names(r->c->e->eval, r->c->recipes.v, r->c->a, &names, &n, err);

	for (size_t i = 0; !rc && i < n; i++)
		rc = add_recipe(r, names[i], err);
	return rc;
}

errint catalog_rows(struct catalog *c, struct catalog_row **out, size_t *n, struct err *err)
{
	struct rows r CLEANUP(rows_release) = {.c = c};
	struct value *python = NULL;
	errint rc = c->recipes.dir ? add_recipes(&r, err) : 0;

	if (!rc)
		rc = add_folder(&r, c->set, "", true, err);
	if (!rc)
		rc = catalog_python(c, &python, err);
	if (!rc && python)
		rc = add_folder(&r, python, SET_PYTHON, false, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(c->a, struct catalog_row, r.n);
	if (r.n)
		memcpy(*out, r.v, r.n * sizeof(*r.v));
	*n = r.n;
	return 0;
}
