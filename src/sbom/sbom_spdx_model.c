/* SPDX-License-Identifier: MIT
 *
 * Source: the SPDX specification 2.3. What both of its spellings say, as data. */
#include <stdlib.h>
#include "base/date.h"
#include "sbom/sbom_int.h"
#include "store/store_path.h"

#define NO_ASSERTION S("NOASSERTION")

static const struct str document_id = {"SPDXRef-DOCUMENT", 16};

/* An identifier has letters, digits, '.' and '-'. */
static struct str id_of(struct sbom *s, const struct component_path *p, const struct component *c,
			size_t i)
{
	struct str base = store_path_base(p->path);
	char *z = c == &p->it ? arena_printf(s->a, "SPDXRef-%.*s", STR_ARG(base))
			      : arena_printf(s->a, "SPDXRef-%.*s.%zu-%.*s",
					     STR_ARG(store_path_hash_part(p->path)), i,
					     STR_ARG(c->name));

	for (char *k = z; *k; k++)
		if (!((*k | 32) >= 'a' && (*k | 32) <= 'z') && !(*k >= '0' && *k <= '9') &&
		    *k != '.' && *k != '-')
			*k = '-';
	return str_c(z);
}

/* A document may name archives and version control: what is no URL is told in words. */
static struct str location_of(struct sbom *s, const struct component_source *from)
{
	struct str url = from->url, repo, rev;

	if (!url.n)
		return NO_ASSERTION;
	if (str_starts(url, S("git+")) && str_cut(url, '?', &repo, &rev))
		return sbom_url(s->a,
				str_c(arena_printf(s->a, "%.*s@%.*s", STR_ARG(repo),
						   STR_ARG(str_drop_prefix(rev, S("rev="))))));
	return sbom_url(s->a, url);
}

static struct str sentence(struct sbom *s, const struct spdx_package *p)
{
	const struct component_source *from = &p->c->source;
	char text[HASH_TEXT_MAX];
	const char *hash = "", *of = p->is_path ? "" : " (a part of it)";
	struct str origin = from->origin.n ? from->origin : from->name;

	if (from->hash.algo != HASH_NONE)
		hash = arena_printf(s->a, ", %s%s", from->recursive ? "NAR " : "",
				    hash_format(&from->hash, HASH_SRI, true, text));
	if (!origin.n)
		return str_c(arena_printf(s->a, "installed as %.*s%s", STR_ARG(p->path->path), of));
	return str_c(arena_printf(s->a, "installed as %.*s%s, made of %.*s%s",
				  STR_ARG(p->path->path), of, STR_ARG(origin), hash));
}

static void add_package(struct sbom *s, struct spdx_document *d, const struct component_path *p,
			const struct component *c, size_t i)
{
	struct spdx_package *v = &d->v[d->n++];

	*v = (struct spdx_package){
		.id = id_of(s, p, c, i),
		.c = c,
		.path = p,
		.is_path = c == &p->it,
		.declared = c->licence.n ? c->licence : NO_ASSERTION,
		.said = c->said,
		.location = location_of(s, &c->source),
	};
	for (size_t k = 0; v->is_path && k < s->c->n_tops; k++)
		v->is_top |= str_eq(s->c->tops[k], p->path);
	v->source = sentence(s, v);
}

static void add_relation(struct spdx_document *d, struct str from, const char *type, struct str to)
{
	d->relations[d->n_relations++] = (struct spdx_relation){from, to, type};
}

static void add_relations(struct sbom *s, struct spdx_document *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct spdx_package *v = &d->v[i];
		const struct component_path *p = v->path;

		if (v->is_top)
			add_relation(d, document_id, "DESCRIBES", v->id);
		if (!v->is_path)
			continue;
		for (size_t k = 0; k < p->n; k++)
			add_relation(d, v->id, "CONTAINS", id_of(s, p, &p->v[k], k));
		for (size_t k = 0; k < p->n_refs; k++) {
			const struct component_path *to = component_path_find(s->c, p->refs[k]);

			if (to)
				add_relation(d, v->id, "DEPENDS_ON", id_of(s, to, &to->it, 0));
		}
	}
}

/* ---- licences that the list does not have ---- */

static int by_id(const void *a, const void *b)
{
	const struct spdx_reference *x = a, *y = b;

	return str_cmp(x->id, y->id);
}

static size_t words_of(struct str expression, struct str *v, size_t n)
{
	struct str rest = expression, word;
	size_t count = 0;

	while (rest.n && str_split(&rest, ' ', &word)) {
		while (word.n && word.p[0] == '(')
			word = str_skip(word, 1);
		while (str_ends(word, S(")")))
			word.n--;
		if (!str_starts(word, S("LicenseRef-")))
			continue;
		if (v && count < n)
			v[count] = word;
		count++;
	}
	return count;
}

static void add_references(struct sbom *s, struct spdx_document *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += words_of(d->v[i].declared, NULL, 0);
	d->references = ARENA_ARRAY(s->a, struct spdx_reference, n + 1);
	struct str *ids = ARENA_ARRAY(s->a, struct str, n + 1);
	for (size_t i = 0; i < d->n; i++) {
		size_t found = words_of(d->v[i].declared, ids, n);

		for (size_t k = 0; k < found; k++)
			d->references[d->n_references++] = (struct spdx_reference){
				ids[k], str_c(arena_printf(s->a, "The text is in the package %.*s.",
							   STR_ARG(d->v[i].c->name)))};
	}
	if (d->n_references)
		qsort(d->references, d->n_references, sizeof(*d->references), by_id);
	size_t kept = 0;
	for (size_t i = 0; i < d->n_references; i++)
		if (!kept || !str_eq(d->references[kept - 1].id, d->references[i].id))
			d->references[kept++] = d->references[i];
	d->n_references = kept;
}

/* ---- all ---- */

static void name_document(struct sbom *s, struct spdx_document *d)
{
	char date[DATE_TEXT_MAX];

	d->name = s->c->n_tops == 1 ? store_path_name(s->c->tops[0]) : S("closure");
	d->space = sbom_url(s->a, str_c(arena_printf(s->a, "https://spdx.org/spdxdocs/%.*s-%s",
						     STR_ARG(d->name), s->uuid)));
	d->created = arena_str(s->a, str_c(date_print(s->o->dated ? s->o->date : 0, date)));
}

void spdx_document_make(struct sbom *s, struct spdx_document *out)
{
	struct spdx_document d = {0};
	size_t packages = 0, relations = s->c->n_tops;

	name_document(s, &d);
	for (size_t i = 0; i < s->c->n; i++) {
		packages += 1 + s->c->v[i].n;
		relations += s->c->v[i].n + s->c->v[i].n_refs;
	}
	d.v = ARENA_ARRAY(s->a, struct spdx_package, packages + 1);
	d.relations = ARENA_ARRAY(s->a, struct spdx_relation, relations + 1);
	for (size_t i = 0; i < s->c->n; i++) {
		const struct component_path *p = &s->c->v[i];

		add_package(s, &d, p, &p->it, 0);
		for (size_t k = 0; k < p->n; k++)
			add_package(s, &d, p, &p->v[k], k);
	}
	add_relations(s, &d);
	add_references(s, &d);
	*out = d;
}
