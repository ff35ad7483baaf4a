/* SPDX-License-Identifier: MIT
 *
 * The closure solver. */
#include "deb/resolve.h"

#include <stdlib.h>

#include "base/buf.h"
#include "deb/index.h"

void deb_name_list_release(struct deb_name_list *l)
{
	free(l->v);
}

void deb_name_list_add(struct deb_name_list *l, struct str name)
{
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = name;
}

struct deb_names deb_name_list_set(struct arena *a, const struct deb_name_list *l)
{
	struct deb_names names = {ARENA_ARRAY(a, struct str, l->n), l->n};

	if (l->n)
		memcpy(names.v, l->v, l->n * sizeof(*l->v));
	deb_names_sort(&names);
	return names;
}

void deb_names_sort(struct deb_names *names)
{
	size_t kept = 0;

	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), str_cmp_qsort);
	for (size_t i = 0; i < names->n; i++)
		if (!kept || !str_eq(names->v[kept - 1], names->v[i]))
			names->v[kept++] = names->v[i];
	names->n = kept;
}

bool deb_names_has(const struct deb_names *names, struct str name)
{
	return names->n && bsearch(&name, names->v, names->n, sizeof(name), str_cmp_qsort);
}

static bool arch_fits(const struct deb_request *q, struct str arch)
{
	return !arch.n || str_eq(arch, S("any")) || str_eq(arch, S("native")) ||
	       str_eq(arch, q->arch);
}

/* The packages that fulfil one atom: the real one, then providers by name. */
static void candidates(const struct deb_index *x, const struct deb_request *q,
		       const struct deb_atom *atom, struct deb_name_list *out)
{
	const struct deb_package *real = deb_index_find(x, atom->name);
	const struct deb_provider *p;
	size_t n;

	if (!arch_fits(q, atom->arch))
		return;
	if (real && deb_version_satisfies(real->version, atom->rel, atom->version))
		deb_name_list_add(out, real->name);
	p = deb_index_providers(x, atom->name, &n);
	for (size_t i = 0; i < n; i++)
		if (atom->rel == DEB_REL_ANY ||
		    (p[i].version.n &&
		     deb_version_satisfies(p[i].version, atom->rel, atom->version)))
			deb_name_list_add(out, p[i].package->name);
}

static errint ambiguous(const struct deb_atom *atom, const struct deb_name_list *found,
			struct err *err)
{
	BUF(names, LIMIT_ERR_TEXT);

	for (size_t i = 0; i < found->n; i++)
		buf_printf(&names, "%s%.*s", i ? ", " : "", STR_ARG(found->v[i]));
	err_set(err, ERR_NOT_FOUND, "'%.*s' is provided by several packages", STR_ARG(atom->name));
	err_detail(err, "%s", buf_z(&names));
	return err_hint(err, "name one of them in the field 'Prefer'");
}

static errint unfulfilled(const struct deb_group *g, struct err *err)
{
	const struct deb_atom *first = &g->v[0];

	err_set(err, ERR_NOT_FOUND, "nothing in the suite fulfils its dependency on '%.*s'",
		STR_ARG(first->name));
	return err_hint(err, "name '%.*s' in a field 'Exclude' if it is not needed",
			STR_ARG(first->name));
}

/* Is a dependency of the package on this name left out? */
static bool excluded(const struct deb_request *q, const struct deb_package *p, struct str name)
{
	for (size_t i = 0; i < q->n_exclude; i++) {
		const struct deb_exclusion *e = &q->exclude[i];

		if ((!e->of.n || deb_names_has(&e->of, p->name)) && deb_names_has(&e->names, name))
			return true;
	}
	return false;
}

/* One package for a group, or an empty name when the group is left out. */
static errint choose(const struct deb_index *x, const struct deb_request *q,
		     const struct deb_package *p, const struct deb_group *g, struct str *out,
		     struct err *err)
{
	struct deb_name_list all CLEANUP(deb_name_list_release) = {0};

