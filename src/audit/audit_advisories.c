/* SPDX-License-Identifier: MIT
 *
 * Which packages of a closure have known vulnerabilities. The same one has names in several
 * databases: it is told once, by the entry that says most. */
#include "audit/audit_int.h"

#include <stdlib.h>
#include "audit/advisories.h"
#include "base/file.h"
#include "base/json.h"

/* A package as advisories know it. */
struct audited {
	enum osv_ecosystem ecosystem;
	struct str name, version;
	struct str path, file;
};
struct audited_list {
	struct audited *v;
	size_t n, cap;
};

/* Debian mends what is in its packages without another version of it: of these its own word
 * counts. */
static bool is_debians(const struct auditing *au, struct str path)
{
	const struct component_path *p = component_path_find(&au->components, path);

	if (!p)
		return false;
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].ecosystem == COMPONENT_DEBIAN)
			return true;
	return p->it.ecosystem == COMPONENT_DEBIAN;
}

static void add_dists(struct auditing *au, struct audited_list *l)
{
	for (size_t i = 0; i < au->closure.paths.n; i++)
		for (size_t k = 0; k < au->facts[i].n_dists; k++) {
			const struct fact_dist *d = &au->facts[i].dists[k];

			if (is_debians(au, au->closure.paths.v[i]))
				break;
			ARRAY_GROW(l->v, l->n, l->cap);
			l->v[l->n++] = (struct audited){OSV_PYPI, d->project, d->version,
							au->closure.paths.v[i], d->info};
		}
}

/* Of Debian's packages the source that they were made of, once a path. */
static void add_debian(struct audited_list *l, struct str path, const struct component *c)
{
	struct str name = c->of.n ? c->of : c->name;

	if (c->ecosystem != COMPONENT_DEBIAN || !c->version.n)
		return;
	for (size_t i = l->n; i-- > 0 && str_eq(l->v[i].path, path);)
		if (str_eq(l->v[i].name, name) && str_eq(l->v[i].version, c->version))
			return;
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = (struct audited){OSV_DEBIAN, name, c->version, path, S("")};
}

static void add_components(struct auditing *au, struct audited_list *l)
{
	for (size_t i = 0; i < au->components.n; i++) {
		const struct component_path *p = &au->components.v[i];

		if (!p->n)
			add_debian(l, p->path, &p->it);
		for (size_t k = 0; k < p->n; k++)
			add_debian(l, p->path, &p->v[k]);
	}
}

/* ---- matches ---- */

struct match {
	const struct audited *package;
	const struct osv_affected *affected;
};

static bool is_named(const struct osv_entry *e, struct str name)
{
	for (size_t i = 0; i < e->n_aliases; i++)
		if (str_eq(e->aliases[i], name))
			return true;
	return str_eq(e->id, name);
}

static bool is_same(const struct osv_entry *x, const struct osv_entry *y)
{
	for (size_t i = 0; i < y->n_aliases; i++)
		if (is_named(x, y->aliases[i]))
			return true;
	return is_named(x, y->id);
}

/* By package; what says how grave it is first, then what tells a version that mends it. */
static int by_worth(const void *a, const void *b)
{
	const struct match *x = a, *y = b;
	int c = (x->package > y->package) - (x->package < y->package);

	if (!c)
		c = (int)y->affected->of->gravity - (int)x->affected->of->gravity;
	if (!c)
		c = (osv_fixed_in(y->affected, y->package->version).n > 0) -
		    (osv_fixed_in(x->affected, x->package->version).n > 0);
	return c ? c : str_cmp(x->affected->of->id, y->affected->of->id);
}

static enum audit_severity severity_of(const struct match *m)
{
	if (m->affected->unimportant)
		return AUDIT_NOTE;
	return m->affected->of->gravity == OSV_LOW || m->affected->of->gravity == OSV_MODERATE
		       ? AUDIT_WARNING
		       : AUDIT_ERROR;
}

/* "CVE-2026-1" is what people call it; databases have names of their own. */
static struct str public_name(const struct osv_entry *e)
{
	for (size_t i = 0; i < e->n_aliases; i++)
		if (str_starts(e->aliases[i], S("CVE-")))
			return e->aliases[i];
	return e->id;
}

