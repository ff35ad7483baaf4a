/* SPDX-License-Identifier: MIT
 *
 * From operands to values, by Nix's rules for its installables. */
#include "cli/installable.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/environ.h"
#include "base/file.h"

/* ---- folders ---- */

/* The nearest folder, dir or one above it, that has this entry; malloc'd, NULL when there is none.
 */
static char *folder_with(struct str dir, const char *entry)
{
	for (;; dir = path_dir(dir)) {
		char *path CLEANUP_FREE = path_join(dir, str_c(entry));

		if (access(path, F_OK) == 0)
			return str_dupz(dir);
		if (dir.n <= 1)
			return NULL;
	}
}

static errint folder_ref(struct str path, struct str query, char **out, struct err *err)
{
	char *absolute CLEANUP_FREE = NULL, *flake CLEANUP_FREE = NULL, *git CLEANUP_FREE = NULL;
	const char *sign = query.n ? "&" : "";
	struct str sub;
	int rc = path_absolute(path, &absolute, err);

	if (rc < 0)
		return rc;
	if (access(absolute, F_OK) < 0)
		return err_sys(err, "flake '%s'", absolute);
	flake = folder_with(str_c(absolute), "flake.nix");
	if (!flake) {
		err_set(err, ERR_NOT_FOUND, "path '%s' is not part of a flake", absolute);
		return err_hint(err, "neither it nor a folder above it has a 'flake.nix'");
	}
	git = folder_with(str_c(flake), ".git");
	if (!git) {
		*out = xasprintf("path:%s%s%.*s", flake, query.n ? "?" : "", STR_ARG(query));
		return 0;
	}
	sub = str_drop_prefix(str_skip(str_c(flake), strlen(git)), S("/"));
	if (sub.n)
		*out = xasprintf("git+file://%s?dir=%.*s%s%.*s", git, STR_ARG(sub), sign,
				 STR_ARG(query));
	else
		*out = xasprintf("git+file://%s%s%.*s", git, query.n ? "?" : "", STR_ARG(query));
	return 0;
}

errint flake_of_folder(struct str ref, char **out, struct err *err)
{
	struct str path = ref, query = S("");
	char *home CLEANUP_FREE = NULL;

	str_cut(ref, '?', &path, &query);
	if (!path.n || !strchr("./~", path.p[0])) {
		*out = str_dupz(ref);
		return 0;
	}
	if (path.p[0] == '~') {
		home = xasprintf("%s%.*s", env_or("HOME", ""), STR_ARG(str_skip(path, 1)));
		path = str_c(home);
	}
	return folder_ref(path, query, out, err);
}

/* ---- attributes ---- */

/* The next name of an attribute path, quotes taken off. */
static bool next_name(struct str *path, struct arena *a, struct str *out)
{
	char *name = arena_alloc(a, path->n + 1);
	size_t n = 0, i = 0;
	bool quoted = false;

	if (!path->n)
		return false;
	for (; i < path->n && (quoted || path->p[i] != '.'); i++) {
		if (path->p[i] == '"')
			quoted = !quoted;
		else
			name[n++] = path->p[i];
	}
	*out = str_n(name, n);
	*path = str_skip(*path, i + 1);
	return true;
}

/* *out is NULL where an attribute is missing. */
static errint walk(struct evaluation *e, struct value *v, struct str path, struct value **out,
		   struct err *err)
{
	struct str name;
	ARENA(a);

	while (v && next_name(&path, &a, &name)) {
		int rc = eval_force(e->eval, v, err);

		if (rc == 0 && !eval_is_attrs(v))
			v = NULL;
		else if (rc == 0)
			rc = eval_get_attr(e->eval, v, name, &v, err);
		if (rc < 0)
			return rc;
	}
	*out = v;
	return 0;
}

static errint flake_value(struct evaluation *e, struct str ref, struct str fragment,
			  struct value **out, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	BUF(tried, LIMIT_ERR_TEXT);
	const char *paths[3] = {0};
	struct value *flake;
	struct str system;
	ARENA(a);
	int rc = flake_of_folder(ref.n ? ref : S("."), &text, err);

	if (rc == 0)
		rc = eval_system(e->eval, &system, err);
	if (rc == 0)
		rc = eval_flake(e->eval, str_c(text), &flake, err);
	if (rc < 0)
		return rc;
	if (!fragment.n) {
		paths[0] = arena_printf(&a, "packages.%.*s.default", STR_ARG(system));
		paths[1] = arena_printf(&a, "defaultPackage.%.*s", STR_ARG(system));
	} else if (fragment.p[0] == '.') {
		paths[0] = arena_strz(&a, str_skip(fragment, 1));
	} else {
		paths[0] =
			arena_printf(&a, "packages.%.*s.%.*s", STR_ARG(system), STR_ARG(fragment));
		paths[1] = arena_printf(&a, "legacyPackages.%.*s.%.*s", STR_ARG(system),
					STR_ARG(fragment));
		paths[2] = arena_strz(&a, fragment);
	}
	for (size_t i = 0; i < ARRAY_LEN(paths) && paths[i]; i++) {
		rc = walk(e, flake, str_c(paths[i]), out, err);
		if (rc < 0 || *out)
			return rc;
		buf_printf(&tried, "%s'%s'",
			   !i                        ? ""
			   : i == 2 || !paths[i + 1] ? " or "
						     : ", ",
			   paths[i]);
	}
	return err_set(err, ERR_NOT_FOUND, "flake '%s' does not provide attribute %s", text,
		       buf_z(&tried));
}

errint installable_value(struct evaluation *e, struct installables *i, const char *operand,
			 struct value **out, struct err *err)
{
	struct str text = str_c(operand), fragment = S("");
	ptrdiff_t outputs = str_rchr(text, '^');
	int rc = 0;

	/* Which outputs are meant does not matter to a value. */
	if (outputs >= 0)
		text = str_sub(text, 0, (size_t)outputs);
	if (!i->file && !i->expr) {
		str_cut(text, '#', &text, &fragment);
		return flake_value(e, text, fragment, out, err);
	}
	if (!i->top)
		rc = evaluation_value(e, (struct eval_source){i->file ?: i->expr, !i->file},
				      &i->top, err);
	if (rc == 0)
		rc = eval_attr_path(e->eval, i->top, str_eqz(text, ".") ? S("") : text, e->args,
				    out, err);
	return rc < 0 ? rc : eval_force(e->eval, *out, err);
}