	for (size_t i = 0; i < g->n; i++) {
		if (!excluded(q, p, g->v[i].name))
			continue;
		*out = S("");
		return 0;
	}
	for (size_t i = 0; i < g->n; i++)
		candidates(x, q, &g->v[i], &all);
	for (size_t i = 0; i < all.n; i++) {
		if (!deb_names_has(&q->prefer, all.v[i]))
			continue;
		*out = all.v[i];
		return 0;
	}
	for (size_t i = 0; i < g->n; i++) {
		all.n = 0;
		candidates(x, q, &g->v[i], &all);
		if (!all.n)
			continue;
		if (all.n > 1 && !str_eq(all.v[0], g->v[i].name))
			return ambiguous(&g->v[i], &all, err);
		*out = all.v[0];
		return 0;
	}
	return unfulfilled(g, err);
}

static errint choose_all(struct arena *a, const struct deb_index *x, const struct deb_request *q,
			 const struct deb_package *p, struct str field, struct deb_name_list *out,
			 struct err *err)
{
	struct deb_depends d;
	errint rc = deb_depends_parse(a, field, &d, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < d.n; i++) {
		struct str name;

		rc = choose(x, q, p, &d.v[i], &name, err);
		if (rc)
			return rc;
		if (name.n)
			deb_name_list_add(out, name);
	}
	return 0;
}

static errint deps_of(struct arena *a, const struct deb_index *x, const struct deb_request *q,
		      const struct deb_package *p, struct deb_names *out, struct err *err)
{
	struct deb_name_list names CLEANUP(deb_name_list_release) = {0};

	if (choose_all(a, x, q, p, p->pre_depends, &names, err) ||
	    choose_all(a, x, q, p, p->depends, &names, err))
		return err_wrap(err, "package '%.*s'", STR_ARG(p->name));
	*out = deb_name_list_set(a, &names);
	return 0;
}

static int by_package(const void *a, const void *b)
{
	const struct deb_chosen *x = a, *y = b;

	return str_cmp(x->package->name, y->package->name);
}

/* Which packages were queued, by their position in the index. */
struct resolve_walk {
	const struct deb_index *index;
	bool *seen;
	size_t *queue;
	size_t n;
};

static void walk_release(struct resolve_walk *w)
{
	free(w->seen);
	free(w->queue);
}

static errint enqueue(struct resolve_walk *w, struct str name, struct err *err)
{
	const struct deb_package *p = deb_index_find(w->index, name);
	size_t at;

	if (!p)
		return err_set(err, ERR_NOT_FOUND, "the suite has no package '%.*s'",
			       STR_ARG(name));
	at = (size_t)(p - w->index->v);
	if (!w->seen[at])
		w->queue[w->n++] = at;
	w->seen[at] = true;
	return 0;
}

errint deb_resolve(struct arena *a, const struct deb_index *x, const struct deb_request *q,
		   struct deb_closure *out, struct err *err)
{
	struct resolve_walk w CLEANUP(walk_release) = {
		.index = x,
		.seen = xcalloc(x->n + 1, sizeof(bool)),
		.queue = xcalloc(x->n + 1, sizeof(size_t)),
	};
	struct deb_chosen *v;
	errint rc;

	for (size_t i = 0; i < q->roots.n; i++) {
		rc = enqueue(&w, q->roots.v[i], err);
		if (rc)
			return rc;
	}
	v = ARENA_ARRAY(a, struct deb_chosen, x->n);
	for (size_t i = 0; i < w.n; i++) {
		v[i].package = &x->v[w.queue[i]];
		rc = deps_of(a, x, q, v[i].package, &v[i].deps, err);
		if (rc)
			return rc;
		for (size_t j = 0; j < v[i].deps.n; j++) {
			rc = enqueue(&w, v[i].deps.v[j], err);
			if (rc)
				return rc;
		}
	}
	if (w.n)
		qsort(v, w.n, sizeof(*v), by_package);
	out->v = v;
	out->n = w.n;
	return 0;
}
