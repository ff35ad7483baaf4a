/* SPDX-License-Identifier: MIT
 *
 * The export stream names a path only behind its contents, so an import first unpacks them under
 * a name of its own, hashing, and adds them when it knows as what. */
#include "store/exchange.h"

#include <stdlib.h>
#include "base/file.h"
#include "store/nar_int.h"
#include "store/store_int.h"

enum {
	EXPORT_MAGIC = 0x4558494e,
	REFS_MAX = 1 << 20, /* references of one path */
};

/* ---- writing ---- */

static void put_u64(struct buf *b, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		buf_putc(b, (char)(v >> (8 * i)));
}

static void put_str(struct buf *b, struct str s)
{
	static const char zero[8];

	put_u64(b, s.n);
	buf_puts(b, s);
	buf_put(b, zero, -s.n & 7);
}

static errint flush_buf(struct buf *b, struct sink *to, struct err *err)
{
	errint rc = buf_check(b, "export", err);

	if (!rc)
		rc = sink_write(to, b->p, b->n, err);
	buf_clear(b);
	return rc;
}

errint store_dump(const struct store *s, const struct path_info *info, struct sink *to,
		  struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, to);
	char *real CLEANUP_FREE = store_real_path(s, info->path);
	struct hash got;
	errint rc = nar_dump(AT_FDCWD, real, &sink.sink, NULL, NULL, err);

	if (rc)
		return rc;
	hash_sink_finish(&sink, &got);
	if (hash_eq(&got, &info->nar_hash))
		return 0;
	char want_text[HASH_TEXT_MAX], got_text[HASH_TEXT_MAX];
	return err_set(err, ERR_CORRUPT, "hash of path '%.*s' has changed from '%s' to '%s'",
		       STR_ARG(info->path),
		       hash_format(&info->nar_hash, HASH_NIX32, true, want_text),
		       hash_format(&got, HASH_NIX32, true, got_text));
}

static errint export_path(struct store *s, struct str path, struct sink *to, struct err *err)
{
	ARENA(a);
	BUF(b, LIMIT_TOOL_OUTPUT);
	struct path_info info;
	errint rc = store_query(s, &a, path, &info, err);

	if (rc)
		return rc;
	put_u64(&b, 1);
	rc = flush_buf(&b, to, err);
	if (!rc)
		rc = store_dump(s, &info, to, err);
	if (rc)
		return rc;
	put_u64(&b, EXPORT_MAGIC);
	put_str(&b, info.path);
	put_u64(&b, info.n_refs);
	for (size_t i = 0; i < info.n_refs; i++)
		put_str(&b, info.refs[i]);
	put_str(&b, info.deriver);
	put_u64(&b, 0);
	return flush_buf(&b, to, err);
}

errint store_export(struct store *s, const struct str *paths, size_t n, struct sink *to,
		    struct err *err)
{
	BUF(end, LIMIT_SMALL_FILE);
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		rc = export_path(s, paths[i], to, err);
		if (rc)
			return err_wrap(err, "exporting '%.*s'", STR_ARG(paths[i]));
	}
	put_u64(&end, 0);
	return flush_buf(&end, to, err);
}

/* ---- reading ---- */

static errint get_u64(struct source *from, uint64_t *out, struct err *err)
{
	uint8_t b[8];
	errint rc = source_read_full(from, b, sizeof(b), err);

	if (rc)
		return rc;
	*out = 0;
	for (int i = 7; i >= 0; i--)
		*out = *out << 8 | b[i];
	return 0;
}

static errint get_str(struct source *from, struct arena *a, struct str *out, struct err *err)
{
	uint64_t n;
	errint rc = get_u64(from, &n, err);

	if (rc)
		return rc;
	if (n > LIMIT_PATH_TEXT)
		return err_set(err, ERR_CORRUPT, "a text of %llu bytes", (unsigned long long)n);
	size_t padded = ((size_t)n + 7) & ~(size_t)7;
	char *p = arena_alloc(a, padded + 1);
	rc = source_read_full(from, p, padded, err);
	if (rc)
		return rc;
	p[n] = '\0';
	*out = str_n(p, (size_t)n);
	return 0;
}

static errint get_path(struct store *s, struct source *from, struct arena *a, struct str *out,
		       struct err *err)
{
	errint rc = get_str(from, a, out, err);

	return rc ? rc : store_path_check(s, *out, err);
}

static errint get_info(struct store *s, struct source *from, struct arena *a,
		       struct path_info *info, struct err *err)
{
	uint64_t magic, n, signature;
	errint rc = get_u64(from, &magic, err);

	if (!rc && magic != EXPORT_MAGIC)
		rc = err_set(err, ERR_CORRUPT, "the NAR is not followed by its record");
	if (!rc)
		rc = get_path(s, from, a, &info->path, err);
	if (!rc)
		rc = get_u64(from, &n, err);
	if (!rc && n > REFS_MAX)
		rc = err_set(err, ERR_CORRUPT, "a path with %llu references",
			     (unsigned long long)n);
	struct str_set refs = {0};
	for (size_t cap = 0; !rc && refs.n < n; refs.n++) {
		if (refs.n == cap) {
			struct str *bigger = ARENA_ARRAY(a, struct str, cap ? cap * 2 : 8);
			if (refs.n)
				memcpy(bigger, refs.v, refs.n * sizeof(*bigger));
			refs.v = bigger;
			cap = cap ? cap * 2 : 8;
		}
		rc = get_path(s, from, a, &refs.v[refs.n], err);
	}
	if (!rc)
		rc = get_str(from, a, &info->deriver, err);
	if (!rc && info->deriver.n)
		rc = store_path_check(s, info->deriver, err);
	if (!rc)
		rc = get_u64(from, &signature, err);
	/* Nix before 2.0 put a signature here. */
	struct str ignored;
	if (!rc && signature == 1)
		rc = get_str(from, a, &ignored, err);
	if (rc)
		return rc;
	str_set_sort(&refs);
	info->refs = refs.v;
	info->n_refs = refs.n;
	return 0;
}

