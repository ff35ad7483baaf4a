/* SPDX-License-Identifier: MIT
 *
 * The queue: which transfer goes next, waiting, and handing out results. A transfer is looked at
 * only when something can have changed for it, so that a waiting fetcher uses no processor. */
#include "fetch/fetch.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "fetch/fetch_int.h"

enum { TICK_MS = 200, HEADERS_MAX = 64 };

static void set_default(unsigned *v, unsigned otherwise)
{
	if (!*v)
		*v = otherwise;
}

errint fetcher_new(const struct fetch_options *o, struct report *report, struct fetcher **out,
		   struct err *err)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct fetcher *f;

	if (epoll < 0)
		return err_sys(err, "cannot wait for transfers");
	f = xcalloc(1, sizeof(*f));
	if (o)
		f->o = *o;
	set_default(&f->o.parallel, 16);
	set_default(&f->o.per_host, 8);
	set_default(&f->o.tries, 5);
	set_default(&f->o.pause_ms, 500);
	set_default(&f->o.connect_s, 20);
	set_default(&f->o.stall_s, 30);
	f->report = report;
	f->epoll = epoll;
	f->timer = UINT64_MAX;
	f->transfers_end = &f->transfers;
	*out = f;
	return 0;
}

void fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	while (f->transfers) {
		struct transfer *j = f->transfers;

		f->transfers = j->next;
		transfer_free(j);
	}
	transfer_release(f);
	for (size_t i = 0; i < f->n_hosts; i++)
		free(f->hosts[i].name);
	free(f->hosts);
	close(f->epoll);
	free(f);
}

void fetcher_cleanup(struct fetcher **f)
{
	fetcher_free(*f);
}

void fetch_result_release(struct fetch_result *r)
{
	err_release(&r->err);
	free(r->url);
	free(r->type);
	free(r->etag);
	free(r->immutable);
	free(r->location);
	free(r->attempts);
	*r = (struct fetch_result){0};
}

errint fetch_result_fail(struct fetch_result *r, struct err *err)
{
	err_move(err, &r->err);
	return r->n_attempts > 1 ? err_detail(err, "%s", r->attempts) : err->code;
}

