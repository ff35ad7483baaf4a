/* SPDX-License-Identifier: MIT
 *
 * A literal that several recipes read (in versions.nix, say) moves for all of them. Whoever has the
 * same source moves along, and is named; who would fetch something else by the hash of today is not
 * moved without one. */
#include "recipe/update_int.h"

#include <stdlib.h>

static bool is_own_file(const struct source_update *w, struct str path)
{
	const char *project = w->u->files.project;
	char *file CLEANUP_FREE = xasprintf("%s/.flox/pkgs/%s.nix", project, w->recipe);
	char *inside CLEANUP_FREE = xasprintf("%s/.flox/pkgs/%s/default.nix", project, w->recipe);

	return str_eqz(path, file) || str_eqz(path, inside);
}

static bool is_shared(const struct source_update *w)
{
	for (size_t i = 0; i < w->n_edits; i++)
		if (!is_own_file(w, w->edits[i].path))
			return true;
	return false;
}

errint update_look_at_others(const struct source_update *w, struct update_others *out,
			     struct err *err)
{
	const struct recipe_list *list = &w->u->list;
	errint rc = 0;

	*out = (struct update_others){0};
	if (!is_shared(w))
		return 0;
	out->v = ARENA_ARRAY(w->a, struct update_other, list->n + 1);
	for (size_t i = 0; !rc && i < list->n; i++) {
		struct update_other *o = &out->v[out->n];

		if (str_eqz(list->v[i].name, w->recipe) || list->v[i].failure.code)
			continue;
		o->name = arena_str(w->a, list->v[i].name);
		rc = recipe_sources(&w->u->trial, list, o->name, w->a, &o->v, &o->n, err);
		out->n++;
	}
	return rc;
}

static bool has(const struct recipe_source *v, size_t n, const struct recipe_source *s)
{
	for (size_t i = 0; i < n; i++)
		if (hash_eq(&v[i].hash, &s->hash) && update_same_place(&v[i], s))
			return true;
	return false;
}

static errint compare_one(struct source_update *w, const struct update_other *o,
			  const struct recipe_source *now, size_t n, struct err *err)
{
	bool moved = false;

	for (size_t i = 0; i < o->n; i++) {
		if (has(now, n, &o->v[i]))
			continue;
		moved = true;
		for (size_t k = 0; k < n; k++) {
			if (!hash_eq(&now[k].hash, &o->v[i].hash) || has(o->v, o->n, &now[k]))
				continue;
			err_set(err, ERR_UNSUPPORTED,
				"recipe '%.*s' reads the same version, and would fetch another "
				"'%s' by the hash that it has now",
				STR_ARG(o->name), recipe_source_text(w->a, &now[k]));
			return err_hint(err,
					"give each a version of its own; or move it by hand, and "
					"kiln build --update-hashes %s %.*s",
					w->recipe, STR_ARG(o->name));
		}
	}
	if (moved)
		update_note(w, "recipe '%.*s' has the same source, and moves along",
			    STR_ARG(o->name));
	return 0;
}

errint update_compare_others(struct source_update *w, const struct update_others *others,
			     struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < others->n; i++) {
		struct recipe_source *now;
		size_t n;

		rc = recipe_sources(&w->u->trial, &w->u->list, others->v[i].name, w->a, &now, &n,
				    err);
		if (!rc)
			rc = compare_one(w, &others->v[i], now, n, err);
	}
	return rc;
}
