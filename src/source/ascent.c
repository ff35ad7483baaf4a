/* SPDX-License-Identifier: MIT
 *
 * Moving ascents from rung to rung, and what is said about the way. */
#include "source/ascent_int.h"

#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "base/url.h"
#include "source/mirror.h"

/* ---- the end of a way ---- */

/* Hands it to ladder_next(). */
static void finish(struct ascent *a)
{
	struct ladder *l = a->l;

	a->state = ASCENT_DONE;
	a->next = NULL;
	*l->done_end = a;
	l->done_end = &a->next;
}

/* A name and a path, as a mirror: URL has it, is no host. */
static struct str first_host(const struct ascent *a)
{
	for (size_t i = 0; i < a->r.n_urls; i++) {
		struct str origin, scheme, host;

		if (mirror_url_is(str_c(a->r.urls[i])) || ascent_is_by_hand(a->r.urls[i]) ||
		    str_starts(str_c(a->r.urls[i]), S("file:")))
			continue;
		origin = url_origin(a->r.urls[i]);
		if (str_cut(origin, ':', &scheme, &host) && str_starts(host, S("//")))
			return str_skip(host, 2);
	}
	return S("");
}

static void hint_vendor(const struct ascent *a, struct err *why)
{
	if (a->r.hash || a->r.checked_later)
		err_hint(why,
			 "or fetch it where that works, and put it as '%s' into the project's "
			 ".flox/sources, or a folder that 'source-dirs' in kiln.conf names",
			 a->r.file);
}

/* Of mirror://pypi/PROJECT/FILE the project. */
static struct str project_of(const struct ascent *a)
{
	for (size_t i = 0; i < a->r.n_urls; i++) {
		struct str url = str_c(a->r.urls[i]), project, file;

		if (str_starts(url, S("mirror://pypi/")) &&
		    str_cut(str_skip(url, strlen("mirror://pypi/")), '/', &project, &file))
			return project;
	}
	return S("NAME");
}

/* A file that mirrors no longer have is named by a lock that has grown old. */
static void hint_lock(const struct ascent *a, struct err *why)
{
	if (why->code != ERR_NOT_FOUND)
		return;
	if (strcmp(a->mirror, "debian") == 0)
		err_hint(why, "a project gets kiln's newest package set by 'kiln lock'; the set's "
			      "own lock is made anew by 'kiln lock debian'");
	else if (strcmp(a->mirror, "pypi") == 0)
		err_hint(why,
			 "'kiln lock python --upgrade %.*s' locks a version that is there, 'kiln "
			 "lock' kiln's newest package set; a recipe that fetches it needs another "
			 "version",
			 STR_ARG(project_of(a)));
}

/* What was looked for in vain, and what can be done about it. */
static void add_cures(const struct ascent *a, struct err *why)
{
	struct str host = first_host(a);

	if (why->code != ERR_NETWORK && why->code != ERR_NOT_FOUND)
		return;
	if (a->mirror && !why->hint) {
		err_hint(why,
			 "'mirror.%s' in kiln.conf names hosts to ask, 'source-dirs' folders that "
			 "have the file",
			 a->mirror);
		hint_lock(a, why);
	}
	if (a->mirror || why->hint)
		return;
	if (why->code == ERR_NETWORK && host.n)
		err_hint(why, "can this machine reach '%.*s'? a proxy is named by https_proxy",
			 STR_ARG(host));
	else if (why->code == ERR_NETWORK || !host.n)
		return;
	else
		err_hint(why, "was it moved? another URL may have the same file");
	hint_vendor(a, why);
}

/* Where it was looked for, and that this is all. */
static void tell_offline(const struct ascent *a, struct err *why)
{
	err_set(why, ERR_NOT_FOUND, "'%s' is not on this machine, and --offline asks nobody else",
		a->r.name);
	err_detail(why, "%.*s",
		   STR_ARG(str_drop_suffix(a->notes.n ? buf_str(&a->notes)
						      : S("  no folder has vendored files\n"),
					   S("\n"))));
	err_hint(why, "'kiln vendor' lays it into the project's .flox/sources where there is a "
		      "network; 'source-dirs' and 'source-cache' in kiln.conf name other places");
}