static char **copy_strings(const char *const *v, size_t n)
{
	char **copy = xcalloc(n + 1, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(v[i]);
	return copy;
}

static void free_strings(char **v)
{
	for (size_t i = 0; v && v[i]; i++)
		free(v[i]);
	free(v);
}

static size_t count_strings(const char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

struct transfer *transfer_new(struct fetcher *f, const struct fetch_request *r)
{
	struct transfer *j = xcalloc(1, sizeof(*j));

	j->f = f;
	j->urls = copy_strings(r->urls, r->n_urls);
	j->n_urls = r->n_urls;
	j->name = r->name ? xstrdup(r->name) : url_file_name(r->urls[0]);
	j->has_want = r->hash != NULL;
	if (r->hash)
		j->want = *r->hash;
	j->hash_of = r->hash_of;
	j->hash_name = r->hash_name ? xstrdup(r->hash_name) : NULL;
	j->quiet = r->quiet;
	j->more = r->more;
	j->want_size = r->size;
	j->headers = copy_strings(r->headers, count_strings(r->headers));
	j->have_etag = r->etag ? xstrdup(r->etag) : NULL;
	j->sends = r->send != NULL;
	if (r->send)
		j->send = *r->send;
	j->method = xstrdup(r->method ? r->method : r->send ? "PUT" : "GET");
	j->ctx = r->ctx;
	j->local = -1;
	enum hash_algo algo = r->hash ? r->hash->algo : r->algo;
	part_init(&j->part, r->dest, r->body, algo ? algo : HASH_SHA256, r->max_size);
	j->part.tap = r->tap;
	j->part.wrong = r->wrong ? xstrdup(r->wrong) : NULL;
	j->attempts = (struct buf)BUF_INIT(LIMIT_ERR_TEXT);
	j->head.retry_after_ms = -1;
	f->count[TRANSFER_NEW]++;
	*f->transfers_end = j;
	f->transfers_end = &j->next;
	return j;
}

void transfer_free(struct transfer *j)
{
	transfer_stop(j);
	free_strings(j->urls);
	free_strings(j->headers);
	free(j->have_etag);
	free(j->name);
	free(j->hash_name);
	free(j->method);
	cleanup_fd_(&j->local);
	part_release(&j->part);
	head_release(&j->head);
	err_release(&j->write_err);
	err_release(&j->failure);
	buf_release(&j->attempts);
	fetch_result_release(&j->result);
	activity_end(j->activity);
	free(j);
}

static bool url_is_known(const char *url)
{
	struct str s = str_c(url);

	return str_starts(s, S("https://")) || str_starts(s, S("http://")) ||
	       str_starts(s, S("file:///"));
}

errint fetch_url_check(const char *url, struct err *err)
{
	for (const char *c = url; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return err_set(err, ERR_USAGE, "bad character in the URL '%s'", url);
	if (!url_is_known(url))
		return err_set(err, ERR_USAGE, "'%s' is not an http, https or file URL", url);
	return 0;
}

static bool is_asked_for(const struct fetcher *f, const char *dest)
{
	for (const struct transfer *j = f->transfers; j; j = j->next)
		if (j->part.dest && strcmp(j->part.dest, dest) == 0)
			return true;
	return false;
}

errint fetcher_add(struct fetcher *f, const struct fetch_request *r, struct err *err)
{
	BUG_ON(!r->n_urls || !r->dest == !r->body);
	for (size_t i = 0; i < r->n_urls; i++) {
		errint rc = fetch_url_check(r->urls[i], err);

		if (rc)
			return rc;
	}
	if (count_strings(r->headers) > HEADERS_MAX)
		return err_set(err, ERR_TOO_BIG, "more than %d headers", HEADERS_MAX);
	if (r->dest) {
		char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(r->dest)));

		if (is_asked_for(f, r->dest))
			return err_set(err, ERR_EXISTS, "'%s' is asked for twice", r->dest);
		if (access(dir, W_OK))
			return err_sys(err, "cannot download into '%s'", dir);
	}
	transfer_new(f, r);
	f->n_users++;
	return 0;
}

static size_t host_index(struct fetcher *f, const char *url)
{
	struct str origin = url_origin(url);

	for (size_t i = 0; i < f->n_hosts; i++)
		if (str_eqz(origin, f->hosts[i].name))
			return i;
	ARRAY_GROW(f->hosts, f->n_hosts, f->cap_hosts);
	f->hosts[f->n_hosts] = (struct host){.name = str_dupz(origin)};
	return f->n_hosts++;
}

void transfer_ready(struct transfer *j)
{
	j->host = host_index(j->f, j->urls[j->at]);
	transfer_set_state(j, TRANSFER_READY);
}

/* The best transfer to start: the first whose host has room, else the first of all. */
static struct transfer *next_ready(struct fetcher *f)
{
	struct transfer *any = NULL;

	for (struct transfer *j = f->transfers; j; j = j->next) {
		if (j->state != TRANSFER_READY)
			continue;
		if (f->hosts[j->host].running < f->o.per_host)
			return j;
		if (!any)
			any = j;
	}
	return any;
}

static bool has_room(const struct fetcher *f)
{
	return f->count[TRANSFER_RUNNING] < f->o.parallel;
}

static void start_ready(struct fetcher *f)
{
	while (f->count[TRANSFER_READY] && has_room(f)) {
		struct transfer *j = next_ready(f);
		ERR(err);

		if (!url_is_local(j->urls[j->at]) && f->o.offline) {
			err_set(&err, ERR_NETWORK, "not asked, because of --offline");
			transfer_next_url(j, &err);
		} else if (!url_is_local(j->urls[j->at])) {
			if (transfer_start(j, &err))
				transfer_fail(j, &err);
		} else if (local_start(j, &err)) {
			transfer_next_url(j, &err);
		}
	}
}

static void unlink_transfer(struct fetcher *f, struct transfer **at)
{
	struct transfer *j = *at;

	*at = j->next;
	if (f->transfers_end == &j->next)
		f->transfers_end = at;
	f->count[j->state]--;
	transfer_free(j);
}

/* Moves every transfer that can move without waiting. */
static void advance(struct fetcher *f)
{
	const size_t *count = f->count;
	uint64_t now = clock_ms();
	bool any = count[TRANSFER_NEW] + count[TRANSFER_PREFIX] + count[TRANSFER_PAUSED] +
		   count[TRANSFER_LOCAL];

	unsigned copied = 0; /* one at a time: the others get their turn as well */

	for (struct transfer *j = any ? f->transfers : NULL; j; j = j->next) {
		if (j->state == TRANSFER_NEW)
			transfer_prepare(j);
		else if (j->state == TRANSFER_PREFIX)
			transfer_rehash(j);
		else if (j->state == TRANSFER_LOCAL && !copied++)
			transfer_copy(j);
		else if (j->state == TRANSFER_PAUSED && j->due <= now)
			transfer_set_state(j, j->waits ? TRANSFER_NEW : TRANSFER_READY);
	}
	start_ready(f);
}

int fetcher_fd(const struct fetcher *f)
{
	return f->epoll;
}

int fetcher_timeout(const struct fetcher *f)
{
	const size_t *count = f->count;
	uint64_t at = f->timer, now = clock_ms();

	if (count[TRANSFER_NEW] || count[TRANSFER_PREFIX] || count[TRANSFER_LOCAL] ||
	    count[TRANSFER_DONE] || (count[TRANSFER_READY] && has_room(f)))
		return 0;
	for (const struct transfer *j = f->transfers; j && count[TRANSFER_PAUSED]; j = j->next)
		if (j->state == TRANSFER_PAUSED)
			at = MIN(at, j->due);
	if (at == UINT64_MAX)
		return -1;
	return at <= now ? 0 : (int)MIN(at - now, (uint64_t)INT32_MAX);
}

size_t fetcher_pending(const struct fetcher *f)
{
	return f->n_users;
}

/* One wait of at most a tick, cut by what is due earlier. *ready: a caller's descriptor. */
static errint wait_once(struct fetcher *f, int timeout, struct pollfd *v, struct pollfd *extra,
			size_t n_extra, bool *ready, struct err *err)
{
	int own = fetcher_timeout(f), wait = TICK_MS, k;

	if (own >= 0 && own < wait)
		wait = own;
	if (timeout >= 0 && timeout < wait)
		wait = timeout;
	v[0] = (struct pollfd){.fd = f->epoll, .events = POLLIN};
	if (n_extra)
		memcpy(v + 1, extra, n_extra * sizeof(*extra));
	v[1 + n_extra] = (struct pollfd){.fd = interrupt_fd(), .events = POLLIN};
	k = poll(v, 2 + n_extra, wait);
	if (k < 0 && errno != EINTR)
		return err_sys(err, "cannot wait for transfers");
	for (size_t i = 0; i < n_extra; i++) {
		extra[i].revents = k > 0 ? v[1 + i].revents : 0;
		*ready |= extra[i].revents != 0;
	}
	return interrupt_check(err);
}

errint fetcher_step(struct fetcher *f, int timeout_ms, struct pollfd *extra, size_t n_extra,
		    struct err *err)
{
	struct pollfd *v CLEANUP_FREE = xcalloc(n_extra + 2, sizeof(*v));
	uint64_t end = timeout_ms < 0 ? UINT64_MAX : clock_ms() + (uint64_t)timeout_ms;
	bool ready = false;

	for (;;) {
		uint64_t now = clock_ms();
		int left = end == UINT64_MAX ? -1 : (int)(end > now ? end - now : 0);
		errint rc;

		advance(f);
		/* With nothing to wait for, an endless wait would be one. */
		if (f->count[TRANSFER_DONE] || (!f->n_users && !n_extra))
			left = 0;
		rc = wait_once(f, left, v, extra, n_extra, &ready, err);
		if (rc)
			return rc;
		transfer_work(f);
		report_tick(f->report);
		if (ready || f->count[TRANSFER_DONE] || left == 0)
			return 0;
	}
}

bool fetcher_next(struct fetcher *f, struct fetch_result *out)
{
	if (!f->count[TRANSFER_DONE])
		return false;
	for (struct transfer **at = &f->transfers; *at; at = &(*at)->next) {
		struct transfer *j = *at;

		if (j->state != TRANSFER_DONE)
			continue;
		*out = j->result;
		out->ctx = j->ctx;
		j->result = (struct fetch_result){0};
		unlink_transfer(f, at);
		f->n_users--;
		return true;
	}
	BUG("a finished transfer is not in the list");
}

void fetcher_drop(struct fetcher *f, const void *ctx)
{
	for (struct transfer **at = &f->transfers; *at; at = &(*at)->next) {
		if ((*at)->ctx != ctx)
			continue;
		unlink_transfer(f, at);
		f->n_users--;
		return;
	}
}

errint fetch_one(const struct fetch_options *o, const struct fetch_request *r,
		 struct report *report, struct fetch_result *out, struct err *err)
{
	struct fetcher *f CLEANUP(fetcher_cleanup) = NULL;
	struct fetch_result result = {0};
	errint rc = fetcher_new(o, report, &f, err);

	if (!rc)
		rc = fetcher_add(f, r, err);
	while (!rc && !fetcher_next(f, &result))
		rc = fetcher_step(f, -1, NULL, 0, err);
	if (!rc && result.err.code)
		rc = fetch_result_fail(&result, err);
	if (!rc && out)
		*out = result;
	else
		fetch_result_release(&result);
	return rc;
}
