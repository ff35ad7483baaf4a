/* SPDX-License-Identifier: MIT
 *
 * What is installed in a closure: Python distributions by their metadata. */
#include "audit/audit_int.h"
#include "py/requirement.h"

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

static void check_slot(struct auditing *au, const struct dist *d)
{
	const struct slot_kind *k = slot_list_owner(au->in->slots, d->project);
	struct str top = top_of(au, d);

	if (!k || !slot_has_modules(au->in->store, au->in->a, k, d))
		return;
	if (slot_closure_wants(&au->closure, top)) {
		audit_add(au, AUDIT_FILLING, top, within(au, d), d->project, NULL,
			  "%.*s %.*s fills slot '%.*s', as a recipe wants it", STR_ARG(d->project),
			  STR_ARG(d->version), STR_ARG(k->name));
		return;
	}
	audit_add(au, AUDIT_SLOT, top, within(au, d), d->project,
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
	audit_add(au, same ? AUDIT_TWICE : AUDIT_VERSIONS, top, within(au, d), d->project,
		  same ? "let both recipes take it from the same place"
		       : "let all recipes take it from python3.pkgs, or override it there once "
			 "(packageOverrides)",
		  "%.*s %.*s, and %.*s in '%.*s'", STR_ARG(d->project), STR_ARG(d->version),
		  STR_ARG(first->version), STR_ARG(other));
}

/* ---- what they ask for ---- */

static void check_need(struct auditing *au, const struct dist *d, const struct marker_env *env,
		       struct str text)
{
	struct arena *a = au->in->a;
	struct requirement r;
	struct pep440 version;
	bool wanted = true;
	ERR(bad);

	/* What nobody can read was no obstacle for whoever installed it. */
	if (requirement_parse(a, text, &r, &bad) ||
	    (r.marker && marker_eval(r.marker, env, &wanted, &bad)) || !wanted)
		return;
	struct str name = pep503_name(a, r.name);
	const struct dist *have = slot_closure_find(&au->closure, name);
	if (slot_list_owner(au->in->slots, name))
		return;
	if (!have)
		audit_add(au, AUDIT_MISSING, top_of(au, d), within(au, d), name,
			  arena_printf(a,
				       "add python3.pkgs.%.*s to the recipe's dependencies, or "
				       "pythonRemoveDeps = [ \"%.*s\" ];",
				       STR_ARG(name), STR_ARG(name)),
			  "%.*s %.*s asks for '%.*s', which is not there", STR_ARG(d->project),
			  STR_ARG(d->version), STR_ARG(text));
	else if (str_eq(have->project, name) && !pep440_parse(a, have->version, &version, &bad) &&
		 !specifier_set_contains(&r.versions, &version))
		audit_add(au, AUDIT_UNFIT, top_of(au, d), within(au, d), name,
			  arena_printf(
				  a, "override one of the two, or pythonRelaxDeps = [ \"%.*s\" ];",
				  STR_ARG(name)),
			  "%.*s %.*s asks for '%.*s', and %.*s is there", STR_ARG(d->project),
			  STR_ARG(d->version), STR_ARG(text), STR_ARG(have->version));
}

/* Distributions of fillings are checked when they fill a slot. */
static void check_needs(struct auditing *au, const struct dist *d)
{
	struct arena *a = au->in->a;
	const char *full = arena_printf(a, "%.*s.0", STR_ARG(au->closure.python));
	const struct marker_env env = marker_env_linux(a, str_c(full), marker_machine());

	if (slot_closure_wants(&au->closure, top_of(au, d)))
		return;
	for (size_t i = 0; au->closure.python.n && i < d->n_needs; i++)
		check_need(au, d, &env, d->needs[i]);
}

void audit_dists(struct auditing *au)
{
	const struct dists *d = &au->closure.dists;

	for (size_t i = 0; i < d->n; i++) {
		size_t first = 0;

		check_slot(au, &d->v[i]);
		check_needs(au, &d->v[i]);
		while (!str_eq(d->v[first].project, d->v[i].project))
			first++;
		if (first < i)
			check_twice(au, &d->v[i], &d->v[first]);
	}
}
