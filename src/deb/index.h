/* SPDX-License-Identifier: MIT
 *
 * A Packages file: what a suite has for one architecture. Of a package listed twice the higher
 * version counts. Slices borrow from the text. */
#pragma once

#include "base/arena.h"
#include "base/hash.h"
#include "deb/depends.h"

struct deb_package {
	struct str name, version;
	struct str source; /* what it was built from, a name; "": its own */
	struct str file;   /* pool path */
	struct hash sha256;
	uint64_t size;
	struct str pre_depends, depends, provides; /* fields as written */
	struct str description, homepage;          /* the same, for people */
};

struct deb_provider { /* package provides name (= version, or "") */
	struct str name, version;
	const struct deb_package *package;
};

struct deb_index {
	struct deb_package *v; /* sorted by name */
	size_t n;
	struct deb_provider *providers; /* sorted by name, then package */
	size_t n_providers;
};

/* name is the file in messages. */
ATTR_MUST_CHECK errint deb_index_parse(struct arena *a, struct str text, const char *name,
				       struct deb_index *out, struct err *err);
/* NULL when absent. */
const struct deb_package *deb_index_find(const struct deb_index *x, struct str name);
/* The providers of a name are v[0..*n). */
const struct deb_provider *deb_index_providers(const struct deb_index *x, struct str name,
					       size_t *n);
