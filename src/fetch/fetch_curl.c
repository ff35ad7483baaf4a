/* SPDX-License-Identifier: MIT
 *
 * Carrying bytes: one libcurl multi handle, driven by its socket interface. Its sockets sit in the
 * fetcher's epoll set, so that a caller's own poll loop watches a single descriptor. */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/environ.h"
#include "base/limits.h"
#include "base/report.h"
#include "fetch/fetch_int.h"

enum { EVENTS = 64, KEEP_META_FROM = 1 << 20, REDIRECTS = 10, CONNECTIONS = 48 };

void head_release(struct head *h)
{
	free(h->etag);
	free(h->modified);
	free(h->immutable);
	free(h->location);
	*h = (struct head){.retry_after_ms = -1};
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx, void *socket_ctx)
{
	struct fetcher *f = ctx;
	struct epoll_event e = {.data.fd = fd};

	if (what == CURL_POLL_REMOVE) {
		epoll_ctl(f->epoll, EPOLL_CTL_DEL, fd, NULL);
		return 0;
	}
	if (what != CURL_POLL_OUT)
		e.events |= EPOLLIN;
	if (what != CURL_POLL_IN)
		e.events |= EPOLLOUT;
	if (epoll_ctl(f->epoll, EPOLL_CTL_MOD, fd, &e) &&
	    epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &e))
		return -1;
	return 0;
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
	struct fetcher *f = ctx;

	f->timer = ms < 0 ? UINT64_MAX : clock_ms() + (uint64_t)ms;
	return 0;
}

