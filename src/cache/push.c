/* SPDX-License-Identifier: MIT
 *
 * Threads pack NARs, each one path at a time in the order of references; this thread follows them
 * and writes narinfos in that order. */
#include "cache/push.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/zstd_frames.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "base/thread.h"
#include "cache/cache_url.h"
#include "cache/narinfo.h"
#include "cache/push_place.h"
#include "store/exchange.h"
#include "store/path_signatures.h"

enum { LEVEL = 3, PRIORITY = 40, LOOK_NS = 200 * 1000 * 1000, THREADS_MAX = 64 };

struct push_item {
	struct narinfo narinfo;
	bool packed;
};

struct push {
	struct store *store;
	struct report *report;
	struct cache_url to;
	struct arena arena;
	struct signing_key *keys;
	size_t n_keys;
	struct push_item *items; /* each behind those that it refers to */
	size_t n;
	struct push_place *place;
	struct activity *activity;

	pthread_mutex_t lock; /* of all below, and of the items' flags */
	pthread_cond_t moved;
	size_t next;
	bool stop;
	struct err err; /* the first failure */
	uint64_t done;  /* bytes of NARs */
};

static void push_release(struct push *p)
{
	for (size_t i = 0; i < p->n_keys; i++)
		signing_key_wipe(&p->keys[i]);
	activity_end(p->activity);
	if (p->place)
		p->place->ops->close(p->place);
	err_release(&p->err);
	arena_release(&p->arena);
	pthread_mutex_destroy(&p->lock);
	pthread_cond_destroy(&p->moved);
}

/* ---- the cache ---- */

static errint read_cache_info(struct push *p, bool *there, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct cache_info info;
	ERR(why);

	*there = !p->place->ops->get(p->place, "nix-cache-info", &text, &why);
	if (!*there)
		return why.code == ERR_NOT_FOUND ? 0 : err_move(err, &why);
	const char *name = arena_printf(&p->arena, "%.*s/nix-cache-info", STR_ARG(p->to.shown));
	errint rc = cache_info_parse(&p->arena, buf_str(&text), name, &info, err);
	if (rc || !info.store_dir.n || str_eq(info.store_dir, store_dir(p->store)))
		return rc;
	return err_set(err, ERR_DENIED,
		       "the cache '%.*s' is for stores at '%.*s', and this is '%.*s'",
		       STR_ARG(p->to.shown), STR_ARG(info.store_dir), STR_ARG(store_dir(p->store)));
}

static errint open_cache(struct push *p, const struct push_options *o, struct err *err)
{
	struct cache_info info = {.store_dir = store_dir(p->store),
				  .mass_query = true,
				  .priority = o->priority ? o->priority : PRIORITY};
	BUF(text, LIMIT_SMALL_FILE);
	bool there = false;
	errint rc = p->to.scheme == CACHE_FILE
			    ? push_folder_open(&p->to, &p->place, err)
			    : push_server_open(&p->to, p->report, &p->place, err);

	if (!rc)
		rc = read_cache_info(p, &there, err);
	if (rc || there)
		return rc;
	cache_info_print(&info, &text);
	return p->place->ops->put(p->place, "nix-cache-info", buf_str(&text), err);
}

static const char *narinfo_file(struct push *p, struct str path)
{
	return arena_printf(&p->arena, "%.*s.narinfo", STR_ARG(store_path_hash_part(path)));
}

/* ---- one NAR ---- */

static errint pack_into(const struct push *p, struct sink *to, const struct path_info *info,
			struct err *err)
{
	struct zstd_sink z CLEANUP(zstd_sink_release) = {0};

	if (p->to.packing == PACKING_NONE)
		return store_dump(p->store, info, to, err);
	errint rc = zstd_sink_init(&z, to, p->to.level ? p->to.level : LEVEL, err);
	if (!rc)
		rc = store_dump(p->store, info, &z.sink, err);
	return rc ? rc : zstd_sink_end_frame(&z, err);
}

