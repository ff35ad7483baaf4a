/* SPDX-License-Identifier: MIT
 *
 * SPDX 2.3 as JSON, and as lines of tags. */
#include "base/json.h"
#include "sbom/sbom_int.h"

/* ---- JSON ---- */

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

static struct str comment_on(struct sbom *s, const struct spdx_package *p)
{
	if (!p->said.n)
		return S("");
	return str_c(arena_printf(s->a, "the package says '%.*s'", STR_ARG(p->said)));
}

static const char *purpose(const struct spdx_package *p)
{
	return p->is_top ? "APPLICATION" : "LIBRARY";
}

static void put_package(struct sbom *s, const struct spdx_package *p)
{
	const struct component *c = p->c;

	put(s, "{\"SPDXID\": ");
	sbom_put_text(s->b, p->id);
	put_member(s, "name", c->name);
	put_member(s, "versionInfo", c->version);
	put_member(s, "downloadLocation", p->location);
	put(s, ", \"filesAnalyzed\": false");
	if (p->is_path)
		buf_printf(s->b,
			   ", \"checksums\": [{\"algorithm\": \"SHA256\", "
			   "\"checksumValue\": \"%.*s\"}]",
			   STR_ARG(sbom_hex(s->a, &p->path->nar_hash)));
	put_member(s, "sourceInfo", p->source);
	put_member(s, "homepage", c->homepage);
	put_member(s, "summary", c->summary);
	put(s, ", \"licenseConcluded\": \"NOASSERTION\"");
	put_member(s, "licenseDeclared", p->declared);
	put_member(s, "licenseComments", comment_on(s, p));
	put(s, ", \"copyrightText\": \"NOASSERTION\"");
	if (c->purl.n) {
		put(s, ", \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", "
		       "\"referenceType\": \"purl\"");
		put_member(s, "referenceLocator", c->purl);
		put(s, "}]");
	}
	buf_printf(s->b, ", \"primaryPackagePurpose\": \"%s\"}", purpose(p));
}

static void put_references(struct sbom *s, const struct spdx_document *d)
{
	if (!d->n_references)
		return;
	put(s, " \"hasExtractedLicensingInfos\": [");
	for (size_t i = 0; i < d->n_references; i++) {
		put(s, i ? ",\n  {\"licenseId\": " : "\n  {\"licenseId\": ");
		sbom_put_text(s->b, d->references[i].id);
		put_member(s, "extractedText", d->references[i].text);
		put(s, "}");
	}
	put(s, "\n ],\n");
}

static void put_relations(struct sbom *s, const struct spdx_document *d)
{
	put(s, " \"relationships\": [");
	for (size_t i = 0; i < d->n_relations; i++) {
		const struct spdx_relation *r = &d->relations[i];

		put(s, i ? ",\n  {\"spdxElementId\": " : "\n  {\"spdxElementId\": ");
		sbom_put_text(s->b, r->from);
		put_member(s, "relationshipType", str_c(r->type));
		put_member(s, "relatedSpdxElement", r->to);
		put(s, "}");
	}
	put(s, "\n ]\n");
}

void sbom_spdx(struct sbom *s)
{
	struct spdx_document d;

	spdx_document_make(s, &d);
	put(s, "{\n \"spdxVersion\": \"SPDX-2.3\",\n \"dataLicense\": \"CC0-1.0\",\n"
	       " \"SPDXID\": \"SPDXRef-DOCUMENT\",\n \"name\": ");
	sbom_put_text(s->b, d.name);
	put(s, ",\n \"documentNamespace\": ");
	sbom_put_text(s->b, d.space);
	buf_printf(s->b,
		   ",\n \"creationInfo\": {\"created\": \"%.*s\", "
		   "\"creators\": [\"Tool: kiln-" KILN_VERSION "\"]},\n \"packages\": [",
		   STR_ARG(d.created));
	for (size_t i = 0; i < d.n; i++) {
		put(s, i ? ",\n  " : "\n  ");
		put_package(s, &d.v[i]);
	}
	put(s, "\n ],\n");
	put_references(s, &d);
	put_relations(s, &d);
	put(s, "}\n");
}

/* ---- tags ---- */

/* Of one line; what people wrote may hold the end of what stands around it. */
static void tag(struct sbom *s, const char *name, struct str value)
{
	struct str text = sbom_utf8(s->a, value);

	if (!value.n)
		return;
	buf_printf(s->b, "%s: ", name);
	for (size_t i = 0; i < text.n; i++)
		buf_putc(s->b, (unsigned char)text.p[i] < ' ' ? ' ' : text.p[i]);
	buf_putc(s->b, '\n');
}

static void tag_text(struct sbom *s, const char *name, struct str value)
{
	struct str head = value, tail;

	if (!value.n)
		return;
	if (str_find(value, S("</text>")) >= 0)
		(void)str_cut(value, '<', &head, &tail);
	tag(s, name, str_c(arena_printf(s->a, "<text>%.*s</text>", STR_ARG(head))));
}

static void tag_package(struct sbom *s, const struct spdx_package *p)
{
	const struct component *c = p->c;

	put(s, "\n");
	tag(s, "PackageName", c->name);
	tag(s, "SPDXID", p->id);
	tag(s, "PackageVersion", c->version);
	tag(s, "PackageDownloadLocation", p->location);
	tag(s, "PrimaryPackagePurpose", str_c(purpose(p)));
	tag(s, "FilesAnalyzed", S("false"));
	if (p->is_path)
		tag(s, "PackageChecksum",
		    str_c(arena_printf(s->a, "SHA256: %.*s",
				       STR_ARG(sbom_hex(s->a, &p->path->nar_hash)))));
	tag(s, "PackageHomePage", c->homepage);
	tag_text(s, "PackageSourceInfo", p->source);
	tag(s, "PackageLicenseConcluded", S("NOASSERTION"));
	tag(s, "PackageLicenseDeclared", p->declared);
	tag_text(s, "PackageLicenseComments", comment_on(s, p));
	tag(s, "PackageCopyrightText", S("NOASSERTION"));
	tag_text(s, "PackageSummary", c->summary);
	if (c->purl.n)
		tag(s, "ExternalRef",
		    str_c(arena_printf(s->a, "PACKAGE-MANAGER purl %.*s", STR_ARG(c->purl))));
}

void sbom_spdx_tag(struct sbom *s)
{
	struct spdx_document d;

	spdx_document_make(s, &d);
	put(s, "SPDXVersion: SPDX-2.3\nDataLicense: CC0-1.0\nSPDXID: SPDXRef-DOCUMENT\n");
	tag(s, "DocumentName", d.name);
	tag(s, "DocumentNamespace", d.space);
	put(s, "Creator: Tool: kiln-" KILN_VERSION "\n");
	tag(s, "Created", d.created);
	for (size_t i = 0; i < d.n; i++)
		tag_package(s, &d.v[i]);
	for (size_t i = 0; i < d.n_references; i++) {
		put(s, "\n");
		tag(s, "LicenseID", d.references[i].id);
		tag_text(s, "ExtractedText", d.references[i].text);
	}
	put(s, "\n");
	for (size_t i = 0; i < d.n_relations; i++) {
		const struct spdx_relation *r = &d.relations[i];

		tag(s, "Relationship",
		    str_c(arena_printf(s->a, "%.*s %s %.*s", STR_ARG(r->from), r->type,
				       STR_ARG(r->to))));
	}
}
