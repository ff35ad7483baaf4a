/* SPDX-License-Identifier: MIT
 *
 * What the readers of this room share. */
#pragma once

#include "archive/archive.h"
#include "base/arena.h"
#include "base/limits.h"

/* Where an item's names are kept for the callback. */
struct item_names {
	char name[LIMIT_PATH_TEXT + 1], link[LIMIT_PATH_TEXT + 1];
};

/* Brings a name to its clean form, in out; what ("name", "hard link") is for the error. */
ATTR_MUST_CHECK errint archive_clean_into(const char *what, struct str raw, char *out,
					  struct str *clean, struct err *err);

/* libarchive's reader of the archive in fd (borrowed), from its beginning. */
struct archive_reader;
ATTR_MUST_CHECK errint archive_stream_open(int fd, struct archive_reader **out, struct err *err);
/* Goes on to the next file of that name, whose data *out gives until the next call. */
ATTR_MUST_CHECK errint archive_stream_find(struct archive_reader *r, struct str name,
					   struct source **out, struct err *err);
void archive_stream_free(struct archive_reader *r);
/* The bytes of one file that gzip, bzip2 or xz packed, told by its first bytes; *bytes is the
 * reader's own. from (borrowed) is read as they are. */
ATTR_MUST_CHECK errint archive_raw_open(struct source *from, struct archive_reader **out,
					struct source **bytes, struct err *err);

/* ---- zip ---- */

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_LOCAL_SIZE = 30 };

struct zip_member {
	struct str name; /* as it is there */
	uint64_t at;     /* of its local header */
	uint64_t packed, size;
	uint32_t crc;
	unsigned method, mode;
};

struct zip_list {
	int fd;
	uint64_t before;      /* bytes ahead of the archive, which its numbers do not count */
	uint64_t end;         /* of the members: where the central directory begins */
	struct zip_member *v; /* in the order of their places */
	size_t n;
	char *central;
	size_t central_n;
	struct arena arena;
};

/* The list of what is in a zip whose members are all stored or deflated, each within the file.
 * *fits: it is such a one, else out holds nothing. out begins as zeros. */
ATTR_MUST_CHECK errint zip_list_read(int fd, struct zip_list *out, bool *fits, struct err *err);
void zip_list_release(struct zip_list *z);
/* n bytes as a number, little end first. */
uint64_t zip_number(const char *p, unsigned n);
/* Do these four bytes stand there? */
bool zip_mark(const char *p, const char *mark);
errint zip_broken(struct err *err, const char *what);
/* All n bytes from there on; the end before them is ERR_CORRUPT. */
ATTR_MUST_CHECK errint zip_read_at(int fd, char *p, size_t n, uint64_t at, struct err *err);

/* archive_walk() of such a zip. Others, and other archives, are left: *done is false, and nothing
 * was called. */
ATTR_MUST_CHECK errint zip_walk(int fd, archive_item_fn *fn, void *ctx, bool *done,
				struct err *err);
