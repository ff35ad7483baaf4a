/* SPDX-License-Identifier: MIT
 *
 * Byte sinks and sources. Decorators embed `struct sink` or `struct source` as their first
 * member and forward: file -> hash tee -> decompress -> NAR. A failure is returned at once and
 * ends the stream; nothing may be written or read after it. */
#pragma once

#include "base/buf.h"
#include "base/hash.h"

struct hash_thread;
struct sink;
struct sink_ops {
	errint (*write)(struct sink *s, const void *p, size_t n, struct err *err);
	/* May be NULL, and return NULL. Where up to *n bytes, some thousands, can be put before
	 * they are given to write(), which then needs no copy of them; good until that. *n is at
	 * least what it was, or as much as there is room for. */
	char *(*room)(struct sink *s, size_t *n);
};
struct sink {
	const struct sink_ops *ops;
};
/* All n bytes, or a failure; nothing is done for none. */
ATTR_MUST_CHECK static inline errint sink_write(struct sink *s, const void *p, size_t n,
						struct err *err)
{
	return n ? s->ops->write(s, p, n, err) : 0;
}

/* See there. */
static inline char *sink_room(struct sink *s, size_t *n)
{
	return s->ops->room ? s->ops->room(s, n) : NULL;
}

/* Appends to a buffer; its ceiling is an error. */
struct buf_sink {
	struct sink sink;
	struct buf *buf;
};
struct buf_sink buf_sink_init(struct buf *b);

/* Writes all to a file descriptor (borrowed). */
struct fd_sink {
	struct sink sink;
	int fd;
};
struct fd_sink fd_sink_init(int fd);

/* Hashes and counts, and passes on to next (may be NULL). Finish with hash_sink_finish(). */
struct hash_sink {
	struct sink sink;
	struct sink *next;
	struct hash_ctx *ctx;       /* or */
	struct hash_thread *thread; /* of a big one */
	uint64_t size;
};
struct hash_sink hash_sink_init(enum hash_algo algo, struct sink *next);
/* The same for what may be big: a thread hashes (base/hash_thread.h) while next works. */
struct hash_sink hash_sink_init_big(enum hash_algo algo, struct sink *next);
void hash_sink_finish(struct hash_sink *s, struct hash *out);
void hash_sink_release(struct hash_sink *s);

struct source;
struct source_ops {
	/* Reads up to n bytes; *got 0 is the end. */
	errint (*read)(struct source *s, void *p, size_t n, size_t *got, struct err *err);
	/* May be NULL. Reads what is in memory already, where it is: some bytes, good until the
	 * next call; none is the end. */
	errint (*view)(struct source *s, struct str *out, struct err *err);
};
struct source {
	const struct source_ops *ops;
};
ATTR_MUST_CHECK static inline errint source_read(struct source *s, void *p, size_t n, size_t *got,
						 struct err *err)
{
	return s->ops->read(s, p, n, got, err);
}
/* The next bytes without a copy, where the source has a view, else read into the n bytes at p. None
 * is the end. */
ATTR_MUST_CHECK static inline errint source_piece(struct source *s, void *p, size_t n,
						  struct str *out, struct err *err)
{
	if (s->ops->view)
		return s->ops->view(s, out, err);
	out->p = (const char *)p;
	return s->ops->read(s, p, n, &out->n, err);
}
/* Exactly n bytes; the end before them is ERR_CORRUPT. */
ATTR_MUST_CHECK errint source_read_full(struct source *s, void *p, size_t n, struct err *err);
/* Everything into the sink. */
ATTR_MUST_CHECK errint source_copy(struct source *from, struct sink *to, struct err *err);

struct str_source {
	struct source source;
	struct str rest;
};
struct str_source str_source_init(struct str s);

struct fd_source {
	struct source source;
	int fd; /* borrowed */
};
struct fd_source fd_source_init(int fd);

/* Reads ahead from another source (borrowed), for parsers that ask for a few bytes at a time. What
 * it has read and not given is lost to others that read from the same place. */
struct buffered_source {
	struct source source;
	struct source *from;
	char *chunk;
	size_t at, end;
};
struct buffered_source buffered_source_init(struct source *from);
void buffered_source_release(struct buffered_source *s);