static errint pack(struct push *p, size_t i, struct err *err)
{
	struct narinfo *n = &p->items[i].narinfo;
	int fd CLEANUP_FD = -1;
	char hash[HASH_TEXT_MAX], name[HASH_TEXT_MAX + 16];
	errint rc = p->place->ops->new_nar(p->place, &fd, err);

	if (rc)
		return rc;
	struct fd_sink file = fd_sink_init(fd);
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, &file.sink);
	rc = pack_into(p, &sink.sink, &n->info, err);
	if (rc == ERR_CORRUPT)
		err_hint(err, "'kiln store repair %.*s' mends the store", STR_ARG(n->info.path));
	if (rc)
		return err_wrap(err, "packing '%.*s'", STR_ARG(n->info.path));
	n->file_size = sink.size;
	hash_sink_finish(&sink, &n->file_hash);
	snprintf(name, sizeof(name), "nar/%s.nar%s",
		 hash_format(&n->file_hash, HASH_NIX32, false, hash),
		 packing_suffix(p->to.packing));
	return p->place->ops->put_nar(p->place, fd, n->file_size, name, err);
}

/* ---- threads ---- */

/* The next that nobody has; false when there is none. */
static bool take(struct push *p, size_t *out)
{
	pthread_mutex_lock(&p->lock);
	bool any = !p->stop && p->next < p->n;
	*out = p->next;
	p->next += any;
	pthread_mutex_unlock(&p->lock);
	return any;
}

static void *pack_all(void *arg)
{
	struct push *p = arg;
	size_t i;

	while (take(p, &i)) {
		ERR(why);
		errint rc = pack(p, i, &why);

		pthread_mutex_lock(&p->lock);
		p->items[i].packed = !rc;
		p->stop = p->stop || rc;
		p->done += p->items[i].narinfo.info.nar_size;
		if (rc && !p->err.code)
			err_move(&p->err, &why);
		pthread_cond_signal(&p->moved);
		pthread_mutex_unlock(&p->lock);
	}
	return NULL;
}

/* Waits for a NAR. Where somebody failed before, it may never come. */
static errint wait_packed(struct push *p, const struct push_item *item, struct err *err)
{
	errint rc = 0;

	pthread_mutex_lock(&p->lock);
	while (!item->packed && !p->stop && !interrupted()) {
		struct timespec t;

		clock_gettime(CLOCK_REALTIME, &t);
		t.tv_nsec += LOOK_NS;
		t.tv_sec += t.tv_nsec / 1000000000;
		t.tv_nsec %= 1000000000;
		activity_progress(p->activity, p->done, 0);
		report_tick(p->report);
		pthread_cond_timedwait(&p->moved, &p->lock, &t);
	}
	if (!item->packed && p->err.code)
		rc = err_move(err, &p->err);
	else if (!item->packed)
		rc = err_set(err, ERR_INTERRUPTED, "interrupted");
	pthread_mutex_unlock(&p->lock);
	return rc;
}

/* ---- narinfos ---- */

static errint sign(struct push *p, struct path_info *info, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < p->n_keys; i++)
		rc = path_info_sign(info, &p->arena, &p->keys[i], err);
	return rc;
}

static errint tell(struct push *p, struct push_item *item, struct err *err)
{
	struct narinfo *n = &item->narinfo;
	char hash[HASH_TEXT_MAX];
	BUF(text, LIMIT_LOCK_FILE);

	n->packing = p->to.packing;
	n->url = str_c(arena_printf(&p->arena, "nar/%s.nar%s",
				    hash_format(&n->file_hash, HASH_NIX32, false, hash),
				    packing_suffix(n->packing)));
	errint rc = sign(p, &n->info, err);
	if (rc)
		return rc;
	narinfo_print(n, &text);
	return p->place->ops->put(p->place, narinfo_file(p, n->info.path), buf_str(&text), err);
}

static errint tell_all(struct push *p, struct pushed *out, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < p->n; i++) {
		struct push_item *item = &p->items[i];

		rc = wait_packed(p, item, err);
		if (!rc)
			rc = tell(p, item, err);
		if (rc)
			break;
		out->paths++;
		out->nar_bytes += item->narinfo.info.nar_size;
		out->file_bytes += item->narinfo.file_size;
	}
	return rc;
}

