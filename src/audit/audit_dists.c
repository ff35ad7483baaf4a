/* SPDX-License-Identifier: MIT
 *
 * What is installed in a closure: Python distributions by their metadata. */
#include <unistd.h>

#include "audit/audit_int.h"

static struct str top_of(const struct auditing *au, const struct dist *d)
{
	struct str top;

	return store_path_split(store_dir(au->in->store), d->folder, &top, NULL) ? top : S("");
}

static struct str within(const struct auditing *au, const struct dist *d)
{
	struct str folder = str_skip(d->folder, top_of(au, d).n + 1);

	return str_c(arena_printf(au->in->a, "%.*s%s%.*s", STR_ARG(folder), folder.n ? "/" : "",
				  STR_ARG(d->info)));
}

static bool has(const struct auditing *au, const struct dist *d, const char *name)
{
	const char *folder = site_real(au->in->store, au->in->a, d->folder);

	return access(arena_printf(au->in->a, "%s/%s", folder, name), F_OK) == 0;
}

/* Metadata alone, without the module, is what kiln shows to pip in a slot's stead. */
static bool has_modules(const struct auditing *au, const struct slot_kind *k, const struct dist *d)
{
	char *name = arena_strz(au->in->a, d->project);
	size_t n = 0;
	const struct str *modules = slot_kind_modules(k, d->project, &n);

	for (size_t i = 0; name[i]; i++)
		name[i] = name[i] == '-' ? '_' : name[i];
	for (size_t i = 0; i < n; i++)
		if (has(au, d, arena_strz(au->in->a, modules[i])))
			return true;
	/* "nvidia-cublas-cu12" lays everything below nvidia/. */
	return has(au, d, name) || has(au, d, arena_printf(au->in->a, "%s.py", name)) ||
	       (str_starts(d->project, S("nvidia-")) && has(au, d, "nvidia"));
}

static void check_slot(struct auditing *au, const struct dist *d)
{
	const struct slot_kind *k = slot_list_owner(au->in->slots, d->project);
	struct str top = top_of(au, d);

	if (!k || !has_modules(au, k, d))
		return;
	if (slot_closure_wants(&au->closure, top)) {
		audit_add(au, AUDIT_FILLING, top, within(au, d), NULL,
			  "%.*s %.*s fills slot '%.*s', as a recipe wants it", STR_ARG(d->project),
			  STR_ARG(d->version), STR_ARG(k->name));
		return;
	}
	audit_add(au, AUDIT_SLOT, top, within(au, d),
		  arena_printf(au->in->a,
			       "pythonRemoveDeps = [ \"%.*s\" ]; in the recipe that asks for it, "
			       "or python3.pkgs.%.*s, the slot, among its dependencies",
			       STR_ARG(d->project), STR_ARG(d->project)),
		  "%.*s %.*s is slot '%.*s': the one who runs it brings it", STR_ARG(d->project),
		  STR_ARG(d->version), STR_ARG(k->name));
}

static void check_twice(struct auditing *au, const struct dist *d, const struct dist *first)
{
	struct str top = top_of(au, d), other = top_of(au, first);
	bool same = str_eq(d->version, first->version);

	if (str_eq(top, other) && str_eq(d->folder, first->folder) && same)
		return;
	audit_add(au, same ? AUDIT_TWICE : AUDIT_VERSIONS, top, within(au, d),
		  same ? "let both recipes take it from the same place"
		       : "let all recipes take it from python3.pkgs, or override it there once "
			 "(packageOverrides)",
		  "%.*s %.*s, and %.*s in '%.*s'", STR_ARG(d->project), STR_ARG(d->version),
		  STR_ARG(first->version), STR_ARG(other));
}

void audit_dists(struct auditing *au)
{
	const struct dists *d = &au->closure.dists;

	for (size_t i = 0; i < d->n; i++) {
		size_t first = 0;

		check_slot(au, &d->v[i]);
		while (!str_eq(d->v[first].project, d->v[i].project))
			first++;
		if (first < i)
			check_twice(au, &d->v[i], &d->v[first]);
	}
}
