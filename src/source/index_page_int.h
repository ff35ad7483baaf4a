/* SPDX-License-Identifier: MIT
 *
 * What the two formats of an index page share. */
#pragma once

#include "source/index_page.h"

struct index_builder {
	struct arena *a;
	struct str base;      /* references are relative to it */
	struct index_file *v; /* malloc'd while it grows */
	size_t n, cap;
};

ATTR_MUST_CHECK errint index_builder_add(struct index_builder *b, const struct index_file *f,
					 struct err *err);
/* "sha256=<hex>" or the like, as in a fragment or data-core-metadata; false when it is no hash. */
bool index_hash(struct str text, struct hash *out);
/* Only major version 1 of the format is known (PEP 629). */
ATTR_MUST_CHECK errint index_version_check(struct str version, struct err *err);

ATTR_MUST_CHECK errint index_page_html(struct index_builder *b, struct str text, struct err *err);
ATTR_MUST_CHECK errint index_page_json(struct index_builder *b, struct str text, struct err *err);
