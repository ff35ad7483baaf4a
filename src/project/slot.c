/* SPDX-License-Identifier: MIT
 *
 * Filling slots. All of a filling's parts come together, because they only fit each other. */
#include "project/slot.h"

#include <string.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "project/project.h"
#include "store/store.h"

static errint slot_split(const char *text, struct str *slot, struct str *filling, struct err *err)
{
	if (str_cut(str_c(text), '=', slot, filling) && slot->n && filling->n)
		return 0;
	err_set(err, ERR_USAGE, "'%s' is not a slot and its filling", text);
	return err_hint(err, "write it as torch=cpu, torch=cuda, torch=venv:PATH or torch=PATH");
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
	if (!is_plain(slot) || !is_plain(filling)) {
		err_set(err, ERR_USAGE, "'%s': a slot and its filling are plain names here", text);
		return err_hint(err, "as in torch=cpu; a path has a '/' in it: torch=./PATH");
	}
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
	return err_hint(
		err,
		"torch=cpu and torch=cuda are there; '%.*s=PATH' fills it with what you have in PATH",
		STR_ARG(slot));
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

static errint fill_from_set(struct session *s, struct arena *a, const struct slot_list *l,
			    const struct slot_kind *k, const char *text, struct filling *out,
			    struct err *err)
{
	const struct asked slot = {.kind = ASKED_SLOT, .text = text};
	struct product *v;
	size_t n;
	struct str name, filling;
	errint rc = realise_filling(s, a, &slot, &v, &n, err);

	if (!rc)
		rc = slot_split(text, &name, &filling, err);
	return rc ? rc
		  : filling_read(s->store, a, l, k, v[0].paths[0], arena_strz(a, filling), out,
				 err);
}

static errint fill_from_path(struct session *s, struct arena *a, const struct slot_list *l,
			     const struct slot_kind *k, struct str path, bool venv,
			     struct filling *out, struct err *err)
{
	char *absolute CLEANUP_FREE = NULL;
	const char *home = env_get("HOME");
	struct str top;
	ERR(outside);

	/* Behind a '=' no shell does so. */
	if (home && str_starts(path, S("~/")))
		path = str_c(arena_printf(a, "%s/%.*s", home, STR_ARG(str_skip(path, 2))));
	errint rc = path_absolute(path, &absolute, err);
	if (rc)
		return rc;
	if (faccessat(AT_FDCWD, site_real(s->store, a, str_c(absolute)), F_OK, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "'%s'", absolute);
	struct str place = arena_str(a, str_c(absolute));
	/* A link to a result leads into the store, which need not be where it says. */
	if (!venv && !store_path_split(store_dir(s->store), place, &top, NULL) &&
	    !store_follow_links(s->store, a, absolute, &top, &outside))
		place = top;
	rc = filling_read(s->store, a, l, k, place, arena_strz(a, path), out, err);
	if (rc || !venv || out->venv)
		return rc;
	err_set(err, ERR_USAGE, "'%.*s' is no virtual environment: it has no pyvenv.cfg",
		STR_ARG(path));
	return err_hint(err, "without 'venv:' any folder with a site-packages is taken");
}

errint slot_kind_of(const struct slot_list *l, struct arena *a, const char *text,
		    const struct slot_kind **out, struct str *filling, struct err *err)
{
	struct str slot;
	errint rc = slot_split(text, &slot, filling, err);

	if (rc)
		return rc;
	*out = slot_list_find(l, slot);
	if (*out)
		return 0;
	err_set(err, ERR_NOT_FOUND, "there is no slot called '%.*s'", STR_ARG(slot));
	return err_hint(err,
			"there are %s; a project adds its own in .flox/kiln.toml: "
			"[slots.%.*s]",
			slot_list_names(l, a), STR_ARG(slot));
}

errint slot_fill(struct session *s, struct arena *a, const struct slot_list *l, const char *text,
		 struct filling *out, struct err *err)
{
	const struct slot_kind *k;
	struct str filling;
	errint rc = slot_kind_of(l, a, text, &k, &filling, err);

	if (rc)
		return rc;
	if (str_eqz(filling, "venv:"))
		rc = err_set(err, ERR_USAGE, "'%s' names no virtual environment", text);
	else if (str_starts(filling, S("venv:")))
		rc = fill_from_path(s, a, l, k, str_skip(filling, 5), true, out, err);
	else if (is_path(filling))
		rc = fill_from_path(s, a, l, k, filling, false, out, err);
	else
		rc = fill_from_set(s, a, l, k, text, out, err);
	return rc ? err_wrap(err, "filling slot '%.*s'", STR_ARG(k->name)) : 0;
}
