/* SPDX-License-Identifier: MIT
 *
 * A NAR on its way: what is packed comes over the network, or lies in a folder, and is unpacked as
 * it comes. What a server sent is kept beside until it is whole, so that a pull that was cut off
 * goes on where it was; hash and size of it are checked by the fetcher, those of the NAR by whoever
 * reads. Runs in a process of its own. */
#include "cache/caches_int.h"

#include "base/environ.h"
#include "base/file.h"
#include "fetch/fetch.h"
#include "store/store_path.h"

/* A download as a source: reading it moves the transfer on, and a step brings a bounded piece. */
struct stream {
	struct source source;
	struct fetch_tap tap;
	struct fetcher *fetcher;
	struct buf ahead;
	size_t at; /* of what is read of `ahead` */
	bool again, done;
	char *dest;
};

static void on_start(struct fetch_tap *tap, uint64_t size)
{
	struct stream *s = (struct stream *)((char *)tap - offsetof(struct stream, tap));

	/* A second beginning: bytes that went on already cannot be called back. */
	s->again = s->again || s->at || s->ahead.n;
}

static void on_take(struct fetch_tap *tap, const void *p, size_t n)
{
	struct stream *s = (struct stream *)((char *)tap - offsetof(struct stream, tap));

	buf_put(&s->ahead, p, n);
}

/* The transfer's end: its hash was right, or why not. */
static errint stream_end(struct stream *s, struct err *err)
{
	struct fetch_result r;
	errint rc = 0;

	if (!fetcher_next(s->fetcher, &r))
		return 0;
	s->done = true;
	if (r.err.code)
		rc = fetch_result_fail(&r, err);
	fetch_result_release(&r);
	/* It was only kept for a run that is cut off. */
	remove_tree_quietly(AT_FDCWD, s->dest);
	return rc;
}

static errint stream_read(struct source *source, void *p, size_t n, size_t *got, struct err *err)
{
	struct stream *s = (struct stream *)source;
	errint rc = 0;

	while (!rc && s->at == s->ahead.n && !s->done) {
		buf_clear(&s->ahead);
		s->at = 0;
		rc = fetcher_step(s->fetcher, 1000, NULL, 0, err);
		if (!rc)
			rc = buf_check(&s->ahead, "one piece of a NAR", err);
		if (!rc)
			rc = stream_end(s, err);
		if (!rc && s->again)
			rc = err_set(err, ERR_NETWORK, "the transfer began anew in its midst");
	}
	if (rc)
		return rc;
	*got = MIN(n, s->ahead.n - s->at);
	memcpy(p, s->ahead.p + s->at, *got);
	s->at += *got;
	return 0;
}

static errint partial_file(struct caches *c, struct str path, char **out, struct err *err)
{
	BUF(logical, LIMIT_PATH_TEXT);

	buf_printf(&logical, "%s/kiln/partial", store_config(c->store)->state_dir);
	char *dir CLEANUP_FREE = store_real_path(c->store, buf_str(&logical));
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);
	if (!rc)
		*out = xasprintf("%s/%.*s.nar", dir, STR_ARG(store_path_base(path)));
	return rc;
}

static errint open_stream(struct caches *c, const struct cache_hit *hit, const char *url,
			  struct arena *a, struct source **out, struct err *err)
{
	static const struct source_ops ops = {.read = stream_read};
	const struct narinfo *n = &hit->narinfo;
	struct stream *s = ARENA_NEW(a, struct stream);
	struct fetch_options o = {.connect_s = c->patience_s, .offline = c->offline};
	const char *const urls[] = {url};
	struct fetch_request r = {.urls = urls,
				  .n_urls = 1,
				  .hash = n->file_hash.algo ? &n->file_hash : NULL,
				  .size = n->file_size,
				  .tap = &s->tap,
				  .quiet = true};
	errint rc = partial_file(c, n->info.path, &s->dest, err);

	s->source.ops = &ops;
	s->tap = (struct fetch_tap){.start = on_start, .take = on_take};
	s->ahead = (struct buf)BUF_INIT(LIMIT_NAR_AHEAD);
	r.dest = s->dest;
	if (!rc)
		rc = fetcher_new(&o, c->report, &s->fetcher, err);
	if (!rc)
		rc = fetcher_add(s->fetcher, &r, err);
	if (!rc)
		*out = &s->source;
	return rc;
}

static errint open_file_nar(const char *file, struct arena *a, struct source **out, struct err *err)
{
	struct fd_source *s = ARENA_NEW(a, struct fd_source);
	int fd;
	errint rc = open_file(AT_FDCWD, file, &fd, err);

	if (rc)
		return rc;
	*s = fd_source_init(fd);
	*out = &s->source;
	return 0;
}

static errint open_packed(struct caches *c, const struct cache_hit *hit, struct arena *a,
			  struct source **out, struct err *err)
{
	struct str url = hit->narinfo.url;
	const struct cache_url *at = &hit->cache->at;

	if (str_find(url, S("://")) >= 0)
		return open_stream(c, hit, arena_strz(a, url), a, out, err);
	if (at->scheme == CACHE_FILE)
		return open_file_nar(arena_printf(a, "%.*s/%.*s", STR_ARG(at->dir), STR_ARG(url)),
				     a, out, err);
	return open_stream(c, hit, arena_printf(a, "%.*s/%.*s", STR_ARG(at->url), STR_ARG(url)), a,
			   out, err);
}

errint caches_open_nar(struct substituter *self, const struct substitute *what, unsigned place,
		       struct arena *a, struct source **out, struct err *err)
{
	struct caches *c = (struct caches *)self;
	const struct cache_hit *hit = what->more;
	struct packed_source *packed;
	struct source *from;

	while (place--)
		hit = hit->next;
	errint rc = open_packed(c, hit, a, &from, err);
	if (!rc)
		rc = packed_source_new(hit->narinfo.packing, from, &packed, err);
	if (rc)
		return err_wrap(err, "%.*s", STR_ARG(hit->cache->at.shown));
	*out = packed_source_bytes(packed);
	return 0;
}
