/* SPDX-License-Identifier: MIT
 *
 * From operands to values, by Nix's rules for its installables. */
#include "project/installable.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/arena.h"
#include "base/environ.h"
#include "base/file.h"
#include "source/locator_url.h"

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

/* A project of recipes is no flake. */
static errint hint_recipes(const char *start, struct err *err)
{
	char *recipes CLEANUP_FREE = path_join(str_c(start), S(".flox/pkgs"));

	return access(recipes, F_OK) ? ERR_NOT_FOUND
				     : err_hint(err, "recipes of .flox/pkgs are built by their "
						     "names: kiln build NAME");
}

/* Up from dir to the first with a flake.nix, but out of no repository and no file system. */
static errint flake_folder(const char *start, char **out, struct err *err)
{
	struct str dir = str_c(start);
	struct stat first, st;

	if (stat(start, &first))
		return err_sys(err, "flake '%s'", start);
	for (;; dir = path_dir(dir)) {
		char *file CLEANUP_FREE = path_join(dir, S("flake.nix"));
		char *git CLEANUP_FREE = path_join(dir, S(".git"));
		char *here CLEANUP_FREE = str_dupz(dir);

		if (stat(here, &st) || st.st_dev != first.st_dev)
			return err_set(err, ERR_NOT_FOUND,
				       "unable to find a flake before encountering filesystem "
				       "boundary at '%s'",
				       here);
		if (access(file, F_OK) == 0) {
			*out = STEAL(here);
			return 0;
		}
		if (dir.n <= 1 || access(git, F_OK) == 0) {
			err_set(err, ERR_NOT_FOUND, "path '%s' is not part of a flake",
				dir.n <= 1 ? start : here);
			err_hint(err, "neither it nor a folder above it, up to its repository's, "
				      "has a 'flake.nix'");
			return hint_recipes(start, err);
		}
	}
}

static void put_query(struct buf *b, struct str query, char sign)
{
	if (query.n)
		buf_printf(b, "%c%.*s", sign, STR_ARG(query));
}

