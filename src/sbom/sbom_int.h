/* SPDX-License-Identifier: MIT
 *
 * What the formats of sbom.h share. */
#pragma once

#include "base/buf.h"
#include "sbom/sbom.h"

struct sbom {
	const struct component_closure *c;
	const struct sbom_options *o;
	struct arena *a;
	struct buf *b;
	char uuid[37]; /* of the closure's hash */
};

void sbom_cyclonedx(struct sbom *s);
void sbom_spdx(struct sbom *s);
void sbom_spdx_tag(struct sbom *s);

/* A JSON string of text that may be no UTF-8. */
void sbom_put_text(struct buf *b, struct str s);
/* The text with U+FFFD for what is no UTF-8; in the arena where it is another. */
struct str sbom_utf8(struct arena *a, struct str s);
/* A reference with %XX for what may not stand in one. */
struct str sbom_url(struct arena *a, struct str s);
/* Hexadecimal digits, as both formats have hashes; "" of none. */
struct str sbom_hex(struct arena *a, const struct hash *h);
/* "SHA-256", or "SHA256" without a dash; "" of what the formats do not know. */
struct str sbom_algorithm(const struct hash *h, bool dash);

/* What SPDX says of a component of a path; both of its spellings. */
struct spdx_package {
	struct str id; /* SPDXRef-… */
	const struct component *c;
	const struct component_path *path;
	bool is_path, is_top; /* the path itself, not a package in it */
	struct str declared;  /* an expression, or NOASSERTION */
	struct str said;      /* for the licence's comment, or "" */
	struct str location;  /* of its source, or NOASSERTION */
	struct str source;    /* a sentence about it, or "" */
};
struct spdx_relation {
	struct str from, to;
	const char *type;
};
/* A licence that the list does not have. */
struct spdx_reference {
	struct str id, text;
};
struct spdx_document {
	struct str name, space, created;
	struct spdx_package *v;
	size_t n;
	struct spdx_relation *relations;
	size_t n_relations;
	struct spdx_reference *references;
	size_t n_references;
};
void spdx_document_make(struct sbom *s, struct spdx_document *out);
