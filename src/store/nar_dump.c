/* SPDX-License-Identifier: MIT
 *
 * Events to NAR bytes. All framing is gathered in one buffer, so that a folder of small files
 * costs a few large writes; large file contents pass by it. */
#include "store/nar_int.h"

#include <endian.h>
#include <stdlib.h>
#include "base/hash.h"

static void take_room(struct nar_encoder *e, size_t least)
{
	e->used = 0;
	e->room = least;
	e->buf = sink_room(e->to, &e->room);
	if (e->buf)
		return;
	if (!e->own)
		e->own = xmalloc(NAR_CHUNK);
	e->buf = e->own;
	e->room = NAR_CHUNK;
}

/* What does not fit in what is left. */
ATTR_COLD static errint put_on(struct nar_encoder *e, const void *p, size_t n, struct err *err)
{
	errint rc = nar_encoder_flush(e, err);

	if (rc)
		return rc;
	if (n > e->room) {
		rc = sink_write(e->to, p, n, err);
		take_room(e, 0);
		return rc;
	}
	memcpy(e->buf, p, n);
	e->used = n;
	return 0;
}

static errint put(struct nar_encoder *e, const void *p, size_t n, struct err *err)
{
	if (n > e->room - e->used)
		return put_on(e, p, n, err);
	if (n)
		memcpy(e->buf + e->used, p, n);
	e->used += n;
	return 0;
}

static errint put_u64(struct nar_encoder *e, uint64_t v, struct err *err)
{
	v = htole64(v);
	return put(e, &v, sizeof(v), err);
}

static errint put_padding(struct nar_encoder *e, uint64_t n, struct err *err)
{
	static const char zero[8];

	return put(e, zero, (size_t)(-n & 7), err);
}

static errint put_long_str(struct nar_encoder *e, struct str s, struct err *err)
{
	errint rc = put_u64(e, s.n, err);
	if (!rc)
		rc = put(e, s.p, s.n, err);
	return rc ? rc : put_padding(e, s.n, err);
}

/* Most of a NAR of small files is words of few letters. */
static errint put_str(struct nar_encoder *e, struct str s, struct err *err)
{
	enum { WORD = 16 };
	uint64_t length = htole64(s.n);
	char *to = e->buf + e->used;

	if (s.n > WORD || e->room - e->used < sizeof(length) + WORD)
		return put_long_str(e, s, err);
	memcpy(to, &length, sizeof(length));
	to += sizeof(length);
	memset(to, 0, WORD);
	if (s.n)
		memcpy(to, s.p, s.n);
	e->used += sizeof(length) + ((s.n + 7) & ~(size_t)7);
	return 0;
}

static errint put_words(struct nar_encoder *e, const struct str *words, size_t n, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = put_str(e, words[i], err);
	return rc;
}
#define PUT_WORDS(e, err, ...)                          \
	put_words(e, (const struct str[]){__VA_ARGS__}, \
		  sizeof((const struct str[]){__VA_ARGS__}) / sizeof(struct str), err)

static errint node_begin(struct nar_encoder *e, const char *name, const char *type, struct err *err)
{
	errint rc;

	if (e->depth == 0)
		rc = PUT_WORDS(e, err, S("nix-archive-1"));
	else
		rc = PUT_WORDS(e, err, S("entry"), S("("), S("name"), str_c(name), S("node"));
	return rc ? rc : PUT_WORDS(e, err, S("("), S("type"), str_c(type));
}

static errint node_end(struct nar_encoder *e, struct err *err)
{
	if (e->depth == 0)
		return PUT_WORDS(e, err, S(")"));
	return PUT_WORDS(e, err, S(")"), S(")"));
}

static errint encode_dir_begin(struct tree_sink *t, const char *name, struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;
	errint rc = node_begin(e, name, "directory", err);

	e->depth++;
	return rc;
}

static errint encode_dir_end(struct tree_sink *t, struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;

	e->depth--;
	return node_end(e, err);
}

/* Big contents are read, hashed and written in whole pieces at multiples of their size: a file
 * system takes those with the least work. */
static errint start_chunk(struct nar_encoder *e, struct err *err)
{
	errint rc = nar_encoder_flush(e, err);

	if (!rc)
		take_room(e, NAR_CHUNK);
	return rc;
}

static errint encode_file(struct tree_sink *t, const char *name, bool executable, uint64_t size,
			  struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;
	errint rc = node_begin(e, name, "regular", err);

	e->file_size = size;
	if (!rc && executable)
		rc = PUT_WORDS(e, err, S("executable"), S(""));
	if (!rc)
		rc = PUT_WORDS(e, err, S("contents"));
	if (!rc)
		rc = put_u64(e, size, err);
	return rc || size < NAR_CHUNK ? rc : start_chunk(e, err);
}

static errint encode_data(struct tree_sink *t, const void *p, size_t n, struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;

	if (p != e->buf + e->used)
		return put(e, p, n, err);
	e->used += n;
	return 0;
}

static errint encode_room(struct tree_sink *t, char **p, size_t *n, struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;
	errint rc = e->room - e->used < NAR_ROOM ? nar_encoder_flush(e, err) : 0;

	*p = e->buf + e->used;
	*n = e->room - e->used;
	return rc;
}