static void add_vulnerable(struct auditing *au, const struct match *m)
{
	const struct osv_entry *e = m->affected->of;
	struct arena *a = au->in->a;
	struct str fixed = osv_fixed_in(m->affected, m->package->version), name = public_name(e);
	const char *cure =
		fixed.n ? arena_printf(a, "version %.*s mends it: kiln update", STR_ARG(fixed))
			: "no version mends it yet";

	audit_add(au, AUDIT_VULNERABLE, m->package->path, m->package->file, name, cure,
		  "%.*s %.*s has %.*s (%s)%s%.*s", STR_ARG(m->package->name),
		  STR_ARG(m->package->version), STR_ARG(name), osv_gravity_name(e->gravity),
		  e->summary.n ? ": " : "", STR_ARG(e->summary));
	struct audit_finding *f = &au->out->v[au->out->n - 1];

	f->severity = severity_of(m);
	f->also = ARENA_ARRAY(a, struct str, e->n_aliases + 1);
	for (size_t i = 0; i < e->n_aliases; i++)
		f->also[f->n_also++] = e->aliases[i];
	f->also[f->n_also++] = e->id;
}

static size_t group_of(const size_t *group, size_t i)
{
	while (group[i] != i)
		i = group[i];
	return i;
}

/* Entries that share a name are one, and so are those that a third one joins. The first of each
 * group is told. */
static void tell(struct auditing *au, struct match *v, size_t n)
{
	size_t *group = ARENA_ARRAY(au->in->a, size_t, n);

	if (n)
		qsort(v, n, sizeof(*v), by_worth);
	for (size_t i = 0; i < n; i++) {
		group[i] = i;
		for (size_t k = i; k-- > 0 && v[k].package == v[i].package;) {
			size_t x = group_of(group, i), y = group_of(group, k);

			if (x != y && is_same(v[k].affected->of, v[i].affected->of))
				group[MAX(x, y)] = MIN(x, y);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (group[i] == i)
			add_vulnerable(au, &v[i]);
}

/* An entry of another release of Debian is about other packages. */
static bool is_about(const struct auditing *au, const struct osv_affected *f,
		     const struct audited *p)
{
	struct str release = au->in->debian;

	return f->ecosystem == p->ecosystem && str_eq(f->package, p->name) &&
	       (f->ecosystem != OSV_DEBIAN || !f->release.n || !release.n ||
		str_eq(f->release, release)) &&
	       osv_affects(f, p->version);
}

static void match_all(struct auditing *au, const struct audited_list *l,
		      const struct advisories *all)
{
	struct match *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < all->n; k++)
			if (is_about(au, &all->v[k], &l->v[i])) {
				ARRAY_GROW(v, n, cap);
				v[n++] = (struct match){&l->v[i], &all->v[k]};
			}
	tell(au, v, n);
}

static errint read_all(struct auditing *au, const struct audited_list *l, struct advisories *all,
		       struct err *err)
{
	struct arena *a = au->in->a;
	struct str_set keys = {ARENA_ARRAY(a, struct str, l->n), 0};
	errint rc = 0;

	for (size_t i = 0; i < l->n; i++)
		keys.v[keys.n++] = advisories_key(a, l->v[i].ecosystem, l->v[i].name);
	str_set_sort(&keys);
	for (size_t i = 0; !rc && i < au->in->n_advisories; i++)
		rc = advisories_read(au->in->advisories[i], keys, a, all, err);
	if (!rc && all->n_unread)
		audit_add(au, AUDIT_ADVISORIES, S(""), S(""), all->unread, NULL,
			  "%zu of %zu entries cannot be read, the first: '%.*s': %.*s",
			  all->n_unread, all->n_entries, STR_ARG(all->unread), STR_ARG(all->why));
	return rc;
}

errint audit_advisories(struct auditing *au, struct err *err)
{
	struct advisories all CLEANUP(advisories_release) = {0};
	struct audited_list l = {0};

	if (!au->in->n_advisories)
		return 0;
	add_dists(au, &l);
	add_components(au, &l);
	errint rc = read_all(au, &l, &all, err);
	if (!rc)
		match_all(au, &l, &all);
	free(l.v);
	return rc;
}

/* "13" of the release "13.8" that the set's lock is of. A set of one's own need not have any. */
struct str audit_debian_release(struct arena *a, const char *data)
{
	BUF(text, LIMIT_LOCK_FILE);
	struct json_member *m;
	struct str release = S(""), rest;
	size_t n;
	ERR(none);

	if (file_read(AT_FDCWD, arena_printf(a, "%s/pkgs/debian/lock.json", data), &text, &none) ||
	    json_members(a, buf_str(&text), &m, &n, &none))
		return S("");
	const struct str *value = json_find(m, n, S("release"));
	if (!value || json_string(a, *value, &release, &none))
		return S("");
	(void)str_cut(release, '.', &release, &rest);
	return release;
}
