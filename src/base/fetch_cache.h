/* SPDX-License-Identifier: MIT
 *
 * What is known of things fetched earlier: small records in files, found by a key. A record is a
 * hint that its user checks (is that path still valid, is that commit still here?), so that it may
 * vanish at any time, and a broken one counts as absent.
 *
 *	<folder>/<nix32 of the key's sha256>: lines "<name> <value>", written whole by rename */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

struct report;

enum { FETCH_RECORD_MAX = 12 };

struct fetch_record {
	struct {
		const char *name; /* borrowed when setting; of the arena when found */
		struct str value;
	} v[FETCH_RECORD_MAX];
	size_t n;
	int64_t age; /* seconds since it was written; 0 when from the future */
};

/* Adds a field; a record with a value that cannot be written is as if it were never kept. */
void fetch_record_set(struct fetch_record *r, const char *name, struct str value);
/* "" when there is none. */
struct str fetch_record_get(const struct fetch_record *r, const char *name);

/* Reads and writes a record's lines. False for what is no whole record, and for a value with a line
 * break, which cannot be written. */
bool fetch_record_parse(struct str text, struct arena *a, struct fetch_record *out);
bool fetch_record_print(const struct fetch_record *r, struct buf *b);

/* One process at a time fetches `url` into `path`: waits for the others, with a note that says so.
 * The lock is the file "<path>.lock", *fd (-1 before) the caller's to close. The file stays:
 * removing it would let two processes hold two files of one name. */
ATTR_MUST_CHECK errint fetch_lock(const char *path, struct str url, struct report *report, int *fd,
				  struct err *err);

/* The record for a key (any text); false when there is none. */
bool fetch_cache_find(const char *dir, struct str key, struct arena *a, struct fetch_record *out);
/* Replaces the record. A failure only means that it has to be found out again: it is not told. */
void fetch_cache_put(const char *dir, struct str key, const struct fetch_record *r);
