/* SPDX-License-Identifier: MIT
 *
 * Making the folder. Its name is the hash of what goes into it, so that whoever finds it finds it
 * whole; a filling that changed behind its names has another. */
#include "slot/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/hash.h"
#include "py/requirement.h"
#include "slot/driver.h"

void place_add(struct place_entries *e, const char *name, const char *target, struct str bytes)
{
	ARRAY_GROW(e->v, e->n, e->cap);
	e->v[e->n++] = (struct place_entry){name, target, bytes};
}

static void entries_release(struct place_entries *e)
{
	free(e->v);
}

static bool is_name_there(const struct place_entries *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->v[i].name, name) == 0)
			return true;
	return false;
}

/* ---- a filling that holds more than the slot ---- */

static void link_one(const struct slot_case *c, size_t number, struct str folder, struct str name,
		     struct place_entries *out)
{
	const char *target = arena_printf(c->a, "%.*s/%.*s", STR_ARG(folder), STR_ARG(name));
	const char *at = arena_printf(c->a, "site-%zu/%.*s", number, STR_ARG(name));

	if (access(site_real(c->store, c->a, str_c(target)), F_OK) == 0 && !is_name_there(out, at))
		place_add(out, at, target, S(""));
}

static errint link_dist(const struct slot_case *c, size_t number, const struct dist *d,
			struct place_entries *out, struct err *err)
{
	const struct slot_kind *owner = slot_list_owner(c->list, d->project);
	struct str *tops;
	size_t n;
	errint rc = site_tops(c->store, c->a, d, &tops, &n, err);

	if (rc)
		return rc;
	link_one(c, number, d->folder, d->info, out);
	for (size_t i = 0; i < n; i++)
		link_one(c, number, d->folder, tops[i], out);
	const struct str *modules = n || !owner ? NULL : slot_kind_modules(owner, d->project, &n);
	for (size_t i = 0; modules && i < n; i++)
		link_one(c, number, d->folder, modules[i], out);
	if (n)
		return 0;
	char *module = arena_strz(c->a, d->project);
	for (char *p = module; *p; p++)
		*p = *p == '-' ? '_' : *p;
	link_one(c, number, d->folder, str_c(module), out);
	return 0;
}

/* What a slot's project asks for and the result has not, the user's environment may bring: there is
 * no other copy of it. It may ask for more. */
static errint link_needs(const struct slot_case *c, size_t number, const struct filling *f,
			 const struct dist *d, bool *taken, unsigned depth,
			 struct place_entries *out, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && depth < 16 && i < d->n_needs; i++) {
		struct requirement r;
		ERR(bad);

		if (requirement_parse(c->a, d->needs[i], &r, &bad))
			continue;
		struct str name = pep503_name(c->a, r.name);
		for (size_t k = 0; !rc && k < f->others.n; k++) {
			const struct dist *o = &f->others.v[k];

			if (taken[k] || !str_eq(o->project, name) ||
			    dists_find(&c->closure->dists, name))
				continue;
			taken[k] = true;
			rc = link_dist(c, number, o, out, err);
			if (!rc)
				rc = link_needs(c, number, f, o, taken, depth + 1, out, err);
		}
	}
	return rc;
}

static errint link_filling(const struct slot_case *c, size_t number, const struct filling *f,
			   struct place_entries *out, struct err *err)
{
	bool *taken = ARENA_ARRAY(c->a, bool, f->others.n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < f->dists.n; i++) {
		rc = link_dist(c, number, &f->dists.v[i], out, err);
		if (!rc)
			rc = link_needs(c, number, f, &f->dists.v[i], taken, 0, out, err);
	}
	return rc;
}

/* ---- the driver ---- */