static errint run(struct push *p, unsigned jobs, struct pushed *out, struct err *err)
{
	pthread_t threads[THREADS_MAX];
	unsigned n = 0, want = jobs ? jobs : thread_processors();
	int failed = 0;
	errint rc;

	while (n < MIN(want, (unsigned)THREADS_MAX) && n < p->n && !failed) {
		failed = thread_start(&threads[n], pack_all, p);
		n += !failed;
	}
	if (p->n && !n)
		rc = err_set(err, ERR_SYSTEM, "cannot start a thread");
	else
		rc = tell_all(p, out, err);
	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_mutex_unlock(&p->lock);
	while (n)
		pthread_join(threads[--n], NULL);
	return rc;
}

/* ---- what is to be done ---- */

static errint add_key(struct push *p, struct err *err)
{
	char *file = arena_strz(&p->arena, p->to.secret_key);

	return p->to.secret_key.n ? signing_key_read(&p->arena, file, &p->keys[p->n_keys++], err)
				  : 0;
}

static errint begin(struct push *p, struct store *s, const struct push_options *o, struct err *err)
{
	errint rc = cache_url_parse(&p->arena, str_c(o->to), &p->to, err);

	p->store = s;
	if (rc)
		return rc;
	if (p->to.packing != PACKING_NONE && p->to.packing != PACKING_ZSTD) {
		err_set(err, ERR_UNSUPPORTED, "nothing is packed as '%s' here",
			packing_name(p->to.packing));
		return err_hint(err, "compression=zstd, or compression=none");
	}
	p->keys = ARENA_ARRAY(&p->arena, struct signing_key, o->n_keys + 1);
	for (size_t i = 0; i < o->n_keys; i++)
		p->keys[p->n_keys++] = o->keys[i];
	return add_key(p, err);
}

/* Leaves out what the cache has: a narinfo there tells of a NAR that is there. */
static errint add_items(struct push *p, const struct str *sorted, size_t n, struct pushed *out,
			struct err *err)
{
	const char **names CLEANUP_FREE = xcalloc(n + 1, sizeof(*names));
	bool *there CLEANUP_FREE = xcalloc(n + 1, sizeof(*there));

	for (size_t i = 0; i < n; i++)
		names[i] = narinfo_file(p, sorted[i]);
	p->items = ARENA_ARRAY(&p->arena, struct push_item, n);
	errint rc = p->place->ops->have(p->place, names, n, there, err);
	for (size_t i = 0; !rc && i < n; i++) {
		struct push_item *item = &p->items[p->n];

		out->there += there[i];
		if (there[i])
			continue;
		rc = store_query(p->store, &p->arena, sorted[i], &item->narinfo.info, err);
		p->n++;
	}
	return rc;
}

errint cache_init(struct store *s, const struct push_options *o, struct err *err)
{
	struct push p CLEANUP(push_release) = {.store = s};

	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.moved, NULL);
	errint rc = begin(&p, s, o, err);
	return rc ? rc : open_cache(&p, o, err);
}

errint cache_push(struct store *s, const struct push_options *o, const struct str *paths, size_t n,
		  struct report *report, struct pushed *out, struct err *err)
{
	struct push p CLEANUP(push_release) = {.report = report};
	struct str_set set = {.n = n};
	struct str *sorted;
	uint64_t total = 0;

	*out = (struct pushed){0};
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.moved, NULL);
	set.v = ARENA_ARRAY(&p.arena, struct str, n);
	memcpy(set.v, paths, n * sizeof(*paths));
	str_set_sort(&set);
	errint rc = begin(&p, s, o, err);
	if (!rc)
		rc = open_cache(&p, o, err);
	if (!rc)
		rc = store_topo_sort(s, &p.arena, set, &sorted, err);
	if (!rc)
		rc = add_items(&p, sorted, set.n, out, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < p.n; i++)
		total += p.items[i].narinfo.info.nar_size;
	p.activity = activity_start(report, total, "B", "pushing to %.*s", STR_ARG(p.to.shown));
	return run(&p, o->jobs, out, err);
}