static void fail(struct ascent *a, struct err *why)
{
	if (a->l->config.offline && (why->code == ERR_NETWORK || why->code == ERR_NOT_FOUND)) {
		tell_offline(a, why);
		err_move(&a->result.got.err, why);
		finish(a);
		return;
	}
	if (why->code != ERR_INTERRUPTED && why->code != ERR_MISMATCH)
		add_cures(a, why);
	if (a->n_attempts > 1)
		err_detail(why, "%.*s", STR_ARG(str_drop_suffix(buf_str(&a->attempts), S("\n"))));
	err_move(&a->result.got.err, why);
	finish(a);
}

static void note_way(const struct ascent *a)
{
	struct ladder *l = a->l;
	char *shown CLEANUP_FREE = a->result.got.url ? url_shown(a->result.got.url) : NULL;

	ARRAY_GROW(l->ways, l->n_ways, l->cap_ways);
	l->ways[l->n_ways++] = (struct way){
		.name = arena_str(&l->mem, str_c(a->r.name)),
		.rung = rungs[a->rung].name,
		.url = arena_str(&l->mem, str_c(shown ? shown : "")),
		.of = arena_str(&l->mem, str_c(a->r.hash_name ? a->r.hash_name : "")),
	};
}

static void succeed(struct ascent *a)
{
	struct report *report = a->l->report;

	a->result.rung = rungs[a->rung].name;
	note_way(a);
	if (!report_shows(report, REPORT_INFO)) {
		finish(a);
		return;
	}
	char *shown CLEANUP_FREE = a->result.got.url ? url_shown(a->result.got.url) : NULL;
	report_msg(report, REPORT_INFO, "'%s' is %s%s%s%s", a->r.name, rungs[a->rung].place,
		   shown ? ": '" : "", shown ? shown : "", shown ? "'" : "");
	finish(a);
}

/* ---- failures on the way ---- */

/* Wrong bytes say more than none, and those of an origin more than somebody's copy. */
static void keep_failure(struct ascent *a, struct err *why)
{
	if (!a->failure.code || why->code == ERR_MISMATCH)
		err_move(&a->failure, why);
	err_clear(why);
}

static void note_attempts(struct ascent *a, const struct fetch_result *r)
{
	if (!r->n_attempts)
		return;
	buf_printf(&a->attempts, "%s\n", r->attempts);
	a->n_attempts += r->n_attempts;
}

/* A rung that could not even be looked at. */
static void note_rung(struct ascent *a, struct err *why)
{
	report_msg(a->l->report, REPORT_INFO, "'%s', %s: %s", a->r.name, rungs[a->rung].name,
		   why->msg);
	buf_printf(&a->attempts, "  tried %s\n",
		   why->code == ERR_MISMATCH ? "the package index: it lists another hash"
					     : why->msg);
	a->n_attempts++;
	if (why->code != ERR_MISMATCH)
		err_wrap(why, "fetching '%s'", a->r.name);
	keep_failure(a, why);
}

/* ---- moving ---- */

void ascent_add_url(struct ascent *a, const char *url, enum source_kind kind)
{
	if (a->n_urls == a->cap_urls) {
		size_t cap = a->cap_urls ? 2 * a->cap_urls : 4;
		const char **more = ARENA_ARRAY(&a->arena, const char *, cap);
		enum source_kind *kinds = ARENA_ARRAY(&a->arena, enum source_kind, cap);

		if (a->n_urls) {
			memcpy(more, a->urls, a->n_urls * sizeof(*more));
			memcpy(kinds, a->kinds, a->n_urls * sizeof(*kinds));
		}
		a->urls = more;
		a->kinds = kinds;
		a->cap_urls = cap;
	}
	a->kinds[a->n_urls] = kind;
	a->urls[a->n_urls++] = arena_strz(&a->arena, str_c(url));
}

void ascent_note(struct ascent *a, const char *fmt, ...)
{
	va_list ap;

	if (!a->l->config.offline)
		return;
	buf_putz(&a->notes, "  ");
	va_start(ap, fmt);
	buf_vprintf(&a->notes, fmt, ap);
	va_end(ap);
	buf_putc(&a->notes, '\n');
}

