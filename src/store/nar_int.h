/* SPDX-License-Identifier: MIT
 *
 * What the two ends of a NAR share: a file tree as a sequence of events. A walk over the disk and
 * the parser of NAR bytes produce events; the NAR encoder and the tree writer consume them. So
 * copying a tree into the store while hashing it is a walk with two consumers.
 *
 *	tree = file data* file_end | symlink | dir_begin tree* dir_end */
#pragma once

#include <time.h>
#include "store/nar.h"

enum {
	NAR_CHUNK = 64 << 10,
	NAR_ROOM = 2 << 10, /* less is not worth a read() */
};

struct tree_sink;
struct tree_sink_ops {
	/* name is "" for the root of the tree, else checked: one component, in byte order */
	errint (*dir_begin)(struct tree_sink *t, const char *name, struct err *err);
	errint (*dir_end)(struct tree_sink *t, struct err *err);
	errint (*file)(struct tree_sink *t, const char *name, bool executable, uint64_t size,
		       struct err *err);
	/* May be NULL. Takes the contents from a file as a whole, sharing its blocks, and returns a
	 * descriptor of the copy, which the caller reads (so that what is hashed is what is kept),
	 * gives to data() all the same, and closes; or -1. */
	int (*clone)(struct tree_sink *t, int from);
	errint (*data)(struct tree_sink *t, const void *p, size_t n, struct err *err);
	/* May be NULL, and leave *p NULL. Where up to *n bytes of data can be put before they are
	 * given to data(), which then needs no copy of them; good until then. */
	errint (*room)(struct tree_sink *t, char **p, size_t *n, struct err *err);
	errint (*file_end)(struct tree_sink *t, struct err *err);
	errint (*symlink)(struct tree_sink *t, const char *name, const char *target,
			  struct err *err);
};
struct tree_sink {
	const struct tree_sink_ops *ops;
};

/* Events of a tree on the disk; filter as in nar_dump(). */
ATTR_MUST_CHECK errint tree_walk(int dirfd, const char *path, struct tree_sink *to,
				 nar_filter_fn filter, void *ctx, struct err *err);
/* Events of NAR bytes. Reads exactly the archive and nothing behind it. */
ATTR_MUST_CHECK errint tree_parse(struct source *from, struct tree_sink *to, struct err *err);

/* Encodes events as a NAR. Finish with nar_encoder_flush(). */
struct nar_encoder {
	struct tree_sink tree;
	struct sink *to;
	char *own; /* NAR_CHUNK bytes, where the sink has no room: it sees few and large writes */
	char *buf; /* that or the sink's room */
	size_t room, used;
	unsigned depth;
	uint64_t file_size; /* of the file under way */
};
struct nar_encoder nar_encoder_init(struct sink *to);
ATTR_MUST_CHECK errint nar_encoder_flush(struct nar_encoder *e, struct err *err);
void nar_encoder_release(struct nar_encoder *e);

/* Creates the tree at dirfd/path with the store's canonical metadata. tree_writer_abort() removes
 * what an unfinished tree left. */
struct tree_writer {
	struct tree_sink tree;
	int dirfd;        /* borrowed */
	const char *path; /* borrowed */
	bool plain;       /* the caller's umask and clock instead of canonical metadata */
	bool started;     /* something of ours is at path */
	int dir;          /* the folder being filled, or -1 */
	int file;         /* the file being filled, or -1 */
	uint64_t size;    /* its own, */
	uint64_t written; /* of that, */
	bool executable;
	bool cloned;    /* it shares the blocks of another */
	bool no_clones; /* the file system cannot do that */
	unsigned depth;
};
struct tree_writer tree_writer_init(int dirfd, const char *path);
void tree_writer_abort(struct tree_writer *w);
void tree_writer_release(struct tree_writer *w);

/* Compares with the tree at dirfd/path, which may be anything; what cannot be read differs. Files
 * that were left alone since the second `registered` (0: none) are taken for what they were then.
 */
struct tree_twin {
	struct tree_sink tree;
	int dirfd;        /* borrowed */
	const char *path; /* borrowed */
	bool differs;     /* what came so far */
	time_t registered;
	struct timespec placed; /* when the root was moved there */
	bool unread;            /* the file is one that was left alone */
	int dir;                /* the folder that is compared, or -1 */
	int file;               /* the file, or -1 */
	unsigned depth;
	size_t *rest; /* a folder: its entries that did not come yet */
	size_t cap_rest;
	char *chunk;
};
struct tree_twin tree_twin_init(int dirfd, const char *path, time_t registered);
void tree_twin_release(struct tree_twin *t);

/* Feeds two consumers; the first one may clone, the second one have room. */
struct tree_tee {
	struct tree_sink tree;
	struct tree_sink *a, *b;
};
struct tree_tee tree_tee_init(struct tree_sink *a, struct tree_sink *b);

/* Gives the bytes of one regular file to a sink, and the file, not executable, to another consumer
 * (or NULL). Folders and symlinks are refused. */
struct tree_flat {
	struct tree_sink tree;
	struct tree_sink *to;
	struct sink *bytes;
};
struct tree_flat tree_flat_init(struct tree_sink *to, struct sink *bytes);
