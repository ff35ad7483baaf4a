/* SPDX-License-Identifier: MIT
 *
 * Reading of Packages files. */
#include "deb/index.h"

#include <stdlib.h>

#include "deb/control.h"

struct growing_packages {
	struct deb_package *v;
	size_t n, cap;
};

static void growing_packages_release(struct growing_packages *g)
{
	free(g->v);
}

static errint read_package(const struct control_reader *r, const struct control_paragraph *p,
			   struct deb_package *out, struct err *err)
{
	struct str sha256, size, version, source = S("");
	errint rc = control_need(r, p, "Package", &out->name, err);

	if (!rc)
		rc = control_need(r, p, "Version", &out->version, err);
	if (!rc)
		rc = control_need(r, p, "Filename", &out->file, err);
	if (!rc)
		rc = control_need(r, p, "SHA256", &sha256, err);
	if (!rc)
		rc = control_need(r, p, "Size", &size, err);
	if (rc)
		return rc;
	if (hash_parse(sha256, HASH_SHA256, &out->sha256, err))
		return err_wrap(err, "%s:%u: '%.*s'", r->name, p->line, STR_ARG(out->name));
	if (!str_to_u64(size, &out->size))
		return err_set(err, ERR_CORRUPT, "%s:%u: '%.*s': size '%.*s' is no number", r->name,
			       p->line, STR_ARG(out->name), STR_ARG(size));
	/* "name (version)" where that version is another */
	if (control_get(p, S("Source"), &source) && str_cut(source, ' ', &out->source, &version))
		source = out->source;
	out->source = str_eq(source, out->name) ? S("") : source;
	control_get(p, S("Pre-Depends"), &out->pre_depends);
	control_get(p, S("Depends"), &out->depends);
	control_get(p, S("Provides"), &out->provides);
	control_get(p, S("Description"), &out->description);
	control_get(p, S("Homepage"), &out->homepage);
	return 0;
}

/* By name, and the highest version first. */
static int by_name(const void *a, const void *b)
{
	const struct deb_package *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ? c : deb_version_cmp(y->version, x->version);
}

static int by_provided(const void *a, const void *b)
{
	const struct deb_provider *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ? c : str_cmp(x->package->name, y->package->name);
}

static errint collect_providers(struct arena *a, struct deb_index *x, struct err *err)
{
	struct deb_provider *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < x->n; i++) {
		const struct deb_package *p = &x->v[i];
		struct deb_depends provides;

		if (!p->provides.n)
			continue;
		if (deb_depends_parse(a, p->provides, &provides, err))
			return err_wrap(err, "package '%.*s'", STR_ARG(p->name));
		for (size_t g = 0; g < provides.n; g++) {
			const struct deb_atom *atom = &provides.v[g].v[0];

			ARRAY_GROW(v, n, cap);
			v[n++] = (struct deb_provider){atom->name, atom->version, p};
		}
	}
	if (n)
		qsort(v, n, sizeof(*v), by_provided);
	x->providers = ARENA_ARRAY(a, struct deb_provider, n);
	x->n_providers = n;
	if (n)
		memcpy(x->providers, v, n * sizeof(*v));
	return 0;
}

errint deb_index_parse(struct arena *a, struct str text, const char *name, struct deb_index *out,
		       struct err *err)
{
	struct control_paragraph p CLEANUP(control_paragraph_release) = {0};
	struct growing_packages g CLEANUP(growing_packages_release) = {0};
	struct control_reader r = control_reader_init(text, name);
	struct deb_index x = {0};
	bool more;
	errint rc;

	for (;;) {
		rc = control_next(&r, &p, &more, err);
		if (rc)
			return rc;
		if (!more)
			break;
		ARRAY_GROW(g.v, g.n, g.cap);
		g.v[g.n] = (struct deb_package){.size = 0};
		rc = read_package(&r, &p, &g.v[g.n++], err);
		if (rc)
			return rc;
	}
	if (g.n)
		qsort(g.v, g.n, sizeof(*g.v), by_name);
	x.v = ARENA_ARRAY(a, struct deb_package, g.n);
	for (size_t i = 0; i < g.n; i++)
		if (!x.n || !str_eq(x.v[x.n - 1].name, g.v[i].name))
			x.v[x.n++] = g.v[i];
	if (collect_providers(a, &x, err))
		return err_wrap(err, "%s", name);
	*out = x;
	return 0;
}

const struct deb_package *deb_index_find(const struct deb_index *x, struct str name)
{
	size_t from = 0, to = x->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = str_cmp(x->v[mid].name, name);

		if (!c)
			return &x->v[mid];
		if (c < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

const struct deb_provider *deb_index_providers(const struct deb_index *x, struct str name,
					       size_t *n)
{
	size_t from = 0, to = x->n_providers, end;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (str_cmp(x->providers[mid].name, name) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	for (end = from; end < x->n_providers && str_eq(x->providers[end].name, name); end++)
		;
	*n = end - from;
	return x->providers + from;
}
