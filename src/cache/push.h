/* SPDX-License-Identifier: MIT
 *
 * Copying store paths into a binary cache. A NAR is packed once; its narinfo appears when it and
 * all that it refers to are there, so that a cache, cut off at any moment, never tells of what it
 * has not got. A copy can be run again and goes on. */
#pragma once

#include "base/str.h"
#include "store/signing_key.h"

struct report;
struct store;

struct push_options {
	const char *to; /* cache_url.h: compression, its level, and a key besides these */
	const struct signing_key *keys;
	size_t n_keys;
	unsigned jobs;     /* NARs packed at once; 0: one a processor */
	uint64_t priority; /* of a cache that is made now; 0: 40, as the public cache's */
};

struct pushed {
	size_t paths, there;            /* copied now; in the cache already */
	uint64_t nar_bytes, file_bytes; /* of those copied */
};

/* Copies the paths, which are a closure. A folder is made; a server has to take PUT. ERR_CORRUPT
 * when a path is not what was registered; ERR_DENIED when the cache is for another store folder. */
ATTR_MUST_CHECK errint cache_push(struct store *s, const struct push_options *o,
				  const struct str *paths, size_t n, struct report *report,
				  struct pushed *out, struct err *err);
/* Makes a folder, or a place at a server, a cache, if it is none. */
ATTR_MUST_CHECK errint cache_init(struct store *s, const struct push_options *o, struct err *err);
