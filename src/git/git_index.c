/* SPDX-License-Identifier: MIT
 *
 * Reading indexes. How long an object's name is stands in the repository's configuration; here it
 * is what makes all lengths of the index agree. */
#include "git/git_index.h"

#include <string.h>
#include "base/limits.h"

enum {
	HEADER = 12,
	STAT = 40, /* of an entry, before the object's name */
	MODE_AT = 24,
	EXTENDED = 0x4000,
	NAME_MASK = 0xfff,
};

struct reader {
	struct str all;
	size_t at, hash_size;
	uint32_t version;
	struct arena *a;
	struct str last; /* path */
};

static uint32_t be32(struct str s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s.p + at;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint32_t be16(struct str s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s.p + at;

	return (uint32_t)p[0] << 8 | p[1];
}

static bool has(const struct reader *r, size_t n)
{
	return n <= r->all.n - r->at;
}

/* How many bytes of the last path go: seven bits a byte, the next ones are one more. */
static bool read_strip(struct reader *r, size_t *out)
{
	size_t n = 0;
	uint8_t c;

	for (unsigned i = 0; i < 4; i++) {
		if (!has(r, 1))
			return false;
		c = (uint8_t)r->all.p[r->at++];
		n = (n << 7) + (c & 0x7f);
		if (!(c & 0x80)) {
			*out = n;
			return n <= r->last.n;
		}
		n++;
	}
	return false;
}

static bool read_path(struct reader *r, struct str *out)
{
	struct str rest, kept = STR_NULL;
	const char *nul;
	size_t strip = 0;

	if (r->version == 4 && !read_strip(r, &strip))
		return false;
	if (r->version == 4)
		kept = str_sub(r->last, 0, r->last.n - strip);
	rest = str_skip(r->all, r->at);
	nul = rest.n ? memchr(rest.p, '\0', rest.n) : NULL;
	if (!nul || (size_t)(nul - rest.p) > LIMIT_PATH_TEXT)
		return false;
	rest = str_n(rest.p, (size_t)(nul - rest.p));
	r->at += rest.n + 1;
	*out = rest;
	if (kept.n) {
		char *whole = arena_alloc(r->a, kept.n + rest.n + 1);

		memcpy(whole, kept.p, kept.n);
		memcpy(whole + kept.n, rest.p, rest.n + 1);
		*out = str_n(whole, kept.n + rest.n);
	}
	r->last = *out;
	return out->n <= LIMIT_PATH_TEXT;
}

static bool read_entry(struct reader *r, struct git_index_entry_name *out)
{
	size_t from = r->at, filled;
	uint32_t flags;

	if (!has(r, STAT + r->hash_size + 2))
		return false;
	out->mode = be32(r->all, from + MODE_AT);
	r->at += STAT + r->hash_size;
	flags = be16(r->all, r->at);
	r->at += 2;
	if (flags & EXTENDED) {
		if (r->version < 3 || !has(r, 2))
			return false;
		r->at += 2;
	}
	if (!read_path(r, &out->path) || (flags & NAME_MASK) != MIN(out->path.n, (size_t)NAME_MASK))
		return false;
	if (r->version == 4)
		return true;
	/* The NUL that ends the path is the first of one to eight. */
	filled = (r->at - 1 - from + 8) & ~(size_t)7;
	if (!has(r, filled - (r->at - from)))
		return false;
	r->at = from + filled;
	return true;
}

/* *foreign is the name of one that decides what the entries mean. */
static bool read_extensions(struct reader *r, struct str *foreign)
{
	while (r->all.n - r->at > r->hash_size) {
		struct str name = str_sub(r->all, r->at, 4);
		size_t size;

		if (!has(r, 8 + r->hash_size))
			return false;
		size = be32(r->all, r->at + 4);
		r->at += 8;
		if (!has(r, size))
			return false;
		if (name.p[0] >= 'a' && name.p[0] <= 'z')
			*foreign = name;
		r->at += size;
	}
	return r->all.n - r->at == r->hash_size;
}

static bool read_index(struct reader *r, struct git_index_entry_name *v, size_t n,
		       struct str *foreign)
{
	*foreign = STR_NULL;
	r->at = HEADER;
	r->last = S("");
	for (size_t i = 0; i < n; i++)
		if (!read_entry(r, &v[i]))
			return false;
	return read_extensions(r, foreign);
}

static bool has_empty(const struct git_index_entry_name *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].path.n == 0)
			return true;
	return false;
}

static errint refuse_extension(struct str name, struct err *err)
{
	errint rc =
		err_set(err, ERR_UNSUPPORTED, "the index has an extension '%.*s'", STR_ARG(name));
	if (str_eq(name, S("link")))
		return err_hint(err, "`git update-index --no-split-index` writes it in one piece");
	if (str_eq(name, S("sdir")))
		return err_hint(err,
				"`git sparse-checkout reapply --no-sparse-index` writes it whole");
	return rc;
}

errint git_index_parse(struct str bytes, struct arena *a, struct git_index_entry_name **out,
		       size_t *n_out, struct err *err)
{
	static const size_t sizes[] = {20, 32};
	struct reader r = {.all = bytes, .a = a};
	struct git_index_entry_name *v;
	struct str foreign;
	size_t n;

	if (bytes.n < HEADER || !str_starts(bytes, S("DIRC")))
		return err_set(err, ERR_CORRUPT, "this is no index");
	r.version = be32(bytes, 4);
	n = be32(bytes, 8);
	if (r.version < 2 || r.version > 4)
		return err_set(err, ERR_UNSUPPORTED, "the index has version %u, which is not known",
			       r.version);
	if (n > LIMIT_GIT_ENTRIES)
		return err_set(err, ERR_TOO_BIG, "the index has more than %d files",
			       LIMIT_GIT_ENTRIES);
	/* No entry is smaller. */
	if (n > bytes.n / STAT)
		return err_set(err, ERR_CORRUPT, "the index ends too early");
	v = ARENA_ARRAY(a, struct git_index_entry_name, n + 1);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		r.hash_size = sizes[i];
		if (!read_index(&r, v, n, &foreign))
			continue;
		if (foreign.n)
			return refuse_extension(foreign, err);
		/* Only a split index has entries without a path. */
		if (has_empty(v, n))
			break;
		*out = v;
		*n_out = n;
		return 0;
	}
	return err_set(err, ERR_CORRUPT, "the index is damaged");
}
