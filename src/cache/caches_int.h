/* SPDX-License-Identifier: MIT
 *
 * The inside of the caches: caches.c has what is configured and what is believed, caches_query.c
 * asks for narinfos, caches_bring.c brings NARs. */
#pragma once

#include "cache/cache_url.h"
#include "cache/caches.h"
#include "cache/narinfo.h"

struct fetcher;

enum cache_state {
	CACHE_UNKNOWN, /* its nix-cache-info was not read yet */
	CACHE_GOOD,
	CACHE_GONE, /* it does not answer, or is not for this store: told, and not asked again */
};

struct cache {
	struct cache_url at;
	struct cache_info info;
	enum cache_state state;
	uint64_t priority;
	unsigned told; /* warnings about single paths */
};

struct caches {
	struct substituter substituter;
	struct arena arena;
	struct cache *v; /* by priority once they are known */
	size_t n;
	struct public_key *keys;
	size_t n_keys;
	bool any_signature, offline;
	unsigned signatures, patience_s;
	struct store *store;
	struct report *report;
	struct fetcher *fetcher; /* or NULL: not needed yet */
};

/* A path that a cache has: what substitute.more points to, in order of preference. All of one path
 * tell the same NAR hash and the same references. */
struct cache_hit {
	struct cache *cache;
	struct narinfo narinfo;
	struct cache_hit *next;
};

/* Not to be asked any more in this run; told once. why is freed. */
void cache_give_up(struct caches *c, struct cache *cache, struct err *why);
/* A path of it is not used; told for the first few. why is freed. */
void cache_doubt(struct caches *c, struct cache *cache, struct err *why);
/* Is what it tells to be believed? ERR_DENIED with the reason. */
ATTR_MUST_CHECK errint cache_believe(const struct caches *c, const struct cache *cache,
				     const struct narinfo *n, struct err *err);

errint caches_query(struct substituter *self, struct arena *a, const struct str *paths, size_t n,
		    struct substitute *out, struct err *err);
errint caches_open_nar(struct substituter *self, const struct substitute *what, unsigned place,
		       struct arena *a, struct source **out, struct err *err);