static bool has_caches(const struct ascent *a)
{
	const struct str *caches;
	size_t n = 0;
	ERR(told_later);

	return !mirror_source_caches(a->l->mirrors, &caches, &n, &told_later) && n;
}

/* Could a rung above have it? */
static bool has_more(const struct ascent *a)
{
	const char *rung = rungs[a->rung].name;
	bool mirrors = false, origins = false;

	for (size_t i = 0; i < a->r.n_urls; i++) {
		bool is = mirror_url_is(str_c(a->r.urls[i]));

		mirrors |= is;
		origins |= !is && !ascent_is_by_hand(a->r.urls[i]);
	}
	if (strcmp(rung, "vendored") == 0 && has_caches(a))
		return true;
	if (strcmp(rung, "vendored") == 0 || strcmp(rung, "cache") == 0)
		return mirrors || origins;
	return strcmp(rung, "mirror") == 0 && origins;
}

static struct ascent *of_tap(struct fetch_tap *tap)
{
	return (struct ascent *)((char *)tap - offsetof(struct ascent, tap));
}

static void tap_start(struct fetch_tap *tap, uint64_t size)
{
	struct nar_file *nar = &of_tap(tap)->nar;

	nar_file_release(nar);
	if (size)
		nar_file_begin(nar, size);
}

static void tap_take(struct fetch_tap *tap, const void *p, size_t n)
{
	nar_file_take(&of_tap(tap)->nar, p, n);
}

/* Asks for the rung's URLs from the nth on. */
static errint move(struct ascent *a, size_t nth, struct err *err)
{
	const struct ascent_request *r = &a->r;
	/* Secrets and validators are those of an origin. */
	bool origin = a->rung + 1 == n_rungs;
	struct fetch_request q = {
		.urls = a->urls + nth,
		.n_urls = a->n_urls - nth,
		.dest = r->dest,
		.wrong = r->wrong,
		.body = r->body,
		.hash = r->hash,
		.algo = r->algo,
		.hash_of = r->hash_of,
		.hash_name = r->hash_name,
		.size = r->size,
		.max_size = r->max_size,
		.name = r->name,
		.quiet = r->quiet,
		.more = has_more(a),
		.headers = origin ? r->headers : NULL,
		.etag = origin ? r->etag : NULL,
		.tap = r->nar ? &a->tap : NULL,
		.ctx = &a->flight,
	};
	errint rc;

	memmove(a->urls, a->urls + nth, q.n_urls * sizeof(*a->urls));
	memmove(a->kinds, a->kinds + nth, q.n_urls * sizeof(*a->kinds));
	a->n_urls -= nth;
	q.urls = a->urls;
	nar_file_release(&a->nar);
	if (r->body)
		buf_clear(r->body);
	rc = fetcher_add(a->l->fetcher, &q, err);
	if (!rc)
		a->state = ASCENT_MOVING;
	return rc;
}

/* Looks at one rung; *moved when the way goes on there. */
static void look_at(struct ascent *a, bool *moved)
{
	enum look look = LOOK_NOTHING;
	ERR(err);

	a->n_urls = 0;
	if (rungs[a->rung].look(a, &look, &err)) {
		note_rung(a, &err);
		return;
	}
	*moved = look != LOOK_NOTHING;
	if (look == LOOK_WAIT)
		a->state = ASCENT_PAGES;
	else if (look == LOOK_HERE)
		succeed(a);
	else if (look == LOOK_URLS && move(a, 0, &err))
		fail(a, &err);
	else if (look == LOOK_NOTHING)
		report_msg(a->l->report, REPORT_DEBUG, "'%s': not %s", a->r.name,
			   rungs[a->rung].place);
}

void ascent_advance(struct ascent *a)
{
	bool moved = false;

	for (a->state = ASCENT_LOOKING; a->rung < n_rungs; a->rung++) {
		look_at(a, &moved);
		if (moved)
			return;
	}
	a->rung = n_rungs - 1;
	if (!a->failure.code)
		err_set(&a->failure, ERR_NOT_FOUND, "nothing says where '%s' is", a->r.name);
	fail(a, &a->failure);
}

