/* SPDX-License-Identifier: MIT
 *
 * The configured binary caches, as one substituter. All are asked at once for what a plan lacks;
 * of those that have a path the one with the smallest priority gives it, and the next one when it
 * fails. What a cache says counts when trusted keys have signed it, or the content proves it. A
 * cache that does not answer is told of once and not asked again in this run. */
#pragma once

#include "plan/substituter.h"
#include "store/signing_key.h"

struct report;

struct caches_options {
	const char *const *urls; /* NULL terminated, in order of preference; see cache_url.h */
	const struct public_key *keys;
	size_t n_keys;
	bool any_signature;  /* none is asked for */
	unsigned signatures; /* how many of the keys must have signed a path; 0: 1 */
	bool offline;        /* only those on this machine are asked */
	unsigned patience_s; /* with a cache that does not answer; 0: 5 */
	struct store *store; /* whose paths they are */
};

struct caches;
/* Everything but the store is copied. No cache is asked yet. A URL that is none is an error, one
 * of a kind that is not read is told as a warning and left out. */
ATTR_MUST_CHECK errint caches_new(const struct caches_options *o, struct report *report,
				  struct caches **out, struct err *err);
void caches_free(struct caches *c);
/* NULL when there is no cache. Borrowed. */
struct substituter *caches_substituter(struct caches *c);
