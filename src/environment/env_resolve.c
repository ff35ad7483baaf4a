/* SPDX-License-Identifier: MIT
 *
 * From install ids to derivations and store paths: names of the set and of the project's recipes in
 * one evaluation, flakes by theirs, store paths as they are. */
#include "environment/locked.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "base/toml.h"
#include "environment/version_range.h"
#include "base/environ.h"
#include "project/catalog.h"
#include "project/installable.h"
#include "source/ladder.h"
#include "source/locator.h"
#include "store/derivation.h"
#include "store/store.h"

struct env_resolution {
	struct session *s;
	const struct environment *env;
	struct arena *a;
	struct eval_request eval;
	struct catalog *catalog; /* NULL: no name so far */
	struct str set_url, set_rev;
};

static void resolution_release(struct env_resolution *r)
{
	catalog_close(r->catalog);
}

/* Puts the place in the manifest before what went wrong. */
static errint at_place(const struct toml *at, struct err *err)
{
	return at ? err_wrap(err, "%s:%u:%u", at->file, at->line, at->column) : err->code;
}

/* ---- outputs ---- */

static errint add_output(struct env_package *p, struct str name, struct err *err)
{
	const struct manifest_locked *l = &p->locked;

	for (size_t i = 0; i < p->n_paths; i++)
		if (str_eq(p->names[i], name))
			return 0;
	for (size_t i = 0; i < l->n_outputs; i++) {
		if (!str_eq(l->outputs[i].name, name))
			continue;
		p->names[p->n_paths] = name;
		p->paths[p->n_paths++] = l->outputs[i].path;
		return 0;
	}
	return err_set(err, ERR_NOT_FOUND, "'%.*s' has no output '%.*s'", STR_ARG(l->install_id),
		       STR_ARG(name));
}

errint env_package_outputs(const struct manifest *m, struct env_package *p, struct arena *a,
			   struct err *err)
{
	const struct manifest_texts *said = &p->wanted->outputs;
	struct manifest_locked *l = &p->locked;
	bool all = p->wanted->all_outputs ||
		   (!said->at && (m->schema == MANIFEST_V1 || !l->outputs_to_install.v));
	errint rc = 0;

	if (l->kind == MANIFEST_STORE_PATH && !l->n_outputs) {
		l->outputs = ARENA_NEW(a, struct manifest_locked_output);
		l->outputs[l->n_outputs++] =
			(struct manifest_locked_output){S("out"), l->store_path};
	}
	p->names = ARENA_ARRAY(a, struct str, l->n_outputs);
	p->paths = ARENA_ARRAY(a, struct str, l->n_outputs);
	p->n_paths = 0;
	for (size_t i = 0; !rc && all && i < l->n_outputs; i++)
		rc = add_output(p, l->outputs[i].name, err);
	for (size_t i = 0; !rc && !all && said->at && i < said->n; i++)
		rc = add_output(p, said->v[i].text, err);
	for (size_t i = 0; !rc && !all && !said->at && i < l->outputs_to_install.n; i++)
		rc = add_output(p, l->outputs_to_install.v[i], err);
	return rc;
}

static errint read_outputs(struct env_resolution *r, const struct drv_ref *d,
			   struct env_package *out, struct err *err)
{
	struct manifest_locked *l = &out->locked;
	struct drv drv;
	errint rc = store_read_drv(r->s->store, r->a, d->drv_path, &drv, err);

	if (rc)
		return rc;
	l->derivation = arena_str(r->a, d->drv_path);
	l->name = arena_str(r->a, d->name);
	l->n_outputs = drv.n_outputs;
	l->outputs = ARENA_ARRAY(r->a, struct manifest_locked_output, drv.n_outputs);
	for (size_t i = 0; i < drv.n_outputs; i++)
		l->outputs[i] =
			(struct manifest_locked_output){drv.outputs[i].name, drv.outputs[i].path};
	l->outputs_to_install.v = ARENA_ARRAY(r->a, struct str, d->n_outputs);
	for (size_t i = 0; i < d->n_outputs; i++)
		l->outputs_to_install.v[l->outputs_to_install.n++] = arena_str(r->a, d->outputs[i]);
	return 0;
}

/* ---- names ---- */

/* The environment's folder is a project when it has recipes, or pins a set. */
static errint open_catalog(struct env_resolution *r, struct err *err)
{
	char *recipes CLEANUP_FREE = path_join(r->env->dir, S(".flox/pkgs"));
	char *pin CLEANUP_FREE = path_join(r->env->dir, S(".flox/kiln.lock"));
	const struct project_request request = {
		.session = r->s,
		.eval = &r->eval,
		.dir = access(recipes, F_OK) == 0 || access(pin, F_OK) == 0 ? r->env->dir.p : NULL,
	};

	return r->catalog ? 0 : catalog_open(&request, r->a, &r->catalog, err);
}

/* "flox-cuda/python3Packages.torch": what a catalog has is not to be had here, but a slot is a slot
 * whoever names it. */