static errint folder_ref(struct str path, struct str query, char **out, struct err *err)
{
	char *absolute CLEANUP_FREE = NULL, *flake CLEANUP_FREE = NULL, *git CLEANUP_FREE = NULL;
	BUF(b, 4 * LIMIT_PATH_TEXT);
	struct str sub;
	errint rc = path_absolute(path, &absolute, err);

	if (!rc)
		rc = flake_folder(absolute, &flake, err);
	if (rc)
		return rc;
	git = folder_with(str_c(flake), ".git");
	buf_putz(&b, git ? "git+file://" : "path:");
	locator_url_encode(&b, str_c(git ? git : flake), "/");
	sub = git ? str_drop_prefix(str_skip(str_c(flake), strlen(git)), S("/")) : S("");
	if (sub.n) {
		buf_putz(&b, "?dir=");
		locator_url_encode(&b, sub, "/");
	}
	put_query(&b, query, sub.n ? '&' : '?');
	rc = buf_check(&b, "flake reference", err);
	if (rc)
		return rc;
	*out = str_dupz(buf_str(&b));
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

/* The next name of an attribute path, quotes taken off; *out is without text at the end. */
static errint next_name(struct str *path, struct arena *a, struct str *out, struct err *err)
{
	char *name = arena_alloc(a, path->n + 1);
	size_t n = 0, i = 0;
	bool quoted = false;

	*out = STR_NULL;
	if (!path->n)
		return 0;
	for (; i < path->n && (quoted || path->p[i] != '.'); i++) {
		if (path->p[i] == '"')
			quoted = !quoted;
		else
			name[n++] = path->p[i];
	}
	if (quoted)
		return err_set(err, ERR_EVAL, "missing closing quote in selection path");
	*out = str_n(name, n);
	*path = str_skip(*path, i + 1);
	return 0;
}

errint installable_walk(struct evaluation *e, struct value *v, struct str path, struct value **out,
			struct err *err)
{
	struct str name;
	ARENA(a);
	errint rc = next_name(&path, &a, &name, err);

	while (!rc && v && name.p) {
		rc = eval_force(e->eval, v, err);
		if (!rc && !eval_is_attrs(v))
			v = NULL;
		else if (!rc)
			rc = eval_get_attr(e->eval, v, name, &v, err);
		if (!rc)
			rc = next_name(&path, &a, &name, err);
	}
	*out = v;
	return rc;
}

/* Where a flake's output of that name may be, in this order; the number of them. */
enum { PLACES_MAX = 6 };
static size_t places_of(struct arena *a, struct str system, struct str fragment, bool develop,
			const char *v[PLACES_MAX])
{
	static const char *const folders[] = {"devShells", "packages", "legacyPackages"};
	size_t n = 0, first = develop ? 0 : 1;

	if (fragment.n && fragment.p[0] == '.') {
		v[n++] = arena_strz(a, str_skip(fragment, 1));
		return n;
	}
	if (fragment.n) {
		for (size_t i = first; i < ARRAY_LEN(folders); i++)
			v[n++] = arena_printf(a, "%s.%.*s.%.*s", folders[i], STR_ARG(system),
					      STR_ARG(fragment));
		v[n++] = arena_strz(a, fragment);
		return n;
	}
	if (develop) {
		v[n++] = arena_printf(a, "devShells.%.*s.default", STR_ARG(system));
		v[n++] = arena_printf(a, "devShell.%.*s", STR_ARG(system));
	}
	v[n++] = arena_printf(a, "packages.%.*s.default", STR_ARG(system));
	v[n++] = arena_printf(a, "defaultPackage.%.*s", STR_ARG(system));
	return n;
}

static errint flake_value(struct evaluation *e, struct str ref, struct str fragment, bool develop,
			  struct value **out, struct err *err)
{
	char *text CLEANUP_FREE = NULL;
	BUF(tried, LIMIT_ERR_TEXT);
	const char *paths[PLACES_MAX];
	struct value *flake;
	struct str system;
	ARENA(a);
	errint rc = flake_of_folder(ref.n ? ref : S("."), &text, err);

	if (!rc)
		rc = eval_system(e->eval, &system, err);
	if (!rc)
		rc = eval_flake(e->eval, str_c(text), &flake, err);
	if (rc)
		return rc;
	size_t n = places_of(&a, system, fragment, develop, paths);
	for (size_t i = 0; i < n; i++) {
		rc = installable_walk(e, flake, str_c(paths[i]), out, err);
		if (rc || *out)
			return rc;
		buf_printf(&tried, "%s'%s'", !i ? "" : i + 1 == n ? " or " : ", ", paths[i]);
	}
	return err_set(err, ERR_NOT_FOUND, "flake '%s' does not provide attribute %s", text,
		       buf_z(&tried));
}

errint installable_value(struct evaluation *e, struct installables *i, const char *operand,
			 struct value **out, struct err *err)
{
	struct str text = str_c(operand), fragment = S("");
	ptrdiff_t outputs = str_rchr(text, '^');
	errint rc = 0;

	/* Which outputs are meant does not matter to a value. */
	if (outputs >= 0)
		text = str_sub(text, 0, (size_t)outputs);
	if (!i->file && !i->expr) {
		ARENA(a);

		str_cut(text, '#', &text, &fragment);
		if (!locator_url_decode(&a, fragment, &fragment))
			return err_set(err, ERR_EVAL, "invalid escape in the fragment of '%s'",
				       operand);
		return flake_value(e, text, fragment, i->develop, out, err);
	}
	if (!i->top)
		rc = evaluation_value(e, (struct eval_source){i->file ?: i->expr, !i->file},
				      &i->top, err);
	if (!rc)
		rc = eval_attr_path(e->eval, i->top, str_eqz(text, ".") ? S("") : text, e->args,
				    out, err);
	return rc ? rc : eval_force(e->eval, *out, err);
}

bool installable_outputs(struct arena *a, const char *operand, const char **plain,
			 struct str **outputs, size_t *n)
{
	struct str text = str_c(operand), rest, name;
	ptrdiff_t at = MAX(str_rchr(text, '^'), str_rchr(text, '!'));

	*plain = operand;
	*outputs = NULL;
	*n = 0;
	if (at < 0 || str_chr(str_skip(text, (size_t)at), '/') >= 0)
		return false;
	*plain = arena_strz(a, str_sub(text, 0, (size_t)at));
	rest = str_skip(text, (size_t)at + 1);
	*outputs = ARENA_ARRAY(a, struct str, rest.n + 1);
	while (str_split(&rest, ',', &name))
		(*outputs)[(*n)++] = arena_str(a, name);
	return true;
}
