/* SPDX-License-Identifier: MIT
 *
 *	{ "debian": { "libc6": [ { "file": "libc6_2.41-12_amd64.deb", "version": "2.41-12",
 *	                           "source": "glibc", "license": "LGPL-2.1-or-later", … } ] },
 *	  "made": { "/nix/store/…": { "name": "x", "version": "1", "license": "MIT", … } } } */
#include <stdlib.h>
#include "base/json.h"
#include "sbom/component_int.h"

static errint text_of(struct arena *a, const struct json_member *v, size_t n, const char *name,
		      struct str *out, struct err *err)
{
	const struct str *value = json_find(v, n, str_c(name));

	*out = S("");
	return value ? json_string(a, *value, out, err) : 0;
}

static errint read_fact(struct arena *a, struct str key, struct str object,
			struct component_fact *out, struct err *err)
{
	struct component_fact f = {.key = key};
	const struct {
		const char *name;
		struct str *to;
	} texts[] = {
		{"name", &f.name},         {"version", &f.version}, {"file", &f.file},
		{"source", &f.of},         {"license", &f.licence}, {"description", &f.summary},
		{"homepage", &f.homepage}, {"purl", &f.purl},
	};
	struct json_member *v;
	size_t n;
	errint rc = json_members(a, object, &v, &n, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(texts); i++)
		rc = text_of(a, v, n, texts[i].name, texts[i].to, err);
	if (rc)
		return err_wrap(err, "'%.*s'", STR_ARG(key));
	*out = f;
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct component_fact *x = a, *y = b;
	int c = str_cmp(x->key, y->key);

	return c ? c : str_cmp(x->file, y->file);
}

/* Each member is a fact, or an array of them. */
static errint read_all(struct arena *a, const struct str *object, struct component_fact **out,
		       size_t *n, struct err *err)
{
	struct json_member *v;
	size_t n_v, cap = 0;
	struct str *items;
	errint rc = object ? json_members(a, *object, &v, &n_v, err) : 0;

	*n = 0;
	*out = NULL;
	for (size_t i = 0; object && !rc && i < n_v; i++) {
		size_t n_items = 1;

		items = &v[i].value;
		if (v[i].value.p[0] == '[')
			rc = json_items(a, v[i].value, &items, &n_items, err);
		for (size_t k = 0; !rc && k < n_items; k++) {
			if (*n == cap) {
				struct component_fact *more =
					ARENA_ARRAY(a, struct component_fact, cap * 2 + 64);

				if (*n)
					memcpy(more, *out, *n * sizeof(*more));
				cap = cap * 2 + 64;
				*out = more;
			}
			rc = read_fact(a, v[i].key, items[k], &(*out)[*n], err);
			*n += rc ? 0 : 1;
		}
	}
	if (!rc && *n)
		qsort(*out, *n, sizeof(**out), by_key);
	return rc;
}

errint component_facts_parse(struct arena *a, struct str json, struct component_facts **out,
			     struct err *err)
{
	struct component_facts *f = ARENA_NEW(a, struct component_facts);
	struct json_member *v;
	size_t n;
	errint rc = json_members(a, json, &v, &n, err);

	if (!rc)
		rc = read_all(a, json_find(v, n, S("debian")), &f->debian, &f->n_debian, err);
	if (!rc)
		rc = read_all(a, json_find(v, n, S("made")), &f->made, &f->n_made, err);
	if (rc)
		return err_wrap(err, "what is known of packages");
	*out = f;
	return 0;
}

/* The first of that key, or NULL. */
static const struct component_fact *find(const struct component_fact *v, size_t n, struct str key)
{
	size_t from = 0, to = n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (str_cmp(v[middle].key, key) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from < n && str_eq(v[from].key, key) ? &v[from] : NULL;
}

const struct component_fact *component_fact_debian(const struct component_facts *f,
						   struct str package, struct str file)
{
	const struct component_fact *first = f ? find(f->debian, f->n_debian, package) : NULL;

	for (const struct component_fact *one = first;
	     one && one < f->debian + f->n_debian && str_eq(one->key, package); one++)
		if (str_eq(one->file, file))
			return one;
	return first;
}

const struct component_fact *component_fact_made(const struct component_facts *f, struct str path)
{
	return f ? find(f->made, f->n_made, path) : NULL;
}