static errint link_driver(const struct slot_case *c, struct place_entries *out, struct err *err)
{
	struct str *names;
	size_t n;

	if (!c->driver || !c->driver->folder)
		return 0;
	errint rc = driver_libraries(c->driver, c->a, &names, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		place_add(out, arena_printf(c->a, "driver/%.*s", STR_ARG(names[i])),
			  arena_printf(c->a, "%s/%.*s", c->driver->folder, STR_ARG(names[i])),
			  S(""));
	return rc;
}

/* ---- the folder ---- */

/* When a filling of the user's was last changed. */
static void put_time(const struct slot_case *c, struct buf *b, struct str path)
{
	struct stat st;

	if (stat(site_real(c->store, c->a, path), &st) == 0)
		buf_printf(b, "%.*s %lld.%09ld\n", STR_ARG(path), (long long)st.st_mtim.tv_sec,
			   st.st_mtim.tv_nsec);
}

static const char *key_of(const struct slot_case *c, const struct place_entries *e)
{
	BUF(text, LIMIT_LOCK_FILE);
	char hex[HASH_TEXT_MAX];
	struct hash h;

	buf_printf(&text, "2\n%.*s\n", STR_ARG(c->closure->result));
	for (size_t i = 0; i < c->n_fillings; i++)
		for (size_t k = 0; k < c->fillings[i].dists.n; k++) {
			const struct dist *d = &c->fillings[i].dists.v[k];

			buf_printf(&text, "%.*s %.*s\n", STR_ARG(d->project), STR_ARG(d->version));
			put_time(c, &text,
				 str_c(arena_printf(c->a, "%.*s/%.*s", STR_ARG(d->folder),
						    STR_ARG(d->info))));
			put_time(c, &text,
				 str_c(arena_printf(c->a, "%.*s/%.*s", STR_ARG(d->folder),
						    STR_ARG(d->project))));
		}
	for (size_t i = 0; i < e->n; i++)
		buf_printf(&text, "%s %s\n", e->v[i].name, e->v[i].target ? e->v[i].target : "");
	hash_bytes(HASH_SHA256, buf_str(&text), &h);
	hash_format(&h, HASH_NIX32, false, hex);
	return arena_printf(c->a, "%.32s", hex);
}

static errint write_entry(const char *folder, const struct place_entry *e, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/%s", folder, e->name);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(path)));
	errint rc = mkdir_p(AT_FDCWD, dir, 0700, err);

	if (rc)
		return rc;
	return e->target ? file_symlink(e->target, AT_FDCWD, path, err)
			 : file_write(AT_FDCWD, path, e->bytes, 0600, 0, err);
}

/* Somebody else may make the same one meanwhile: either will do. */
static errint write_folder(const char *parent, const char *folder, const struct place_entries *e,
			   struct err *err)
{
	char *made CLEANUP_FREE = NULL;
	errint rc = mkdir_p(AT_FDCWD, parent, 0700, err);

	if (!rc)
		rc = temp_dir(parent, ".new-", &made, err);
	for (size_t i = 0; !rc && i < e->n; i++)
		rc = write_entry(made, &e->v[i], err);
	if (rc) {
		if (made)
			remove_tree_quietly(AT_FDCWD, made);
		err_hint(err, "XDG_CACHE_HOME names another place");
		return err_wrap(err, "making a folder for the slots");
	}
	if (rename(made, folder) < 0)
		remove_tree_quietly(AT_FDCWD, made);
	return access(folder, F_OK) ? err_sys(err, "making '%s'", folder) : 0;
}

static bool has_under(const struct place_entries *e, const char *prefix)
{
	for (size_t i = 0; i < e->n; i++)
		if (str_starts(str_c(e->v[i].name), str_c(prefix)))
			return true;
	return false;
}

/* Of the set's companions those that the result has not. */
static void add_companions(const struct slot_case *c, const struct filling *f,
			   struct slot_place *out)
{
	for (size_t i = 0; i < f->n_companions; i++) {
		struct dists d CLEANUP(dists_release) = {0};
		bool needed = false;
		ERR(ignored);

		if (site_list(c->store, c->a, f->companions[i], &d, &ignored))
			continue;
		for (size_t k = 0; k < d.n; k++)
			needed |= !dists_find(&c->closure->dists, d.v[k].project);
		if (needed)
			out->path[out->n++] = f->companions[i];
	}
}

static void tell_path(const struct slot_case *c, struct slot_place *out)
{
	size_t max = c->n_fillings;

	for (size_t i = 0; i < c->n_fillings; i++)
		max += c->fillings[i].n_folders + c->fillings[i].n_companions;
	out->path = ARENA_ARRAY(c->a, struct str, max);
	for (size_t i = 0; i < c->n_fillings; i++) {
		const struct filling *f = &c->fillings[i];

		for (size_t k = 0; filling_is_pure(f) && k < f->n_folders; k++)
			out->path[out->n++] = f->folders[k];
		if (!filling_is_pure(f))
			out->path[out->n++] =
				str_c(arena_printf(c->a, "%s/site-%zu", out->folder, i));
	}
	for (size_t i = 0; i < c->n_fillings; i++)
		add_companions(c, &c->fillings[i], out);
}

errint slot_place_make(const struct slot_case *c, struct slot_place *out, struct err *err)
{
	struct place_entries e CLEANUP(entries_release) = {0};
	char *cache CLEANUP_FREE = user_cache_dir();
	const char *parent = arena_printf(c->a, "%s/slots", cache);
	errint rc = link_driver(c, &e, err);

	for (size_t i = 0; !rc && i < c->n_fillings; i++)
		if (!filling_is_pure(&c->fillings[i]))
			rc = link_filling(c, i, &c->fillings[i], &e, err);
	if (rc)
		return rc;
	*out = (struct slot_place){.folder = arena_printf(c->a, "%s/%s", parent, key_of(c, &e))};
	rc = guard_entries(c, out->folder, &e, err);
	if (!rc && access(out->folder, F_OK))
		rc = write_folder(parent, out->folder, &e, err);
	if (rc)
		return rc;
	tell_path(c, out);
	if (has_under(&e, "driver/"))
		out->driver = arena_printf(c->a, "%s/driver", out->folder);
	out->constraints = arena_printf(c->a, "%s/constraints.txt", out->folder);
	return 0;
}
