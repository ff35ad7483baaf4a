/* SPDX-License-Identifier: MIT
 *
 * Asking: first each cache what it is, then all of them for all paths. Folders of this machine are
 * read at once, servers through one fetcher. Whatever a server says wrong about a path is as if it
 * had not got that path; when it says nothing at all, it is not asked again. */
#include "cache/caches_int.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/report.h"
#include "fetch/fetch.h"
#include "store/store_path.h"

enum { PARALLEL = 64, PER_HOST = 32 };

/* A text that is asked for. */
struct question {
	struct cache *cache;
	size_t path; /* index of it */
	struct buf body;
};

struct query {
	struct caches *c;
	struct arena *a;
	const struct str *paths;
	size_t n;
	struct cache_hit **hits; /* one list a path */
	struct question *asks;
	size_t n_asks;
};

static void query_release(struct query *q)
{
	for (size_t i = 0; i < q->n_asks; i++) {
		if (q->c->fetcher)
			fetcher_drop(q->c->fetcher, &q->asks[i]);
		buf_release(&q->asks[i].body);
	}
	free(q->asks);
	free(q->hits);
}

static errint need_fetcher(struct caches *c, struct err *err)
{
	/* A short busy time is waited for, but silence is not tried again. */
	struct fetch_options o = {.parallel = PARALLEL,
				  .per_host = PER_HOST,
				  .tries = 2,
				  .connect_s = c->patience_s,
				  .stall_s = c->patience_s,
				  .give_up_s = MAX(c->patience_s - 1, 1U),
				  .offline = c->offline};

	return c->fetcher ? 0 : fetcher_new(&o, c->report, &c->fetcher, err);
}

/* ---- texts ---- */

/* A text that lies in a folder. */
static errint read_text(const struct cache *cache, const char *name, struct buf *b, struct err *err)
{
	char *file CLEANUP_FREE = path_join(cache->at.dir, str_c(name));

	return file_read(AT_FDCWD, file, b, err);
}

static errint ask_server(struct caches *c, struct question *ask, const char *name, struct err *err)
{
	char *url CLEANUP_FREE = xasprintf("%.*s/%s", STR_ARG(ask->cache->at.url), name);
	const char *const urls[] = {url};
	struct fetch_request r = {.urls = urls,
				  .n_urls = 1,
				  .body = &ask->body,
				  .max_size = LIMIT_SMALL_FILE,
				  .quiet = true,
				  .ctx = ask};

	return fetcher_add(c->fetcher, &r, err);
}

/* What a server says to something that it has not: S3 without the right to list says 403. */
static bool is_absent(errint rc)
{
	return rc == ERR_NOT_FOUND || rc == ERR_DENIED;
}

/* ---- nix-cache-info ---- */

static void learn(struct caches *c, struct cache *cache, struct str text)
{
	ERR(why);
	const char *name = arena_printf(&c->arena, "%.*s/nix-cache-info", STR_ARG(cache->at.shown));

	if (cache_info_parse(&c->arena, text, name, &cache->info, &why)) {
		cache_give_up(c, cache, &why);
		return;
	}
	if (cache->info.store_dir.n && !str_eq(cache->info.store_dir, store_dir(c->store))) {
		err_set(&why, ERR_DENIED, "it is for stores at '%.*s', and this is '%.*s'",
			STR_ARG(cache->info.store_dir), STR_ARG(store_dir(c->store)));
		cache_give_up(c, cache, &why);
		return;
	}
	cache->state = CACHE_GOOD;
	cache->priority = cache->at.has_priority ? cache->at.priority : cache->info.priority;
}

static void learn_failed(struct caches *c, struct cache *cache, struct err *why)
{
	if (is_absent(why->code))
		err_set(why, ERR_NOT_FOUND, "it is no binary cache: it has no 'nix-cache-info'");
	cache_give_up(c, cache, why);
}

static void learn_folder(struct caches *c, struct cache *cache)
{
	BUF(b, LIMIT_SMALL_FILE);
	ERR(why);

	if (read_text(cache, "nix-cache-info", &b, &why))
		learn_failed(c, cache, &why);
	else
		learn(c, cache, buf_str(&b));
}

static void learned(struct query *q, struct question *ask, struct fetch_result *r)
{
	if (r->err.code)
		learn_failed(q->c, ask->cache, &r->err);
	else
		learn(q->c, ask->cache, buf_str(&ask->body));
}

/* ---- narinfo ---- */

static const char *narinfo_name(struct query *q, size_t path)
{
	return arena_printf(q->a, "%.*s.narinfo", STR_ARG(store_path_hash_part(q->paths[path])));
}

static bool same(const struct path_info *a, const struct path_info *b)
{
	if (!hash_eq(&a->nar_hash, &b->nar_hash) || a->nar_size != b->nar_size ||
	    a->n_refs != b->n_refs)
		return false;
	for (size_t i = 0; i < a->n_refs; i++) {
		if (!str_eq(a->refs[i], b->refs[i]))
			return false;
	}
	return true;
}

/* By priority; among equals the order of the configuration. */
static bool comes_before(const struct cache *a, const struct cache *b)
{
	return a->priority != b->priority ? a->priority < b->priority : a < b;
}

static void add_hit(struct query *q, size_t path, struct cache_hit *hit)
{
	struct cache_hit **at = &q->hits[path];

	while (*at && !comes_before(hit->cache, (*at)->cache))
		at = &(*at)->next;
	hit->next = *at;
	*at = hit;
}

static errint check_answer(struct query *q, struct cache *cache, size_t path, struct str text,
			   struct narinfo *out, struct err *err)
{
	const char *name =
		arena_printf(q->a, "%.*s/%s", STR_ARG(cache->at.shown), narinfo_name(q, path));
	errint rc = narinfo_parse(q->a, store_dir(q->c->store), text, name, out, err);