static errint import_one(struct store *s, struct arena *a, struct source *from, const char *temp,
			 struct str *out, struct err *err)
{
	struct path_info info = {0};
	errint rc = store_unpack(s, from, temp, &info.nar_hash, &info.nar_size, err);

	if (rc)
		return rc;
	rc = get_info(s, from, a, &info, err);
	if (rc) {
		remove_tree_quietly(s->store_fd, temp);
		return rc;
	}
	rc = store_adopt(s, temp, &info, err);
	if (!rc)
		*out = info.path;
	return rc;
}

errint store_import(struct store *s, struct arena *a, struct source *from, struct str **out,
		    size_t *n, struct err *err)
{
	struct str *v CLEANUP_FREE = NULL, place;
	size_t count = 0, cap = 0;
	errint rc = store_make_writable(s, err);

	if (!rc)
		rc = store_own_place(s, a, &place, err);
	if (rc)
		return rc;
	char *temp CLEANUP_FREE = str_dupz(store_path_base(place));
	for (;;) {
		uint64_t more;
		rc = get_u64(from, &more, err);
		if (!rc && more == 0)
			break;
		if (!rc && more != 1)
			rc = err_set(err, ERR_CORRUPT, "this is not an export of a store");
		ARRAY_GROW(v, count, cap);
		if (!rc)
			rc = import_one(s, a, from, temp, &v[count], err);
		if (rc)
			return err_wrap(err, "importing");
		count++;
	}
	rc = store_flush(s, err);
	if (rc)
		return err_wrap(err, "importing");
	*out = ARENA_ARRAY(a, struct str, count);
	*n = count;
	if (count)
		memcpy(*out, v, count * sizeof(*v));
	return 0;
}

/* ---- registration text ---- */

void registration_print(const struct path_info *info, struct buf *b)
{
	char hash[HASH_TEXT_MAX];

	buf_printf(b, "%.*s\n%s\n%llu\n%.*s\n%zu\n", STR_ARG(info->path),
		   hash_format(&info->nar_hash, HASH_BASE16, false, hash),
		   (unsigned long long)info->nar_size, STR_ARG(info->deriver), info->n_refs);
	for (size_t i = 0; i < info->n_refs; i++)
		buf_printf(b, "%.*s\n", STR_ARG(info->refs[i]));
}

struct lines {
	const struct store *s;
	struct arena *a;
	struct str rest;
	size_t at;
	bool hashes;
};

static errint next_line(struct lines *l, struct str *out, struct err *err)
{
	struct str tail;

	if (!str_cut(l->rest, '\n', out, &tail))
		return err_set(err, ERR_CORRUPT, "the text ends inside a record");
	l->rest = tail;
	l->at++;
	return 0;
}

static errint next_number(struct lines *l, uint64_t *out, struct err *err)
{
	struct str line;
	errint rc = next_line(l, &line, err);

	if (!rc && !str_to_u64(line, out))
		rc = err_set(err, ERR_CORRUPT, "'%.*s' is not a number", STR_ARG(line));
	return rc;
}

static errint next_path(struct lines *l, struct str *out, struct err *err)
{
	struct str line;
	errint rc = next_line(l, &line, err);

	if (!rc)
		rc = store_path_check(l->s, line, err);
	if (!rc)
		*out = arena_str(l->a, line);
	return rc;
}

static errint next_record(struct lines *l, struct path_info *info, struct err *err)
{
	struct str line;
	uint64_t n = 0;
	errint rc = next_path(l, &info->path, err);

	if (!rc && l->hashes) {
		rc = next_line(l, &line, err);
		if (!rc)
			rc = hash_parse(line, HASH_SHA256, &info->nar_hash, err);
		if (!rc)
			rc = next_number(l, &info->nar_size, err);
	}
	if (!rc)
		rc = next_line(l, &line, err);
	if (!rc && line.n)
		rc = store_path_check(l->s, line, err);
	if (rc)
		return rc;
	info->deriver = arena_str(l->a, line);
	rc = next_number(l, &n, err);
	/* Each reference takes a line, so the text itself bounds their number. */
	if (!rc && n > l->rest.n)
		rc = err_set(err, ERR_CORRUPT, "the text ends inside a record");
	if (rc)
		return rc;
	struct str_set refs = {.v = ARENA_ARRAY(l->a, struct str, n), .n = (size_t)n};
	for (size_t i = 0; !rc && i < refs.n; i++)
		rc = next_path(l, &refs.v[i], err);
	if (rc)
		return rc;
	str_set_sort(&refs);
	info->refs = refs.v;
	info->n_refs = refs.n;
	return 0;
}

errint registration_parse(const struct store *s, struct arena *a, struct str text, bool hashes,
			  struct path_info **out, size_t *n, struct err *err)
{
	struct lines l = {.s = s, .a = a, .rest = text, .hashes = hashes};
	struct path_info *v CLEANUP_FREE = NULL;
	size_t count = 0, cap = 0;

	while (l.rest.n) {
		ARRAY_GROW(v, count, cap);
		v[count] = (struct path_info){0};
		errint rc = next_record(&l, &v[count], err);
		if (rc)
			return err_wrap(err, "registration text, line %zu", l.at);
		count++;
	}
	*out = ARENA_ARRAY(a, struct path_info, count);
	*n = count;
	if (count)
		memcpy(*out, v, count * sizeof(*v));
	return 0;
}
