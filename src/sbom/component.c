/* SPDX-License-Identifier: MIT
 *
 * A path's parts, its distributions and what is known of it, put together. */
#include "sbom/component.h"

#include <stdlib.h>
#include "sbom/component_int.h"
#include "sbom/spdx.h"
#include "source/package_url.h"
#include "store/closure_diff.h"

const char *component_ecosystem_text(enum component_ecosystem e)
{
	static const char *const texts[] = {
#define X(id, type) type,
		COMPONENT_ECOSYSTEMS(X)
#undef X
	};

	return texts[e];
}

static int by_name(const void *a, const void *b)
{
	const struct component *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ? c : str_cmp(x->version, y->version);
}

/* ---- what is in a path ---- */

static void take_debs(struct component_look *l, const struct component_parts *parts,
		      struct component_path *p)
{
	p->v = ARENA_ARRAY(l->a, struct component, parts->n + 1);
	for (size_t i = 0; i < parts->n; i++)
		if (component_debian(l, &parts->v[i], &p->v[p->n]))
			p->n++;
	if (p->n > 1)
		qsort(p->v, p->n, sizeof(*p->v), by_name);
}

/* Is the source a file of that project, whatever its version is called? */
static bool is_of(struct arena *a, const struct component_part *part, const struct component *c)
{
	struct str name = purl_pypi(a, c->name, S("")), head = part->purl, version;

	str_cut(part->purl, '@', &head, &version);
	return str_eq(head, name);
}

/* The one source that there is, or, of several, the project's own. */
static void take_sources(struct component_look *l, const struct component_parts *parts,
			 struct component_path *p)
{
	for (size_t i = 0; i < p->n; i++)
		for (size_t k = 0; k < parts->n; k++)
			if ((parts->n == 1 && p->n == 1) || is_of(l->a, &parts->v[k], &p->v[i])) {
				p->v[i].source = parts->v[k].source;
				break;
			}
}

/* ---- the path as one ---- */

static struct component nameless(void)
{
	const struct str none = S("");

	return (struct component){
		.name = none,
		.version = none,
		.purl = none,
		.of = none,
		.licence = none,
		.said = none,
		.summary = none,
		.homepage = none,
		.info = none,
		.source = {.name = none, .origin = none, .url = none, .purl = none},
	};
}

/* Of what several are together, when each is known. */
static struct str licence_of_all(struct arena *a, const struct component_path *p)
{
	struct str out = S("");

	for (size_t i = 0; i < p->n; i++) {
		struct str one = p->v[i].licence;
		bool known = false;

		if (!one.n)
			return S("");
		for (size_t k = 0; k < i; k++)
			known |= str_eq(p->v[k].licence, one);
		if (!known)
			out = out.n ? str_c(arena_printf(a, "%.*s AND (%.*s)", STR_ARG(out),
							 STR_ARG(one)))
				    : one;
	}
	return spdx_expression(a, out);
}

/* As its derivation calls it, else as its path is called; what is no first output, or made of
 * another ("glibc-2.41-dev", "python3-3.13.5-env"), is not called as that. */
static void name_path(struct component_look *l, const struct component_parts *parts,
		      struct component_path *p)
{
	struct str name = store_path_name(p->path), suffix;

	closure_package_name(name, &p->it.name, &p->it.version);
	size_t told = p->it.name.n + p->it.version.n + (p->it.version.n > 0);
	suffix = str_skip(name, told);
	if (parts->pname.n) {
		p->it.name = parts->pname;
		p->it.version = parts->version;
	}
	if (suffix.n && p->it.version.n)
		p->it.name =
			str_c(arena_printf(l->a, "%.*s%.*s", STR_ARG(p->it.name), STR_ARG(suffix)));
}

/* A source itself is called "source", or as its file: its package URL knows better. */
static void name_source(struct arena *a, struct component_path *p)
{
	purl_parts(a, p->it.purl, &p->it.name, &p->it.version);
}

