/* SPDX-License-Identifier: MIT
 *
 * A software bill of materials: a closure's components in the formats that others read, CycloneDX
 * 1.6 and SPDX 2.3. Every store path is a component (of several packages, with these inside it),
 * and its references are its dependencies. The same closure gives the same bytes: nothing tells of
 * the machine or the moment. */
#pragma once

#include "sbom/component.h"

struct buf;

/* X(id, name, what it is) */
#define SBOM_FORMATS(X)                                  \
	X(CYCLONEDX, "cyclonedx", "CycloneDX 1.6, JSON") \
	X(SPDX, "spdx", "SPDX 2.3, JSON")                \
	X(SPDX_TAG, "spdx-tag", "SPDX 2.3, tag-value")

enum sbom_format {
#define X(id, name, text) SBOM_##id,
	SBOM_FORMATS(X)
#undef X
};
/* false for another. */
bool sbom_format_parse(const char *name, enum sbom_format *out);

struct sbom_options {
	enum sbom_format format;
	struct hash closure; /* closure_hash.h's: the document's number is made of it */
	bool dated;
	int64_t date; /* of the document; without one, where a format must have it, 1970 */
};
/* Appends the document. Text that is not UTF-8 has U+FFFD in the stead of what is none. */
void sbom_write(const struct component_closure *c, const struct sbom_options *o, struct arena *a,
		struct buf *out);
