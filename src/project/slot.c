/* SPDX-License-Identifier: MIT
 *
 * Filling slots. All of a filling's parts come together, because they only fit each other. */
#include "project/slot.h"

#include <string.h>
#include <unistd.h>
#include "base/file.h"
#include "project/project.h"
#include "store/store.h"

static errint slot_split(const char *text, struct str *slot, struct str *filling, struct err *err)
{
	if (str_cut(str_c(text), '=', slot, filling) && slot->n && filling->n)
		return 0;
	err_set(err, ERR_USAGE, "'%s' is not a slot and its filling", text);
	return err_hint(err, "write it as torch=cpu, or torch=PATH");
}

static bool is_path(struct str filling)
{
	return str_chr(filling, '/') >= 0;
}

static bool is_plain(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789_-", s.p[i]))
			return false;
	return true;
}

errint slot_attr(struct arena *a, const char *text, const char **out, struct err *err)
{
	struct str slot, filling;
	errint rc = slot_split(text, &slot, &filling, err);

	if (rc)
		return rc;
	if (!is_plain(slot) || !is_plain(filling))
		return err_set(err, ERR_USAGE, "'%s': a slot and its filling are plain names here",
			       text);
	*out = arena_printf(a, "slotFillings.%.*s.%.*s", STR_ARG(slot), STR_ARG(filling));
	return 0;
}

errint slot_unknown(const char *text, struct err *err)
{
	struct str slot, filling;
	ERR(why);
	errint rc = slot_split(text, &slot, &filling, &why);

	if (rc)
		return rc;
	err_set(err, ERR_NOT_FOUND, "the package set has nothing called '%.*s' for slot '%.*s'",
		STR_ARG(filling), STR_ARG(slot));
	return err_hint(err, "torch=cpu is there; '%.*s=PATH' fills it with what you have in PATH",
			STR_ARG(slot));
}

/* <path>/lib/python3.N/site-packages, or the path itself when it is one. */
static errint site_packages(struct store *s, struct arena *a, struct str path, struct str *out,
			    struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(s, path);
	char *lib CLEANUP_FREE = path_join(str_c(real), S("lib"));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(ignored);

	if (str_ends(path, S("site-packages"))) {
		*out = path;
		return 0;
	}
	/* What cannot be listed has none. */
	if (dir_list(AT_FDCWD, lib, &list, &ignored))
		list.n = 0;
	for (size_t i = 0; i < list.n; i++) {
		const char *name = list.v[i].name;
		char *there CLEANUP_FREE = xasprintf("%s/%s/site-packages", lib, name);

		if (!str_starts(str_c(name), S("python3")) || access(there, F_OK))
			continue;
		*out = str_c(arena_printf(a, "%.*s/lib/%s/site-packages", STR_ARG(path), name));
		return 0;
	}
	err_set(err, ERR_NOT_FOUND, "'%.*s' has no lib/python3.N/site-packages", STR_ARG(path));
	return err_hint(
		err,
		"name a virtual environment, a store path with Python packages, or a folder called site-packages");
}

static errint fill_from_path(struct store *s, struct arena *a, struct str path,
			     struct str **folders, size_t *n, struct err *err)
{
	char *absolute CLEANUP_FREE = NULL;
	errint rc = path_absolute(path, &absolute, err);

	if (rc)
		return rc;
	*folders = ARENA_NEW(a, struct str);
	*n = 1;
	return site_packages(s, a, arena_str(a, str_c(absolute)), *folders, err);
}

/* Builds what fills it. */
static errint realise_filling(struct session *s, struct arena *a, const struct asked *slot,
			      struct product **products, size_t *n, struct err *err)
{
	const struct eval_request eval = {0};
	const struct project_request r = {.session = s, .eval = &eval};
	const struct build_options o = {0};
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	errint rc = project_resolve(&r, slot, 1, a, &found, err);

	if (!rc)
		rc = project_products(s, a, &found, products, n, err);
	if (rc)
		return rc;
	struct build_wanted *w = ARENA_ARRAY(a, struct build_wanted, *n);
	for (size_t i = 0; i < *n; i++)
		w[i] = (*products)[i].wanted;
	return project_realise_here(s, w, *n, &o, err);
}

static errint fill_from_set(struct session *s, struct arena *a, const char *text,
			    struct str **folders, size_t *n, struct err *err)
{
	const struct asked slot = {.kind = ASKED_SLOT, .text = text};
	struct product *v;
	errint rc = realise_filling(s, a, &slot, &v, n, err);

	if (rc)
		return rc;
	*folders = ARENA_ARRAY(a, struct str, *n);
	for (size_t i = 0; !rc && i < *n; i++)
		rc = site_packages(s->store, a, v[i].paths[0], &(*folders)[i], err);
	return rc;
}

errint slot_fill(struct session *s, struct arena *a, const char *text, const char **slot,
		 struct str **folders, size_t *n, struct err *err)
{
	struct str name, filling;
	errint rc = slot_split(text, &name, &filling, err);

	if (rc)
		return rc;
	*slot = arena_strz(a, name);
	rc = is_path(filling) ? fill_from_path(s->store, a, filling, folders, n, err)
			      : fill_from_set(s, a, text, folders, n, err);
	return rc ? err_wrap(err, "filling slot '%s'", *slot) : 0;
}