static void of_recipe(struct component_look *l, const struct component_parts *parts,
		      struct component_path *p)
{
	const struct component_part *only = parts->n == 1 ? &parts->v[0] : NULL;

	p->it.ecosystem = COMPONENT_GENERIC;
	name_path(l, parts, p);
	if (only)
		p->it.source = only->source;
	if (only && !p->n && str_starts(only->purl, S("pkg:github/")))
		p->it.ecosystem = COMPONENT_GITHUB;
	if (only && !p->n && parts->itself && str_starts(only->purl, S("pkg:pypi/")))
		p->it.ecosystem = COMPONENT_PYPI;
	if (p->it.ecosystem != COMPONENT_GENERIC) {
		p->it.purl = only->purl;
		if (parts->itself)
			name_source(l->a, p);
		return;
	}
	p->it.purl = purl_generic(l->a, p->it.name, p->it.version, p->it.source.url);
}

static void take_fact(struct component_look *l, struct component_path *p)
{
	const struct component_fact *f = component_fact_made(l->facts, p->path);

	if (!f)
		return;
	if (str_starts(f->purl, S("pkg:")) && component_is_url(f->purl))
		p->it.purl = f->purl;
	if (!p->it.licence.n && f->licence.n)
		component_set_licence(l->a, &p->it, f->licence);
	if (!p->it.summary.n)
		p->it.summary = f->summary;
	if (!p->it.homepage.n && component_is_web(f->homepage))
		p->it.homepage = f->homepage;
}

/* ---- all ---- */

static void take_refs(struct component_look *l, const struct path_info *info,
		      struct component_path *p)
{
	p->refs = ARENA_ARRAY(l->a, struct str, info->n_refs + 1);
	for (size_t i = 0; i < info->n_refs; i++)
		if (!str_eq(info->refs[i], p->path))
			p->refs[p->n_refs++] = info->refs[i];
}

static errint look_at(struct component_look *l, struct str path, struct component_path *out,
		      struct err *err)
{
	struct component_path p = {.path = path, .it = nameless()};
	struct component_parts parts;
	struct path_info info;
	errint rc = store_query(l->s, l->a, path, &info, err);

	if (!rc)
		rc = component_parts_of(l, info.deriver, &parts, err);
	if (rc)
		return rc;
	p.nar_hash = info.nar_hash;
	p.nar_size = info.nar_size;
	p.drv = info.deriver;
	take_refs(l, &info, &p);
	take_debs(l, &parts, &p);
	if (!p.n)
		rc = component_dists(l, path, &p.v, &p.n, err);
	if (rc)
		return rc;
	if (p.n && p.v[0].ecosystem == COMPONENT_PYPI)
		take_sources(l, &parts, &p);
	if (p.n == 1) {
		p.it = p.v[0];
		p.n = 0;
	} else {
		of_recipe(l, &parts, &p);
		p.it.licence = licence_of_all(l->a, &p);
	}
	take_fact(l, &p);
	*out = p;
	return 0;
}

errint components_of(struct store *s, struct arena *a, const struct component_facts *facts,
		     const struct str *paths, size_t n, struct component_closure *out,
		     struct err *err)
{
	struct component_look l = {s, a, facts};
	struct str_set closure;
	errint rc = store_closure(s, a, paths, n, 0, &closure, err);

	if (rc)
		return rc;
	struct component_closure c = {.v = ARENA_ARRAY(a, struct component_path, closure.n + 1)};
	for (size_t i = 0; !rc && i < closure.n; i++)
		rc = look_at(&l, closure.v[i], &c.v[c.n++], err);
	if (rc)
		return rc;
	c.tops = ARENA_ARRAY(a, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		c.tops[c.n_tops++] = arena_str(a, paths[i]);
	*out = c;
	return 0;
}

const struct component_path *component_path_find(const struct component_closure *c, struct str path)
{
	size_t from = 0, to = c->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = str_cmp(c->v[middle].path, path);

		if (!order)
			return &c->v[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}
