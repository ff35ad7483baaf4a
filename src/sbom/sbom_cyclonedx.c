/* SPDX-License-Identifier: MIT
 *
 * Source: CycloneDX 1.6, bom-1.6.schema.json. A component's hash is its NAR's; its source's stands
 * with the reference to it. */
#include "base/date.h"
#include "base/json.h"
#include "sbom/sbom_int.h"
#include "sbom/spdx.h"
#include "source/package_url.h"
#include "store/store_path.h"

static void put(struct sbom *s, const char *text)
{
	buf_putz(s->b, text);
}

/* , "name": "value" unless that is empty. */
static void put_member(struct sbom *s, const char *name, struct str value)
{
	if (!value.n)
		return;
	buf_printf(s->b, ", \"%s\": ", name);
	sbom_put_text(s->b, value);
}

static void put_hash(struct sbom *s, const struct hash *h)
{
	struct str algorithm = sbom_algorithm(h, true);

	if (algorithm.n)
		buf_printf(s->b, ", \"hashes\": [{\"alg\": \"%.*s\", \"content\": \"%.*s\"}]",
			   STR_ARG(algorithm), STR_ARG(sbom_hex(s->a, h)));
}

static void put_licence(struct sbom *s, const struct component *c)
{
	if (!c->licence.n && !c->said.n)
		return;
	put(s, ", \"licenses\": [{");
	if (!c->licence.n) {
		put(s, "\"license\": {\"name\": ");
		sbom_put_text(s->b, c->said);
		put(s, "}");
	} else if (spdx_id(c->licence).n) {
		buf_printf(s->b, "\"license\": {\"id\": \"%.*s\"}", STR_ARG(c->licence));
	} else {
		put(s, "\"expression\": ");
		sbom_put_text(s->b, c->licence);
	}
	put(s, "}]");
}

/* ---- references ---- */

static const char *reference_type(const struct component *c)
{
	const struct component_source *from = &c->source;

	if (str_starts(from->url, S("git+")))
		return "vcs";
	if (str_ends(from->name, S(".whl")) || str_ends(from->name, S(".deb")))
		return "distribution";
	return "source-distribution";
}

static void put_source(struct sbom *s, const struct component *c)
{
	const struct component_source *from = &c->source;
	struct str url = from->url.n ? from->url : from->origin;
	char text[HASH_TEXT_MAX];

	buf_printf(s->b, "{\"type\": \"%s\"", reference_type(c));
	put_member(s, "url", sbom_url(s->a, url));
	if (from->hash.algo != HASH_NONE && from->recursive)
		put_member(s, "comment",
			   str_c(arena_printf(s->a, "NAR %s",
					      hash_format(&from->hash, HASH_SRI, true, text))));
	else
		put_hash(s, &from->hash);
	put(s, "}");
}

static void put_references(struct sbom *s, const struct component *c)
{
	bool source = c->source.url.n || c->source.origin.n;

	if (!source && !c->homepage.n)
		return;
	put(s, ", \"externalReferences\": [");
	if (source)
		put_source(s, c);
	if (c->homepage.n) {
		put(s, source ? ", {\"type\": \"website\"" : "{\"type\": \"website\"");
		put_member(s, "url", c->homepage);
		put(s, "}");
	}
	put(s, "]");
}

/* ---- components ---- */

static void put_property(struct sbom *s, const char *name, struct str value, bool *first)
{
	if (!value.n)
		return;
	buf_printf(s->b, "%s{\"name\": \"kiln:%s\", \"value\": ", *first ? "" : ", ", name);
	sbom_put_text(s->b, value);
	put(s, "}");
	*first = false;
}

/* Common to a path and to what is in one. */
static void put_about(struct sbom *s, const struct component *c)
{
	put(s, ", \"name\": ");
	sbom_put_text(s->b, c->name);
	put_member(s, "version", c->version);
	put_member(s, "description", c->summary);
}

/* What is a file of another kind of package, and was made into this one: the commit that a wheel
 * was built of, the wheel that an application was taken out of. */
static void put_pedigree(struct sbom *s, const struct component *c)
{
	struct str from = c->source.purl, name, version;
	const char *type = component_ecosystem_text(c->ecosystem);

	if (!from.n || str_starts(from, str_c(arena_printf(s->a, "pkg:%s/", type))))
		return;
	purl_parts(s->a, from, &name, &version);
	put(s, ", \"pedigree\": {\"ancestors\": [{\"type\": \"library\"");
	put_member(s, "name", name);
	put_member(s, "version", version);
	put_member(s, "purl", from);
	put(s, "}]}");
}

