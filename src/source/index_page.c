/* SPDX-License-Identifier: MIT
 *
 * Index pages: which format, and what both have in common. */
#include "source/index_page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/limits.h"
#include "base/url.h"
#include "source/index_page_int.h"

struct str index_project_name(struct arena *a, struct str name)
{
	char *out = arena_alloc(a, name.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		if (c == '_' || c == '.')
			c = '-';
		if (c != '-' || n == 0 || out[n - 1] != '-')
			out[n++] = c;
	}
	out[n] = '\0';
	return str_n(out, n);
}

errint index_builder_add(struct index_builder *b, const struct index_file *f, struct err *err)
{
	if (b->n == LIMIT_INDEX_FILES)
		return err_set(err, ERR_TOO_BIG, "more than %d files", LIMIT_INDEX_FILES);
	ARRAY_GROW(b->v, b->n, b->cap);
	b->v[b->n++] = *f;
	return 0;
}

static void builder_release(struct index_builder *b)
{
	free(b->v);
}

bool index_hash(struct str text, struct hash *out)
{
	struct str name, digest;
	enum hash_algo algo;
	struct hash h = {0};

	if (!str_cut(text, '=', &name, &digest) || !hash_algo_parse(name, &algo) ||
	    digest.n != BASE16_LEN(hash_size(algo)) || !base16_decode(digest, h.b, hash_size(algo)))
		return false;
	h.algo = algo;
	*out = h;
	return true;
}

errint index_version_check(struct str version, struct err *err)
{
	struct str major = version, minor;

	str_cut(version, '.', &major, &minor);
	if (str_eq(str_trim(major), S("1")))
		return 0;
	return err_set(err, ERR_UNSUPPORTED,
		       "the package index speaks version %.*s of its format, known is 1",
		       STR_ARG(version));
}

/* "application/vnd.pypi.simple.v1+json; charset=…" */
static bool is_json(struct str text, const char *type)
{
	text = str_trim(text);
	if (type && strncasecmp(type, "text/html", 9) == 0)
		return false;
	if (type && strcasestr(type, "json"))
		return true;
	return str_starts(text, S("{"));
}

errint index_page_parse(struct arena *a, struct str text, const char *type, struct str page_url,
			struct index_page *out, struct err *err)
{
	struct index_builder b CLEANUP(builder_release) = {.a = a};
	struct index_file *v;
	errint rc;

	rc = url_resolve(a, page_url, S(""), &b.base, err);
	if (!rc)
		rc = is_json(text, type) ? index_page_json(&b, text, err)
					 : index_page_html(&b, text, err);
	if (rc)
		return err_wrap(err, "index page");
	v = ARENA_ARRAY(a, struct index_file, b.n);
	if (b.n)
		memcpy(v, b.v, b.n * sizeof(*v));
	*out = (struct index_page){v, b.n};
	return 0;
}

const struct index_file *index_page_find(const struct index_page *p, struct str file,
					 const struct hash *want)
{
	const struct index_file *any = NULL;

	for (size_t i = 0; i < p->n; i++) {
		const struct index_file *f = &p->v[i];

		if (!str_eq(f->name, file))
			continue;
		if (!want || (f->has_hash && hash_eq(&f->hash, want)))
			return f;
		if (!any)
			any = f;
	}
	return any;
}