errint transfer_init(struct fetcher *f, struct err *err)
{
	const struct curl_api *c;
	errint rc = f->multi ? 0 : curl_api(&c, err);

	if (rc || f->multi)
		return rc;
	f->curl = c;
	f->multi = c->curl_multi_init();
	if (!f->multi)
		return err_set(err, ERR_FAILED, "cannot start libcurl");
	c->curl_multi_setopt(f->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
	c->curl_multi_setopt(f->multi, CURLMOPT_SOCKETDATA, f);
	c->curl_multi_setopt(f->multi, CURLMOPT_TIMERFUNCTION, on_timer);
	c->curl_multi_setopt(f->multi, CURLMOPT_TIMERDATA, f);
	c->curl_multi_setopt(f->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	c->curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS);
	return 0;
}

void transfer_release(struct fetcher *f)
{
	if (f->multi)
		f->curl->curl_multi_cleanup(f->multi);
	f->multi = NULL;
}

/* The value of a header line, when it has this name. */
static bool header_is(struct str line, struct str name, struct str *value)
{
	struct str head, tail;

	if (!str_cut(line, ':', &head, &tail) || head.n != name.n ||
	    strncasecmp(head.p, name.p, name.n) != 0)
		return false;
	*value = str_trim(tail);
	return true;
}

/* "bytes 100-199/200" (RFC 9110, section 14.4). */
static void read_content_range(struct head *h, struct str v)
{
	struct str first, rest;

	if (!str_starts(v, S("bytes ")) || !str_cut(str_skip(v, 6), '-', &first, &rest))
		return;
	h->ranged = str_to_u64(str_trim(first), &h->range_start);
}

/* Seconds, or a date (RFC 9110, section 10.2.3). */
static int64_t read_retry_after(const struct curl_api *c, struct str v)
{
	char *z CLEANUP_FREE = str_dupz(v);
	uint64_t seconds;
	time_t at;

	if (str_to_u64(v, &seconds))
		return (int64_t)MIN(seconds, (uint64_t)INT32_MAX) * 1000;
	at = c->curl_getdate(z, NULL);
	return at < 0 ? -1 : MAX((int64_t)at - clock_unix(), 0) * 1000;
}

/* <https://…>; rel="immutable" (RFC 8288), which says where just these bytes stay. */
static char *read_link_header(struct str v)
{
	struct str url, rest;

	if (!str_starts(v, S("<")) || !str_cut(str_skip(v, 1), '>', &url, &rest) ||
	    !str_starts(str_trim(rest), S(";")) || str_find(rest, S("rel=\"immutable\"")) < 0)
		return NULL;
	return str_dupz(url);
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *j = ctx;
	struct head *h = &j->head;
	struct str line = str_trim(str_n(p, size * n)), v;

	/* Each answer on the way (redirects, 100) has a head; the last one counts. */
	if (str_starts(line, S("HTTP/"))) {
		size_t bytes = h->bytes;

		head_release(h);
		h->bytes = bytes;
	}
	h->bytes += size * n;
	if (h->bytes > LIMIT_HTTP_HEAD) {
		err_set(&j->write_err, ERR_TOO_BIG, "more than %d bytes of headers",
			LIMIT_HTTP_HEAD);
		return 0;
	}
	if (header_is(line, S("etag"), &v) && !h->etag)
		h->etag = str_dupz(v);
	else if (header_is(line, S("last-modified"), &v) && !h->modified)
		h->modified = str_dupz(v);
	else if (header_is(line, S("link"), &v) && !h->immutable)
		h->immutable = read_link_header(v);
	else if (header_is(line, S("location"), &v) && !h->location)
		h->location = str_dupz(v);
	else if (header_is(line, S("content-range"), &v))
		read_content_range(h, v);
	else if (header_is(line, S("retry-after"), &v))
		h->retry_after_ms = read_retry_after(j->f->curl, v);
	return size * n;
}

long transfer_status(struct transfer *j)
{
	long status = 0;

	j->f->curl->curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

/* What is still to come, or 0. */
static uint64_t content_length(struct transfer *j)
{
	curl_off_t n = -1;

	j->f->curl->curl_easy_getinfo(j->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &n);
	return n > 0 ? (uint64_t)n : 0;
}

static errint begin_whole(struct transfer *j, struct err *err)
{
	uint64_t length = content_length(j);
	errint rc = j->part.size ? part_restart(&j->part, err) : 0;

	if (rc)
		return rc;
	j->from_start = true;
	j->result.resumed = 0;
	part_begin(&j->part, length);
	return part_origin(&j->part, j->urls[j->at], j->head.etag, j->head.modified,
			   length == 0 || length >= KEEP_META_FROM, err);
}

errint transfer_begin(struct transfer *j, struct err *err)
{
	long status = transfer_status(j);

	j->begun = true;
	j->discard = status != 0 && !send_status_ok(j, status);
	if (j->discard)
		return 0;
	if (status != 206)
		return begin_whole(j, err);
	if (j->head.ranged && j->head.range_start == j->part.size) {
		j->from_start = j->part.size == 0;
		return 0;
	}
	j->no_range = true;
	return err_set(err, ERR_NETWORK, "the server sent another range than asked for");
}

static void show_progress(struct transfer *j)
{
	uint64_t total = j->want_size;
	curl_off_t now = 0;

	if (!j->activity)
		return;
	if (!total && content_length(j)) {
		j->f->curl->curl_easy_getinfo(j->easy, CURLINFO_SIZE_DOWNLOAD_T, &now);
		total = j->part.size + content_length(j) - (uint64_t)now;
	}
	activity_progress(j->activity, j->part.size, MAX(total, j->part.size));
}

static size_t on_data(char *p, size_t size, size_t n, void *ctx)
{
	struct transfer *j = ctx;

	if (!j->begun && transfer_begin(j, &j->write_err))
		return 0;
	if (j->discard)
		return size * n;
	if (part_write(&j->part, p, size * n, &j->write_err))
		return 0;
	show_progress(j);
	return size * n;
}

#define SET(option, value)                                                                     \
	do {                                                                                   \
		if (c->curl_easy_setopt(e, option, value) != CURLE_OK)                         \
			return err_set(err, ERR_UNSUPPORTED, "libcurl refuses '%s'", #option); \
	} while (0)

static errint set_limits(const struct curl_api *c, CURL *e, const struct fetch_options *o,
			 struct err *err)
{
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT, (long)o->connect_s);
	SET(CURLOPT_LOW_SPEED_LIMIT, 1024L);
	SET(CURLOPT_LOW_SPEED_TIME, (long)o->stall_s);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 1L);
	SET(CURLOPT_MAXREDIRS, (long)REDIRECTS);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	SET(CURLOPT_BUFFERSIZE, 256L << 10);
	return 0;
}

static const char *first_env(const char *const *names)
{
	for (; *names; names++) {
		const char *v = env_get(*names);

		if (v && *v)
			return v;
	}
	return NULL;
}

static errint set_identity(const struct curl_api *c, CURL *e, struct err *err)
{
	static const char *const ca_file[] = {"NIX_SSL_CERT_FILE", "SSL_CERT_FILE",
					      "CURL_CA_BUNDLE", NULL};
	static const char *const ca_dir[] = {"SSL_CERT_DIR", NULL};
	const char *file = first_env(ca_file), *dir = first_env(ca_dir), *netrc = env_get("NETRC");

	SET(CURLOPT_USERAGENT, "kiln/" KILN_VERSION);
	SET(CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
	if (netrc && *netrc)
		SET(CURLOPT_NETRC_FILE, netrc);
	if (file)
		SET(CURLOPT_CAINFO, file);
	if (dir)
		SET(CURLOPT_CAPATH, dir);
	/* A libcurl without HTTP/2 does with HTTP/1.1. */
	c->curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(CURLOPT_PIPEWAIT, 1L);
	return 0;
}

/* Builders that start meanwhile must not inherit it. */
static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *a)
{
	return socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
}

static errint set_callbacks(const struct curl_api *c, CURL *e, struct transfer *j, struct err *err)
{
	SET(CURLOPT_PRIVATE, j);
	SET(CURLOPT_WRITEFUNCTION, on_data);
	SET(CURLOPT_WRITEDATA, j);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, j);
	SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
	SET(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	SET(CURLOPT_ERRORBUFFER, j->curl_error);
	return 0;
}

/* Asks for the rest only, where that can be right. */
static errint set_range(const struct curl_api *c, CURL *e, struct transfer *j, struct err *err)
{
	const char *url = j->urls[j->at];
	const char *validator = part_validator(&j->part, url);
	char range[32];

	if (!j->part.size)
		return 0;
	if (j->part.body || j->no_range || j->sends || (!j->has_want && !validator))
		return part_restart(&j->part, err);
	j->from_start = false;
	snprintf(range, sizeof(range), "%llu-", (unsigned long long)j->part.size);
	SET(CURLOPT_RANGE, range);
	if (validator) {
		char *line CLEANUP_FREE = xasprintf("If-Range: %s", validator);

		j->slist = c->curl_slist_append(j->slist, line);
	}
	return 0;
}

static errint set_request(const struct curl_api *c, CURL *e, struct transfer *j, struct err *err)
{
	errint rc = set_range(c, e, j, err);

	if (!rc)
		rc = send_start(j, err);
	if (rc)
		return rc;
	SET(CURLOPT_URL, j->urls[j->at]);
	/* Files are hashed as they are stored; only answers in memory may come compressed. */
	if (j->part.body)
		SET(CURLOPT_ACCEPT_ENCODING, "");
	if (j->part.max)
		SET(CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)j->part.max);
	for (size_t i = 0; j->headers[i]; i++)
		j->slist = c->curl_slist_append(j->slist, j->headers[i]);
	/* With bytes in hand, the rest of the new content is what is asked for. */
	if (j->have_etag && !j->part.size) {
		char *line CLEANUP_FREE = xasprintf("If-None-Match: %s", j->have_etag);

		j->slist = c->curl_slist_append(j->slist, line);
	}
	SET(CURLOPT_HTTPHEADER, j->slist);
	return 0;
}