static errint of_catalog(const struct manifest_package *w, struct str catalog, struct str name,
			 struct err *err)
{
	err_set(err, ERR_UNSUPPORTED,
		"'%.*s' is of the catalog '%.*s', and kiln reads no catalogs: it has its package "
		"set, the project's recipes, store paths and flakes",
		STR_ARG(w->id), STR_ARG(catalog));
	return err_hint(err,
			"pkg-path = \"%.*s\" is what the set has, store-path = \"/nix/store/…\" "
			"what was built elsewhere",
			STR_ARG(name));
}

static errint check_version(const struct manifest_package *w, struct str name, struct str version,
			    struct err *err)
{
	bool fits;
	errint rc = version_range_has(w->version.text, version, &fits, err);

	if (rc || fits)
		return rc;
	err_set(err, ERR_NOT_FOUND, "there is no version '%.*s' of '%.*s'",
		STR_ARG(w->version.text), STR_ARG(name));
	err_detail(err, "       the package set has %.*s", version.n ? (int)version.n : 15,
		   version.n ? version.p : "one without it");
	return err_hint(err, "take the version away, or give the package a recipe: "
			     ".flox/pkgs/NAME.nix");
}

/* What the public format has of a catalog's revision is the set's pin here; times decide nothing.
 */
static errint read_pin(struct env_resolution *r, struct err *err)
{
	char text[HASH_TEXT_MAX];
	struct set_pin pin = {0};
	errint rc = project_pin_read(r->s, r->env->dir.p, r->a, &pin, err);

	if (!rc && !pin.there)
		rc = project_set_own(r->s, r->a, &pin, err);
	if (rc)
		return rc;
	r->set_rev = arena_str(r->a, str_c(hash_format(&pin.nar_hash, HASH_SRI, true, text)));
	r->set_url = str_c(arena_printf(r->a, "kiln-set-%.*s?narHash=%.*s", STR_ARG(pin.version),
					STR_ARG(r->set_rev)));
	return 0;
}

static void take_origin(struct env_resolution *r, enum catalog_kind kind, struct manifest_locked *l)
{
	bool recipe = kind == CATALOG_RECIPE;

	l->locked_url = recipe ? S("path:.flox/pkgs") : r->set_url;
	l->rev = recipe ? S("") : r->set_rev;
	l->rev_date = l->scrape_date = S("1970-01-01T00:00:00Z");
}

static struct manifest_locked_list one_of(struct arena *a, struct str s)
{
	struct manifest_locked_list l = {NULL, 0};

	if (s.n) {
		l.v = ARENA_NEW(a, struct str);
		l.v[l.n++] = s;
	}
	return l;
}

static errint take_item(struct env_resolution *r, const struct catalog_item *item,
			struct env_package *out, struct err *err)
{
	struct manifest_locked *l = &out->locked;
	struct catalog_row row;
	struct drv_ref *found;
	size_t n = 0;
	errint rc = catalog_row_of(r->catalog, item, &row, err);

	if (rc)
		return rc;
	l->attr_path = row.attr;
	l->pname = l->name = row.name;
	l->version = row.version;
	l->description = row.description;
	l->licenses = one_of(r->a, row.license);
	l->derivation = S("");
	l->broken = l->unfree = 0;
	if (!r->set_url.n)
		rc = read_pin(r, err);
	if (rc)
		return rc;
	take_origin(r, row.kind, l);
	if (row.kind == CATALOG_SLOT)
		return 0;
	rc = check_version(out->wanted, row.attr, row.version, err);
	if (!rc)
		rc = evaluation_derivations(item->e, item->value, r->a, &found, NULL, &n, err);
	if (!rc && n != 1)
		rc = err_set(err, ERR_UNSUPPORTED, "'%.*s' is %zu packages, not one",
			     STR_ARG(row.attr), n);
	return rc ? rc : read_outputs(r, &found[0], out, err);
}

static errint resolve_name(struct env_resolution *r, struct env_package *out, struct err *err)
{
	const struct manifest_package *w = out->wanted;
	struct str catalog = S(""), name = w->what.text;
	struct catalog_item item;
	errint rc = open_catalog(r, err);

	if (str_cut(w->what.text, '/', &catalog, &name) && str_eqz(catalog, "nixpkgs"))
		catalog = S("");
	if (!rc)
		rc = catalog_find(r->catalog, arena_strz(r->a, name), &item, err);
	if (rc == ERR_NOT_FOUND && catalog.n)
		return of_catalog(w, catalog, name, err);
	if (!rc)
		rc = take_item(r, &item, out, err);
	return !rc && catalog.n && out->locked.n_outputs ? of_catalog(w, catalog, name, err) : rc;
}

/* ---- the others ---- */

