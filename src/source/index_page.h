/* SPDX-License-Identifier: MIT
 *
 * A project's page of a Python package index, as HTML (PEP 503, 592, 658, 714) or JSON (PEP 691,
 * 700). The bytes come from outside: whatever they are, the answer is a list of files or an error,
 * and no recursion depends on them. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct index_file {
	struct str name; /* "six-1.16.0-py2.py3-none-any.whl" */
	struct str url;  /* absolute, without fragment */
	bool has_hash;
	struct hash hash;           /* the strongest that the page tells */
	struct str requires_python; /* ">=3.8", or empty */
	bool yanked;
	struct str yanked_why;
	bool has_metadata; /* url + ".metadata" is served */
	bool has_metadata_hash;
	struct hash metadata_hash;
	uint64_t size;          /* 0 when unknown */
	struct str upload_time; /* RFC 3339, or empty */
};

struct index_page {
	struct index_file *v; /* in the page's order */
	size_t n;
};

/* Parses text that came from page_url with this Content-Type (NULL: told by content). Strings are
 * copied to a. ERR_CORRUPT when it is no index page, ERR_UNSUPPORTED for a later major version of
 * the format. */
ATTR_MUST_CHECK errint index_page_parse(struct arena *a, struct str text, const char *type,
					struct str page_url, struct index_page *out,
					struct err *err);
/* The file of this name, or NULL; of several that one whose hash is `want` (may be NULL). */
const struct index_file *index_page_find(const struct index_page *p, struct str file,
					 const struct hash *want);

/* "Foo.Bar__baz" -> "foo-bar-baz" (PEP 503). */
struct str index_project_name(struct arena *a, struct str name);
