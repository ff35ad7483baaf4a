/* SPDX-License-Identifier: MIT
 *
 * The plain sinks and sources: buffer, descriptor, hash tee, string. */
#include "base/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/hash_thread.h"

static errint buf_sink_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct buf *b = ((struct buf_sink *)s)->buf;

	buf_put(b, p, n);
	return buf_check(b, "data", err);
}

struct buf_sink buf_sink_init(struct buf *b)
{
	static const struct sink_ops ops = {buf_sink_write};

	return (struct buf_sink){{&ops}, b};
}

static errint fd_sink_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	return fd_write_all(((struct fd_sink *)s)->fd, p, n, err);
}

struct fd_sink fd_sink_init(int fd)
{
	static const struct sink_ops ops = {fd_sink_write};

	return (struct fd_sink){{&ops}, fd};
}

static errint hash_sink_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct hash_sink *h = (struct hash_sink *)s;

	if (h->thread)
		hash_thread_update(h->thread, p, n);
	else
		hash_update(h->ctx, p, n);
	h->size += n;
	return h->next ? sink_write(h->next, p, n, err) : 0;
}

static char *hash_sink_room(struct sink *s, size_t *n)
{
	struct hash_sink *h = (struct hash_sink *)s;

	return h->thread ? hash_thread_room(h->thread, n) : NULL;
}

static const struct sink_ops hash_sink_ops = {.write = hash_sink_write, .room = hash_sink_room};

struct hash_sink hash_sink_init(enum hash_algo algo, struct sink *next)
{
	return (struct hash_sink){
		.sink = {&hash_sink_ops}, .next = next, .ctx = hash_ctx_new(algo)};
}

struct hash_sink hash_sink_init_big(enum hash_algo algo, struct sink *next)
{
	return (struct hash_sink){
		.sink = {&hash_sink_ops}, .next = next, .thread = hash_thread_new(algo)};
}

void hash_sink_finish(struct hash_sink *s, struct hash *out)
{
	if (s->thread)
		hash_thread_finish(STEAL(s->thread), out);
	else
		hash_finish(STEAL(s->ctx), out);
}

void hash_sink_release(struct hash_sink *s)
{
	hash_thread_free(STEAL(s->thread));
	hash_ctx_free(STEAL(s->ctx));
}

errint source_read_full(struct source *s, void *p, size_t n, struct err *err)
{
	char *to = p;

	while (n) {
		size_t got = 0;
		errint rc = source_read(s, to, n, &got, err);

		if (rc)
			return rc;
		if (got == 0)
			return err_set(err, ERR_CORRUPT, "data ends %zu bytes too early", n);
		to += got;
		n -= got;
	}
	return 0;
}

errint source_copy(struct source *from, struct sink *to, struct err *err)
{
	enum { CHUNK = 64 << 10 };
	char *chunk CLEANUP_FREE = xmalloc(CHUNK);

	for (;;) {
		struct str piece = S("");
		errint rc = source_piece(from, chunk, CHUNK, &piece, err);

		if (rc)
			return rc;
		if (piece.n == 0)
			return 0;
		rc = sink_write(to, piece.p, piece.n, err);
		if (rc)
			return rc;
	}
}

static errint str_source_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct str_source *src = (struct str_source *)s;

	n = MIN(n, src->rest.n);
	if (n)
		memcpy(p, src->rest.p, n);
	src->rest = str_skip(src->rest, n);
	*got = n;
	return 0;
}

struct str_source str_source_init(struct str s)
{
	static const struct source_ops ops = {str_source_read};

	return (struct str_source){{&ops}, s};
}

static errint fd_source_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	ssize_t r;

	do
		r = read(((struct fd_source *)s)->fd, p, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(err, "cannot read");
	*got = (size_t)r;
	return 0;
}

struct fd_source fd_source_init(int fd)
{
	static const struct source_ops ops = {fd_source_read};

	return (struct fd_source){{&ops}, fd};
}

enum { READ_AHEAD = 64 << 10 };

static errint buffered_source_read(struct source *s, void *p, size_t n, size_t *got,
				   struct err *err)
{
	struct buffered_source *b = (struct buffered_source *)s;

	if (b->at == b->end) {
		if (n >= READ_AHEAD)
			return source_read(b->from, p, n, got, err);
		size_t filled = 0;
		errint rc = source_read(b->from, b->chunk, READ_AHEAD, &filled, err);
		if (rc)
			return rc;
		b->at = 0;
		b->end = filled;
	}
	n = MIN(n, b->end - b->at);
	if (n)
		memcpy(p, b->chunk + b->at, n);
	b->at += n;
	*got = n;
	return 0;
}

struct buffered_source buffered_source_init(struct source *from)
{
	static const struct source_ops ops = {buffered_source_read};

	return (struct buffered_source){
		.source = {&ops}, .from = from, .chunk = xmalloc(READ_AHEAD)};
}

void buffered_source_release(struct buffered_source *s)
{
	free(s->chunk);
	s->chunk = NULL;
}