static errint encode_file_end(struct tree_sink *t, struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;
	errint rc = put_padding(e, e->file_size, err);

	return rc ? rc : node_end(e, err);
}

static errint encode_symlink(struct tree_sink *t, const char *name, const char *target,
			     struct err *err)
{
	struct nar_encoder *e = (struct nar_encoder *)t;
	errint rc = node_begin(e, name, "symlink", err);

	if (!rc)
		rc = PUT_WORDS(e, err, S("target"), str_c(target));
	return rc ? rc : node_end(e, err);
}

static const struct tree_sink_ops encoder_ops = {
	.dir_begin = encode_dir_begin,
	.dir_end = encode_dir_end,
	.file = encode_file,
	.data = encode_data,
	.room = encode_room,
	.file_end = encode_file_end,
	.symlink = encode_symlink,
};

struct nar_encoder nar_encoder_init(struct sink *to)
{
	struct nar_encoder e = {.tree.ops = &encoder_ops, .to = to};

	take_room(&e, 0);
	return e;
}

errint nar_encoder_flush(struct nar_encoder *e, struct err *err)
{
	errint rc = sink_write(e->to, e->buf, e->used, err);

	take_room(e, 0);
	return rc;
}

void nar_encoder_release(struct nar_encoder *e)
{
	free(e->own);
}

errint nar_dump(int dirfd, const char *path, struct sink *to, nar_filter_fn filter, void *ctx,
		struct err *err)
{
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(to);
	errint rc = tree_walk(dirfd, path, &e.tree, filter, ctx, err);

	return rc ? rc : nar_encoder_flush(&e, err);
}

errint nar_dump_bytes(struct str bytes, bool executable, struct sink *to, struct err *err)
{
	struct nar_encoder e CLEANUP(nar_encoder_release) = nar_encoder_init(to);
	errint rc = encode_file(&e.tree, "", executable, bytes.n, err);

	if (!rc)
		rc = put(&e, bytes.p, bytes.n, err);
	if (!rc)
		rc = encode_file_end(&e.tree, err);
	return rc ? rc : nar_encoder_flush(&e, err);
}

errint nar_hash(int dirfd, const char *path, struct hash *hash, uint64_t *size, struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	errint rc = nar_dump(dirfd, path, &sink.sink, NULL, NULL, err);

	if (rc)
		return rc;
	if (size)
		*size = sink.size;
	hash_sink_finish(&sink, hash);
	return 0;
}

static struct tree_sink *tee_a(struct tree_sink *t)
{
	return ((struct tree_tee *)t)->a;
}

static struct tree_sink *tee_b(struct tree_sink *t)
{
	return ((struct tree_tee *)t)->b;
}

static errint tee_dir_begin(struct tree_sink *t, const char *name, struct err *err)
{
	errint rc = tee_a(t)->ops->dir_begin(tee_a(t), name, err);
	return rc ? rc : tee_b(t)->ops->dir_begin(tee_b(t), name, err);
}

static errint tee_dir_end(struct tree_sink *t, struct err *err)
{
	errint rc = tee_a(t)->ops->dir_end(tee_a(t), err);
	return rc ? rc : tee_b(t)->ops->dir_end(tee_b(t), err);
}

static errint tee_file(struct tree_sink *t, const char *name, bool executable, uint64_t size,
		       struct err *err)
{
	errint rc = tee_a(t)->ops->file(tee_a(t), name, executable, size, err);
	return rc ? rc : tee_b(t)->ops->file(tee_b(t), name, executable, size, err);
}

static int tee_clone(struct tree_sink *t, int from)
{
	return tee_a(t)->ops->clone ? tee_a(t)->ops->clone(tee_a(t), from) : -1;
}

static errint tee_data(struct tree_sink *t, const void *p, size_t n, struct err *err)
{
	errint rc = tee_a(t)->ops->data(tee_a(t), p, n, err);
	return rc ? rc : tee_b(t)->ops->data(tee_b(t), p, n, err);
}

static errint tee_room(struct tree_sink *t, char **p, size_t *n, struct err *err)
{
	return tee_b(t)->ops->room ? tee_b(t)->ops->room(tee_b(t), p, n, err) : 0;
}

static errint tee_file_end(struct tree_sink *t, struct err *err)
{
	errint rc = tee_a(t)->ops->file_end(tee_a(t), err);
	return rc ? rc : tee_b(t)->ops->file_end(tee_b(t), err);
}

static errint tee_symlink(struct tree_sink *t, const char *name, const char *target,
			  struct err *err)
{
	errint rc = tee_a(t)->ops->symlink(tee_a(t), name, target, err);
	return rc ? rc : tee_b(t)->ops->symlink(tee_b(t), name, target, err);
}

static const struct tree_sink_ops tee_ops = {
	.dir_begin = tee_dir_begin,
	.dir_end = tee_dir_end,
	.file = tee_file,
	.clone = tee_clone,
	.data = tee_data,
	.room = tee_room,
	.file_end = tee_file_end,
	.symlink = tee_symlink,
};

struct tree_tee tree_tee_init(struct tree_sink *a, struct tree_sink *b)
{
	return (struct tree_tee){.tree.ops = &tee_ops, .a = a, .b = b};
}
