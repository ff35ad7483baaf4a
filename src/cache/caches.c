/* SPDX-License-Identifier: MIT
 *
 * Nix asks its caches one after the other; here all are asked at once, so that a slow one costs
 * its own time and not everybody's. */
#include "cache/caches_int.h"

#include <stdlib.h>

#include "base/report.h"
#include "fetch/fetch.h"
#include "store/path_signatures.h"

enum { PATIENCE_S = 4, TOLD_MAX = 3 };

void cache_give_up(struct caches *c, struct cache *cache, struct err *why)
{
	if (cache->state != CACHE_GONE)
		report_msg(c->report, REPORT_WARN, "the cache '%.*s' is not used: %s",
			   STR_ARG(cache->at.shown), why->msg);
	cache->state = CACHE_GONE;
	err_clear(why);
}

void cache_doubt(struct caches *c, struct cache *cache, struct err *why)
{
	enum report_level level = cache->told < TOLD_MAX ? REPORT_WARN : REPORT_INFO;

	report_msg(c->report, level, "%s", why->msg);
	if (++cache->told == TOLD_MAX)
		report_msg(c->report, REPORT_WARN,
			   "more of the kind from '%.*s' is told with -v only",
			   STR_ARG(cache->at.shown));
	err_clear(why);
}

/* Its content proves what it is: that is done once it is here (job_substitute). What names itself
 * cannot be proved so, as its hash is the cache's word. */
static bool content_proves(const struct path_info *info)
{
	for (size_t i = 0; i < info->n_refs; i++) {
		if (str_eq(info->refs[i], info->path))
			return false;
	}
	return info->ca.n > 0;
}

errint cache_believe(const struct caches *c, const struct cache *cache, const struct narinfo *n,
		     struct err *err)
{
	size_t count;

	if (c->any_signature || cache->at.trusted || content_proves(&n->info))
		return 0;
	errint rc = path_signatures_count(&n->info, c->keys, c->n_keys, &count, err);
	if (rc || count >= c->signatures)
		return rc;
	if (!n->info.sigs.n)
		return err_set(err, ERR_DENIED, "'%.*s' of '%.*s' is not signed",
			       STR_ARG(n->info.path), STR_ARG(cache->at.shown));
	return err_set(err, ERR_DENIED, "'%.*s' of '%.*s' has %zu of %u signatures by trusted keys",
		       STR_ARG(n->info.path), STR_ARG(cache->at.shown), count, c->signatures);
}

static const struct substituter_ops ops = {.query = caches_query, .open_nar = caches_open_nar};

static errint add_url(struct caches *c, const char *text, struct err *err)
{
	struct cache *cache = &c->v[c->n];
	ERR(why);
	errint rc = cache_url_parse(&c->arena, str_c(text), &cache->at, &why);

	if (rc && rc != ERR_UNSUPPORTED)
		return err_move(err, &why);
	if (rc) {
		report_msg(c->report, REPORT_WARN, "%s", why.msg);
		return 0;
	}
	c->n++;
	return 0;
}

static void copy_keys(struct caches *c, const struct caches_options *o)
{
	c->keys = ARENA_ARRAY(&c->arena, struct public_key, o->n_keys);
	c->n_keys = o->n_keys;
	for (size_t i = 0; i < o->n_keys; i++) {
		c->keys[i] = o->keys[i];
		c->keys[i].name = arena_str(&c->arena, o->keys[i].name);
	}
}

static void caches_cleanup(struct caches **c)
{
	caches_free(*c);
}

errint caches_new(const struct caches_options *o, struct report *report, struct caches **out,
		  struct err *err)
{
	struct caches *c CLEANUP(caches_cleanup) = xcalloc(1, sizeof(*c));
	size_t n = 0;
	errint rc = 0;

	c->substituter.ops = &ops;
	c->any_signature = o->any_signature;
	c->signatures = o->signatures ? o->signatures : 1;
	c->offline = o->offline;
	c->patience_s = o->patience_s ? o->patience_s : PATIENCE_S;
	c->store = o->store;
	c->report = report;
	copy_keys(c, o);
	while (o->urls && o->urls[n])
		n++;
	c->v = ARENA_ARRAY(&c->arena, struct cache, n);
	for (size_t i = 0; !rc && i < n; i++)
		rc = add_url(c, o->urls[i], err);
	if (rc)
		return rc;
	*out = STEAL(c);
	return 0;
}

void caches_free(struct caches *c)
{
	if (!c)
		return;
	fetcher_free(c->fetcher);
	arena_release(&c->arena);
	free(c);
}

struct substituter *caches_substituter(struct caches *c)
{
	return c->n ? &c->substituter : NULL;
}