static void put_rest(struct sbom *s, const struct component *c)
{
	put_pedigree(s, c);
	put_licence(s, c);
	put_member(s, "purl", c->purl);
	put_references(s, c);
}

static struct str inner_ref(struct sbom *s, const struct component_path *p, size_t i)
{
	return str_c(arena_printf(s->a, "%.*s#%zu-%.*s", STR_ARG(store_path_base(p->path)), i,
				  STR_ARG(p->v[i].name)));
}

static void put_inner(struct sbom *s, const struct component_path *p)
{
	if (!p->n)
		return;
	put(s, ", \"components\": [");
	for (size_t i = 0; i < p->n; i++) {
		bool first = true;

		put(s, i ? ",\n    {\"type\": \"library\"" : "\n    {\"type\": \"library\"");
		put_member(s, "bom-ref", inner_ref(s, p, i));
		put_about(s, &p->v[i]);
		put_rest(s, &p->v[i]);
		if (p->v[i].of.n || p->v[i].info.n) {
			put(s, ", \"properties\": [");
			put_property(s, "sourcePackage", p->v[i].of, &first);
			put_property(s, "distInfo", p->v[i].info, &first);
			put(s, "]");
		}
		put(s, "}");
	}
	put(s, "]");
}

static void put_path(struct sbom *s, const struct component_path *p, bool top)
{
	bool first = true;

	buf_printf(s->b, "{\"type\": \"%s\"", top ? "application" : "library");
	put_member(s, "bom-ref", store_path_base(p->path));
	put_about(s, &p->it);
	put_hash(s, &p->nar_hash);
	put_rest(s, &p->it);
	put(s, ", \"properties\": [");
	put_property(s, "storePath", p->path, &first);
	put_property(s, "narSize",
		     str_c(arena_printf(s->a, "%llu", (unsigned long long)p->nar_size)), &first);
	put_property(s, "derivation", p->drv, &first);
	put_property(s, "sourcePackage", p->it.of, &first);
	put_property(s, "distInfo", p->it.info, &first);
	put(s, "]");
	put_inner(s, p);
	put(s, "}");
}

/* ---- the document ---- */

/* The one that was asked for; of several, none is the subject. */
static const struct component_path *subject(const struct sbom *s)
{
	return s->c->n_tops == 1 ? component_path_find(s->c, s->c->tops[0]) : NULL;
}

static void put_metadata(struct sbom *s)
{
	char date[DATE_TEXT_MAX];

	put(s, " \"metadata\": {");
	if (s->o->dated)
		buf_printf(s->b, "\"timestamp\": \"%s\", ", date_print(s->o->date, date));
	put(s, "\"tools\": {\"components\": [{\"type\": \"application\", \"name\": \"kiln\", "
	       "\"version\": \"" KILN_VERSION "\"}]}");
	if (subject(s)) {
		put(s, ",\n  \"component\": ");
		put_path(s, subject(s), true);
	}
	put(s, "},\n");
}

static void put_dependencies(struct sbom *s)
{
	put(s, " \"dependencies\": [");
	for (size_t i = 0; i < s->c->n; i++) {
		const struct component_path *p = &s->c->v[i];

		put(s, i ? ",\n  {\"ref\": " : "\n  {\"ref\": ");
		sbom_put_text(s->b, store_path_base(p->path));
		for (size_t k = 0; k < p->n_refs; k++) {
			put(s, k ? ", " : ", \"dependsOn\": [");
			sbom_put_text(s->b, store_path_base(p->refs[k]));
		}
		put(s, p->n_refs ? "]}" : "}");
	}
	put(s, "\n ]\n");
}

void sbom_cyclonedx(struct sbom *s)
{
	bool first = true;

	buf_printf(s->b,
		   "{\n \"$schema\": \"http://cyclonedx.org/schema/bom-1.6.schema.json\",\n"
		   " \"bomFormat\": \"CycloneDX\",\n \"specVersion\": \"1.6\",\n"
		   " \"serialNumber\": \"urn:uuid:%s\",\n \"version\": 1,\n",
		   s->uuid);
	put_metadata(s);
	put(s, " \"components\": [");
	for (size_t i = 0; i < s->c->n; i++) {
		if (&s->c->v[i] == subject(s))
			continue;
		put(s, first ? "\n  " : ",\n  ");
		put_path(s, &s->c->v[i], false);
		first = false;
	}
	put(s, "\n ],\n");
	put_dependencies(s);
	put(s, "}\n");
}
