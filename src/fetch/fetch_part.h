/* SPDX-License-Identifier: MIT
 *
 * What has come of a file so far: `<dest>.part`, and `<dest>.part.meta` with the validators of the
 * server that it came from, so that another process can go on after a kill -9. All bytes in hand
 * are hashed in order; dest appears by rename, with the right hash only.
 *
 *	.part.meta: "<url>\n<etag>\n<last-modified>\n", empty where the server did not tell */
#pragma once

#include "base/buf.h"
#include "base/hash.h"

struct fetch_tap;

struct part {
	char *dest, *path, *meta; /* NULL when the bytes go to body */
	char *wrong;              /* where a file of another hash is left, or NULL; owned */
	struct buf *body;
	enum hash_algo algo;
	int fd; /* -1 until part_open() */
	struct hash_ctx *ctx;
	struct fetch_tap *tap;       /* or NULL */
	uint64_t size;               /* bytes in hand and hashed */
	uint64_t prefix;             /* of an earlier run; hashed up to size */
	uint64_t max;                /* ceiling, 0 for none */
	char *url, *etag, *modified; /* of the bytes in hand, or NULL */
};

/* dest is copied; body is borrowed; exactly one is given. */
void part_init(struct part *p, const char *dest, struct buf *body, enum hash_algo algo,
	       uint64_t max);
/* Closes; what is on disk stays. */
void part_release(struct part *p);

/* Opens or makes the file and locks it: ERR_EXISTS while another process downloads it (a second
 * part of ours is not noticed). What an earlier run left is the prefix, still to be hashed. */
ATTR_MUST_CHECK errint part_open(struct part *p, struct err *err);
/* Hashes a bounded piece of the prefix; *done once all of it is in hand. */
ATTR_MUST_CHECK errint part_rehash(struct part *p, bool *done, struct err *err);
/* Whether the bytes in hand may be continued from url without a known hash at the end. */
bool part_continues(const struct part *p, const char *url);
/* The strongest validator for If-Range of what is in hand, or NULL. */
const char *part_validator(const struct part *p, const char *url);

/* Forgets all bytes. */
ATTR_MUST_CHECK errint part_restart(struct part *p, struct err *err);
/* Notes where the bytes come from; for the next run when `keep`. etag and modified may be NULL. */
ATTR_MUST_CHECK errint part_origin(struct part *p, const char *url, const char *etag,
				   const char *modified, bool keep, struct err *err);
/* What is to come is the whole file, size bytes (0: not known). */
void part_begin(struct part *p, uint64_t size);
ATTR_MUST_CHECK errint part_write(struct part *p, const void *data, size_t n, struct err *err);
/* What a finished part must be. */
struct part_want {
	const struct hash *hash; /* or NULL */
	uint64_t size;           /* 0 when unknown */
	enum hash_of hash_of;    /* and whose, for the words of a mismatch */
	const char *name;
};
/* The end: checks and renames. On ERR_MISMATCH the files are gone, and out has the hash all the
 * same. */
ATTR_MUST_CHECK errint part_finish(struct part *p, const struct part_want *want, struct hash *out,
				   struct err *err);
