/* SPDX-License-Identifier: MIT
 *
 * What a derivation says of how it wants to be built: attributes that are environment variables
 * in the plain form, members of __json in the structured one (Nix manual, "Advanced attributes").
 */
#pragma once

#include "base/json.h"
#include "store/derivation.h"

struct build_attrs {
	const struct drv *drv;
	struct arena *arena;
	bool structured;
	struct json_member *members; /* of __json */
	size_t n_members;
};

ATTR_MUST_CHECK errint build_attrs_init(struct arena *a, const struct drv *d,
					struct build_attrs *out, struct err *err);
/* "1" in the plain form, true in the structured one. */
bool build_attrs_flag(const struct build_attrs *t, const char *key);

/* The text; "" when absent. */
ATTR_MUST_CHECK errint build_attrs_string(const struct build_attrs *t, const char *key,
					  struct str *out, struct err *err);

struct words {
	struct str *v;
	size_t n;
	bool set; /* an empty list is not an absent one */
};
/* Blank-separated words, or an array of strings. */
ATTR_MUST_CHECK errint build_attrs_words(const struct build_attrs *t, const char *key,
					 struct words *out, struct err *err);
/* The words of a plain value. */
struct words words_split(struct arena *a, struct str s);
bool words_have(const struct words *w, struct str s);

/* exportReferencesGraph: a file's (or attribute's) name and the paths whose closure it lists. */
struct graph_export {
	struct str name;
	struct str *paths;
	size_t n_paths;
};
ATTR_MUST_CHECK errint build_attrs_exports(const struct build_attrs *t, struct graph_export **out,
					   size_t *n, struct err *err);

/* What one output may refer to. */
struct output_rules {
	struct words allowed_references, allowed_requisites;
	struct words disallowed_references, disallowed_requisites;
	uint64_t max_size, max_closure; /* bytes, 0: no limit */
	bool ignore_self;               /* a requisite that is the output itself does not count */
	bool discard_references;
};
ATTR_MUST_CHECK errint build_attrs_rules(const struct build_attrs *t, struct str output,
					 struct output_rules *out, struct err *err);