static void moved(struct ascent *a, struct fetch_result *r)
{
	note_attempts(a, r);
	if (!r->err.code) {
		fetch_result_release(&a->result.got);
		a->result.got = *r;
		*r = (struct fetch_result){0};
		a->result.kind = a->kinds[a->result.got.at];
		a->result.has_nar = nar_file_end(&a->nar, &a->result.nar_hash, &a->result.nar_size);
		succeed(a);
		return;
	}
	if (r->hopeless || r->err.code == ERR_INTERRUPTED) {
		fail(a, &r->err);
		return;
	}
	a->result.got.hash = r->hash;
	keep_failure(a, &r->err);
	a->rung++;
	ascent_advance(a);
}

bool ascent_reject(struct ascent *a, struct err *why)
{
	size_t at = a->result.got.at;
	bool more;
	ERR(err);

	BUG_ON(a->state != ASCENT_GIVEN);
	if (a->r.dest)
		unlink(a->r.dest);
	more = (a->n_urls && at + 1 < a->n_urls) || a->result.unread || has_more(a);
	if (!more)
		return false;
	report_msg(a->l->report, REPORT_WARN, "'%s' is not what is wanted of '%s' and is not used",
		   a->result.got.url ? a->result.got.url : a->r.dest, a->r.name);
	keep_failure(a, why);
	fetch_result_release(&a->result.got);
	a->result = (struct ascent_result){0};
	a->l->n_pending++;
	if (!a->n_urls || at + 1 >= a->n_urls) {
		a->rung++;
		ascent_advance(a);
	} else if (move(a, at + 1, &err)) {
		fail(a, &err);
	}
	return true;
}

/* ---- life ---- */

bool ascent_is_by_hand(const char *url)
{
	return str_starts(str_c(url), S("requirefile:/"));
}

static errint check_url(const char *url, struct err *err)
{
	struct mirror_url u;
	ARENA(a);

	if (ascent_is_by_hand(url))
		return 0;
	return mirror_url_is(str_c(url)) ? mirror_url_parse(&a, str_c(url), &u, err)
					 : fetch_url_check(url, err);
}

static errint check_request(const struct ascent_request *r, struct err *err)
{
	BUG_ON((!r->n_urls && !r->kept && !r->input) || !r->dest == !r->body);
	for (size_t i = 0; i < r->n_urls; i++) {
		errint rc = check_url(r->urls[i], err);

		if (rc)
			return rc;
	}
	return 0;
}

static const char *copy(struct arena *a, const char *z)
{
	return z ? arena_strz(a, str_c(z)) : NULL;
}