static errint set_all(struct transfer *j, struct err *err)
{
	const struct curl_api *c = j->f->curl;
	errint rc = set_limits(c, j->easy, &j->f->o, err);

	if (!rc)
		rc = set_identity(c, j->easy, err);
	if (!rc)
		rc = set_callbacks(c, j->easy, j, err);
	if (!rc)
		rc = set_request(c, j->easy, j, err);
	return rc;
}

static void free_easy(struct transfer *j)
{
	j->f->curl->curl_easy_cleanup(STEAL(j->easy));
	j->f->curl->curl_slist_free_all(STEAL(j->slist));
}

errint transfer_start(struct transfer *j, struct err *err)
{
	struct fetcher *f = j->f;
	errint rc = transfer_init(f, err);

	if (rc)
		return rc;
	j->easy = f->curl->curl_easy_init();
	if (!j->easy)
		return err_set(err, ERR_FAILED, "cannot start a transfer");
	head_release(&j->head);
	err_clear(&j->write_err);
	j->begun = j->discard = false;
	j->curl_error[0] = '\0';
	rc = set_all(j, err);
	if (!rc && f->curl->curl_multi_add_handle(f->multi, j->easy))
		rc = err_set(err, ERR_FAILED, "cannot start a transfer");
	if (rc) {
		free_easy(j);
		return rc;
	}
	f->hosts[j->host].running++;
	if (!j->tries)
		j->since = clock_ms();
	transfer_set_state(j, TRANSFER_RUNNING);
	if (!j->activity && !j->quiet)
		j->activity = activity_start(f->report, j->want_size, "B", "%s", j->name);
	return 0;
}

void transfer_stop(struct transfer *j)
{
	curl_off_t n = 0;
	long asked = 0;

	if (!j->easy)
		return;
	j->f->curl->curl_easy_getinfo(j->easy, CURLINFO_REQUEST_SIZE, &asked);
	j->reached = asked > 0;
	j->f->curl->curl_easy_getinfo(j->easy, CURLINFO_SIZE_DOWNLOAD_T, &n);
	j->result.moved += (uint64_t)MAX(n, 0);
	j->f->curl->curl_multi_remove_handle(j->f->multi, j->easy);
	free_easy(j);
	j->f->hosts[j->host].running--;
}

static void take_finished(struct fetcher *f)
{
	CURLMsg *m;
	int rest;

	while ((m = f->curl->curl_multi_info_read(f->multi, &rest))) {
		char *ctx = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		f->curl->curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &ctx);
		transfer_ended((struct transfer *)ctx, m->data.result);
	}
}

void transfer_work(struct fetcher *f)
{
	struct epoll_event v[EVENTS];
	int running, n;

	if (!f->multi)
		return;
	n = epoll_wait(f->epoll, v, EVENTS, 0);
	for (int i = 0; i < n; i++) {
		int what = 0;

		if (v[i].events & EPOLLIN)
			what |= CURL_CSELECT_IN;
		if (v[i].events & EPOLLOUT)
			what |= CURL_CSELECT_OUT;
		if (v[i].events & (EPOLLERR | EPOLLHUP))
			what |= CURL_CSELECT_ERR;
		f->curl->curl_multi_socket_action(f->multi, v[i].data.fd, what, &running);
	}
	if (f->timer <= clock_ms()) {
		f->timer = UINT64_MAX;
		f->curl->curl_multi_socket_action(f->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	}
	take_finished(f);
}