	if (!rc && !str_eq(out->info.path, q->paths[path]))
		rc = err_set(err, ERR_CORRUPT, "%s: it tells of '%.*s'", name,
			     STR_ARG(out->info.path));
	return rc ? rc : cache_believe(q->c, cache, out, err);
}

static void answered(struct query *q, struct cache *cache, size_t path, struct str text)
{
	struct cache_hit *hit = ARENA_NEW(q->a, struct cache_hit);
	ERR(why);

	hit->cache = cache;
	if (check_answer(q, cache, path, text, &hit->narinfo, &why))
		cache_doubt(q->c, cache, &why);
	else
		add_hit(q, path, hit);
}

static void ask_folder(struct query *q, struct cache *cache, size_t path)
{
	BUF(b, LIMIT_SMALL_FILE);
	ERR(why);

	if (!read_text(cache, narinfo_name(q, path), &b, &why))
		answered(q, cache, path, buf_str(&b));
	else if (why.code != ERR_NOT_FOUND)
		cache_give_up(q->c, cache, &why);
}

static void drop_asks(struct query *q, const struct cache *cache)
{
	for (size_t i = 0; i < q->n_asks; i++) {
		if (q->asks[i].cache == cache)
			fetcher_drop(q->c->fetcher, &q->asks[i]);
	}
}

static void got_narinfo(struct query *q, struct question *ask, struct fetch_result *r)
{
	if (ask->cache->state == CACHE_GONE)
		return;
	if (!r->err.code) {
		answered(q, ask->cache, ask->path, buf_str(&ask->body));
	} else if (!is_absent(r->err.code)) {
		cache_give_up(q->c, ask->cache, &r->err);
		drop_asks(q, ask->cache);
	}
}

/* ---- rounds ---- */

typedef void got_fn(struct query *q, struct question *ask, struct fetch_result *r);

static errint wait_for_all(struct query *q, got_fn *got, struct err *err)
{
	struct fetcher *f = q->c->fetcher;
	errint rc = 0;

	while (!rc && fetcher_pending(f)) {
		struct fetch_result r;

		rc = fetcher_step(f, 1000, NULL, 0, err);
		while (!rc && fetcher_next(f, &r)) {
			got(q, r.ctx, &r);
			fetch_result_release(&r);
		}
	}
	return rc;
}

static struct question *new_ask(struct query *q, struct cache *cache, size_t path)
{
	struct question *ask = &q->asks[q->n_asks++];

	*ask = (struct question){cache, path, BUF_INIT(LIMIT_SMALL_FILE)};
	return ask;
}

static bool is_server(const struct caches *c, const struct cache *cache, enum cache_state state)
{
	return cache->at.scheme == CACHE_HTTP && cache->state == state && !c->offline;
}

static errint learn_all(struct query *q, struct err *err)
{
	struct caches *c = q->c;
	errint rc = 0;

	for (size_t i = 0; !rc && i < c->n; i++) {
		if (c->v[i].state == CACHE_UNKNOWN && c->v[i].at.scheme == CACHE_FILE)
			learn_folder(c, &c->v[i]);
		if (!is_server(c, &c->v[i], CACHE_UNKNOWN))
			continue;
		rc = need_fetcher(c, err);
		if (!rc)
			rc = ask_server(c, new_ask(q, &c->v[i], 0), "nix-cache-info", err);
	}
	return rc || !c->fetcher ? rc : wait_for_all(q, learned, err);
}

static errint ask_all(struct query *q, struct err *err)
{
	struct caches *c = q->c;
	errint rc = 0;

	for (size_t i = 0; !rc && i < q->n; i++) {
		for (size_t k = 0; !rc && k < c->n; k++) {
			if (is_server(c, &c->v[k], CACHE_GOOD))
				rc = ask_server(c, new_ask(q, &c->v[k], i), narinfo_name(q, i),
						err);
		}
	}
	for (size_t k = 0; !rc && k < c->n; k++) {
		for (size_t i = 0; i < q->n && c->v[k].state == CACHE_GOOD; i++) {
			if (c->v[k].at.scheme == CACHE_FILE)
				ask_folder(q, &c->v[k], i);
		}
	}
	return rc || !c->fetcher ? rc : wait_for_all(q, got_narinfo, err);
}

/* The best, and behind it those that tell the same: another NAR would need another registration. */
static void choose(struct cache_hit *hits, struct substitute *out)
{
	if (!hits)
		return;
	for (struct cache_hit **at = &hits->next; *at;) {
		if (same(&hits->narinfo.info, &(*at)->narinfo.info))
			at = &(*at)->next;
		else
			*at = (*at)->next;
	}
	for (const struct cache_hit *h = hits; h; h = h->next)
		out->places++;
	out->info = hits->narinfo.info;
	out->download = hits->narinfo.file_size;
	out->more = hits;
}

errint caches_query(struct substituter *self, struct arena *a, const struct str *paths, size_t n,
		    struct substitute *out, struct err *err)
{
	struct caches *c = (struct caches *)self;
	struct query q CLEANUP(query_release) = {.c = c, .a = a, .paths = paths, .n = n};

	q.hits = xcalloc(n + 1, sizeof(*q.hits));
	q.asks = xcalloc(c->n * (n + 1) + 1, sizeof(*q.asks));
	errint rc = learn_all(&q, err);
	if (!rc)
		rc = ask_all(&q, err);
	for (size_t i = 0; !rc && i < n; i++)
		choose(q.hits[i], &out[i]);
	return rc;
}