static const char *const *copy_all(struct arena *a, const char *const *v, size_t n)
{
	const char **out = ARENA_ARRAY(a, const char *, n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = copy(a, v[i]);
	return out;
}

static void copy_request(struct ascent *a, const struct ascent_request *r)
{
	char *last CLEANUP_FREE = r->n_urls ? url_file_name(r->urls[0]) : NULL;
	size_t n_headers = 0;

	while (r->headers && r->headers[n_headers])
		n_headers++;
	a->r = *r;
	a->r.urls = copy_all(&a->arena, r->urls, r->n_urls);
	a->r.headers = copy_all(&a->arena, r->headers, n_headers);
	a->r.dest = copy(&a->arena, r->dest);
	a->r.left = copy(&a->arena, r->left);
	a->r.wrong = copy(&a->arena, r->wrong);
	a->r.hash_name = copy(&a->arena, r->hash_name);
	a->r.etag = copy(&a->arena, r->etag);
	a->r.file = copy(&a->arena, r->file ? r->file : last);
	a->r.name = copy(&a->arena, r->name ? r->name : a->r.file);
	a->r.input = copy(&a->arena, r->input);
	if (r->kept) {
		a->kept = *r->kept;
		a->r.kept = &a->kept;
	}
	if (r->hash) {
		a->want = *r->hash;
		a->r.hash = &a->want;
	}
}

errint ascent_begin(struct ladder *l, const struct ascent_request *r, struct ascent **out,
		    struct err *err)
{
	struct ascent *a;
	errint rc = check_request(r, err);

	if (!rc)
		rc = ladder_prepare(l, err);
	if (!rc && !l->fetcher)
		rc = fetcher_new(l->config.fetch, l->report, &l->fetcher, err);
	if (rc)
		return rc;
	a = xcalloc(1, sizeof(*a));
	a->l = l;
	a->tap = (struct fetch_tap){tap_start, tap_take};
	a->attempts = (struct buf)BUF_INIT(LIMIT_ERR_TEXT);
	a->notes = (struct buf)BUF_INIT(LIMIT_ERR_TEXT);
	copy_request(a, r);
	l->n_pending++;
	a->next_all = l->ascents;
	l->ascents = a;
	ascent_advance(a);
	*out = a;
	return 0;
}

static void leave_done(struct ladder *l, struct ascent *a)
{
	struct ascent **at = &l->done;

	while (*at != a)
		at = &(*at)->next;
	*at = a->next;
	if (l->done_end == &a->next)
		l->done_end = at;
}

void ascent_free(struct ascent *a)
{
	struct ascent **at;

	if (!a)
		return;
	if (a->state == ASCENT_MOVING)
		fetcher_drop(a->l->fetcher, &a->flight);
	if (a->state == ASCENT_DONE)
		leave_done(a->l, a);
	if (a->state != ASCENT_GIVEN)
		a->l->n_pending--;
	for (at = &a->l->ascents; *at != a; at = &(*at)->next_all)
		;
	*at = a->next_all;
	err_release(&a->failure);
	buf_release(&a->attempts);
	buf_release(&a->notes);
	fetch_result_release(&a->result.got);
	nar_file_release(&a->nar);
	arena_release(&a->arena);
	free(a);
}

void ascent_cleanup(struct ascent **a)
{
	ascent_free(*a);
}

struct ascent_result *ascent_result(struct ascent *a)
{
	return &a->result;
}

void *ascent_ctx(const struct ascent *a)
{
	return a->r.ctx;
}

/* ---- all of them ---- */

int ladder_fd(const struct ladder *l)
{
	return l->fetcher ? fetcher_fd(l->fetcher) : -1;
}

int ladder_timeout(const struct ladder *l)
{
	if (l->done)
		return 0;
	return l->fetcher ? fetcher_timeout(l->fetcher) : -1;
}

size_t ladder_pending(const struct ladder *l)
{
	return l->n_pending;
}

static void land(struct ladder *l, struct fetch_result *r)
{
	struct flight *flight = r->ctx;

	if (flight->kind == FLIGHT_ASCENT) {
		moved((struct ascent *)flight, r);
		return;
	}
	page_done(l, (struct page *)flight, r);
	for (struct ascent *a = l->ascents; a; a = a->next_all)
		if (a->state == ASCENT_PAGES)
			ascent_advance(a);
}

errint ladder_step(struct ladder *l, int timeout_ms, struct pollfd *extra, size_t n_extra,
		   struct err *err)
{
	struct fetch_result r;
	errint rc = l->fetcher ? 0 : fetcher_new(l->config.fetch, l->report, &l->fetcher, err);

	if (!rc)
		rc = fetcher_step(l->fetcher, l->done ? 0 : timeout_ms, extra, n_extra, err);
	if (rc)
		return rc;
	while (fetcher_next(l->fetcher, &r)) {
		land(l, &r);
		fetch_result_release(&r);
	}
	if (!l->n_pending)
		pages_forget_failed(l);
	return 0;
}

struct ascent *ladder_next(struct ladder *l)
{
	struct ascent *a = l->done;

	if (!a)
		return NULL;
	leave_done(l, a);
	a->state = ASCENT_GIVEN;
	l->n_pending--;
	return a;
}

errint ascent_climb(struct ascent *a, struct err *err)
{
	struct ladder *l = a->l;

	while (a->state != ASCENT_DONE) {
		errint rc = ladder_step(l, -1, NULL, 0, err);

		if (rc)
			return rc;
	}
	leave_done(l, a);
	a->state = ASCENT_GIVEN;
	l->n_pending--;
	return a->result.got.err.code ? err_move(err, &a->result.got.err) : 0;
}

errint ladder_fetch(struct ladder *l, const struct ascent_request *r, struct err *err)
{
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	errint rc = ascent_begin(l, r, &a, err);

	return rc ? rc : ascent_climb(a, err);
}