static errint resolve_path(struct env_resolution *r, struct env_package *out, struct err *err)
{
	struct str path = out->wanted->what.text;
	bool there;

	if (!store_path_is(store_dir(r->s->store), path)) {
		err_set(err, ERR_USAGE, "'%.*s' is no store path", STR_ARG(path));
		return err_hint(err, "a store path is %.*s/HASH-NAME, without what is below it",
				STR_ARG(store_dir(r->s->store)));
	}
	errint rc = store_is_present(r->s->store, path, &there, err);
	if (rc)
		return rc;
	if (!there) {
		err_set(err, ERR_NOT_FOUND, "'%.*s' of '%.*s' is not in the store", STR_ARG(path),
			STR_ARG(out->wanted->id));
		return err_hint(err,
				"build what it comes from (kiln build), or bring it (kiln store "
				"import)");
	}
	out->locked.store_path = arena_str(r->a, path);
	return 0;
}

/* A folder is meant from the environment's, wherever we are. */
static const char *flake_text(struct env_resolution *r, struct str text)
{
	struct str folder = text, name = S("");

	if (!text.n || text.p[0] != '.')
		return arena_strz(r->a, text);
	(void)str_cut(text, '#', &folder, &name);
	char *joined CLEANUP_FREE = path_join(r->env->dir, folder);
	char *clean CLEANUP_FREE = path_clean(str_c(joined));
	return arena_printf(r->a, "%s%s%.*s", clean, folder.n < text.n ? "#" : "", STR_ARG(name));
}

/* The flake's reference with the commit that it was at; as it is where there is none. What was
 * noted since is the flake itself, and then its inputs. */
static struct str locked_flake(struct env_resolution *r, const char *text, size_t since)
{
	struct str ref = str_c(text), name, out;
	const struct fetched_input *v;
	struct locator l = {0};
	size_t n;
	ERR(none);

	(void)str_cut(ref, '#', &ref, &name);
	v = ladder_inputs(session_ladder(r->s), &n);
	if (n <= since || !v[since].rev.n || locator_parse(r->a, ref, &l, &none))
		return ref;
	locator_unset(&l, "ref");
	locator_set_text(&l, "rev", arena_str(r->a, v[since].rev));
	return locator_print(&l, &out, &none) ? ref : out;
}

static errint resolve_flake(struct env_resolution *r, struct env_package *out, struct err *err)
{
	struct resolved_list found CLEANUP(resolved_list_release) = {0};
	const struct eval_request eval = {0};
	/* What is remembered does not tell where it came from. */
	const struct project_request request = {.session = r->s, .eval = &eval, .fresh = true};
	const char *text = flake_text(r, out->wanted->what.text);
	const struct asked asked = {.kind = ASKED_FLAKE, .text = text};
	size_t since;

	ladder_note_inputs(session_ladder(r->s));
	(void)ladder_inputs(session_ladder(r->s), &since);
	errint rc = project_resolve(&request, &asked, 1, r->a, &found, err);

	if (!rc && (found.n != 1 || found.v[0].n != 1))
		rc = err_set(err, ERR_UNSUPPORTED, "flake '%s' is not one package", text);
	if (rc)
		return rc;
	out->locked.locked_url = locked_flake(r, text, since);
	out->locked.attr_path = arena_str(r->a, found.v[0].drvs[0].attr);
	out->locked.package_system = str_c(native_system());
	rc = read_outputs(r, &found.v[0].drvs[0], out, err);
	out->locked.output_names.v = ARENA_ARRAY(r->a, struct str, out->locked.n_outputs);
	for (size_t i = 0; !rc && i < out->locked.n_outputs; i++)
		out->locked.output_names.v[out->locked.output_names.n++] =
			out->locked.outputs[i].name;
	return rc;
}

static errint resolve_one(struct env_resolution *r, struct env_package *out, struct err *err)
{
	switch (out->wanted->kind) {
	case MANIFEST_CATALOG:
		return resolve_name(r, out, err);
	case MANIFEST_FLAKE:
		return resolve_flake(r, out, err);
	case MANIFEST_STORE_PATH:
		return resolve_path(r, out, err);
	}
	return 0;
}

static bool is_added(const struct environment_change *change, struct str id)
{
	for (size_t i = 0; change && i < change->n_added; i++)
		if (str_eq(change->added[i], id))
			return true;
	return false;
}

errint env_resolve(struct session *s, const struct environment *env,
		   const struct environment_change *change, const struct manifest_package *const *v,
		   size_t n, struct arena *a, struct env_package *out, struct err *err)
{
	struct env_resolution r CLEANUP(resolution_release) = {.s = s, .env = env, .a = a};
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		out[i] = (struct env_package){v[i], MANIFEST_LOCKED_INIT};
		out[i].locked.kind = v[i]->kind;
		out[i].locked.install_id = v[i]->id;
		out[i].locked.system = str_c(native_system());
		out[i].locked.priority = (uint64_t)v[i]->priority.value;
		if (v[i]->kind == MANIFEST_CATALOG)
			out[i].locked.group =
				v[i]->group.at ? v[i]->group.text : S(MANIFEST_DEFAULT_GROUP);
		rc = resolve_one(&r, &out[i], err);
		if (!rc)
			rc = env_package_outputs(env->manifest, &out[i], a, err);
		if (rc)
			return is_added(change, v[i]->id)
				       ? rc
				       : at_place(v[i]->what.at ? v[i]->what.at : v[i]->at, err);
	}
	return rc ? rc : store_flush(s->store, err);
}
