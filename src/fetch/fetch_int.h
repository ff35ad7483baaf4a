/* SPDX-License-Identifier: MIT
 *
 * The inside of the fetcher. A transfer is one request; it goes
 *
 *	NEW -> [PREFIX ->] READY -> RUNNING -> DONE
 *	          ^           |
 *	          +-- PAUSED <+   (a temporary failure)
 *
 * and over LOCAL instead of RUNNING for a file of this machine. fetch.c moves transfers,
 * fetch_transfer.c decides about one of them, fetch_curl.c carries bytes, fetch_send.c those that
 *go the other way, fetch_local.c copies. */
#pragma once

#include <stdlib.h>
#include "base/url.h"
#include "fetch/curl_dl.h"
#include "fetch/fetch.h"
#include "fetch/fetch_part.h"

enum transfer_state {
	TRANSFER_NEW,
	TRANSFER_PREFIX, /* hashes what an earlier run left */
	TRANSFER_READY,  /* waits for a free place */
	TRANSFER_LOCAL,  /* copies a file of this machine */
	TRANSFER_RUNNING,
	TRANSFER_PAUSED, /* until due */
	TRANSFER_DONE,   /* its result waits for fetcher_next() */
	TRANSFER_STATES_,
};

/* What a server said before the bytes. */
struct head {
	char *etag, *modified, *immutable, *location;
	bool ranged; /* Content-Range was there */
	uint64_t range_start;
	int64_t retry_after_ms; /* -1 when not told */
	size_t bytes;
};

struct transfer {
	struct fetcher *f;
	struct transfer *next;
	enum transfer_state state;

	/* the request */
	char **urls;
	size_t n_urls, at;
	char *name;
	bool has_want, quiet, more;
	struct hash want;
	enum hash_of hash_of;
	char *hash_name; /* NULL: the URL */
	uint64_t want_size;
	char **headers;
	char *have_etag;
	char *method;
	bool sends;
	struct fetch_send send;
	void *ctx;

	/* the transfer */
	struct part part;
	CURL *easy;
	struct curl_slist *slist;
	struct head head;
	char curl_error[CURL_ERROR_SIZE];
	struct err write_err; /* why our callback stopped it */
	int local;            /* the file of this machine, or -1 */
	uint64_t sent;        /* bytes taken from send's source */
	bool reached;         /* the server may have seen the request */
	bool waits;           /* for another process: NEW again when due */
	bool begun;           /* its status was looked at */
	bool discard;         /* the body is an error page */
	bool no_range;        /* this URL answers ranges wrongly */
	bool from_start;      /* the whole file came from this URL in one go */
	unsigned tries;       /* of the current URL */
	uint64_t since;       /* clock_ms() of the first of them */
	uint64_t best;        /* most bytes ever in hand: progress resets tries */
	uint64_t due;         /* TRANSFER_PAUSED */
	size_t host;          /* index in fetcher.hosts */

	struct err failure;  /* the most telling one so far */
	struct buf attempts; /* a line for each URL given up */
	size_t n_attempts;
	struct activity *activity;
	struct fetch_result result;
};

struct host {
	char *name; /* scheme, host and port */
	unsigned running;
};

struct fetcher {
	struct fetch_options o;
	struct report *report;
	const struct curl_api *curl; /* NULL until the first transfer */
	CURLM *multi;
	int epoll;
	uint64_t timer; /* when curl wants to be called; UINT64_MAX: not */
	struct transfer *transfers, **transfers_end; /* in the order of adding */
	size_t count[TRANSFER_STATES_];
	size_t n_users; /* requests not yet taken */
	struct host *hosts;
	size_t n_hosts, cap_hosts;
};

/* fetch.c */
static inline void transfer_set_state(struct transfer *j, enum transfer_state state)
{
	j->f->count[j->state]--;
	j->f->count[state]++;
	j->state = state;
}
struct transfer *transfer_new(struct fetcher *f, const struct fetch_request *r);
/* Its current URL may be transferred from now on. */
void transfer_ready(struct transfer *j);
void transfer_free(struct transfer *j);

/* fetch_transfer.c: what happens to a transfer next. None of these fails: a failure is the
 * transfer's result. */
void transfer_prepare(struct transfer *j);                   /* NEW: the partial file */
void transfer_rehash(struct transfer *j);                    /* PREFIX */
void transfer_copy(struct transfer *j);                      /* LOCAL */
void transfer_ended(struct transfer *j, CURLcode code);      /* RUNNING, to its end */
void transfer_fail(struct transfer *j, struct err *why);     /* hopeless; takes why's content */
void transfer_next_url(struct transfer *j, struct err *why); /* takes why's content */
void transfer_finish(struct transfer *j);                    /* all bytes are in hand */

/* fetch_curl.c */
ATTR_MUST_CHECK errint transfer_init(struct fetcher *f, struct err *err);
void transfer_release(struct fetcher *f);
/* READY -> RUNNING. */
ATTR_MUST_CHECK errint transfer_start(struct transfer *j, struct err *err);
void transfer_stop(struct transfer *j);
/* Lets curl work on sockets that are ready and timers that are due. */
void transfer_work(struct fetcher *f);
/* Looks at the status, before the first byte or at the end of an empty answer. */
ATTR_MUST_CHECK errint transfer_begin(struct transfer *j, struct err *err);
long transfer_status(struct transfer *j);
void head_release(struct head *h);

/* fetch_retry.c */
enum fetch_verdict {
	VERDICT_DONE,
	VERDICT_UNCHANGED, /* nothing new, as the caller's ETag says */
	VERDICT_RETRY,     /* the same URL, after a pause */
	VERDICT_NEXT,      /* another URL */
	VERDICT_STOP,      /* nothing helps: our disk, our limits */
};
/* Judges the end of a transfer; fills err unless all is well. */
enum fetch_verdict transfer_verdict(struct transfer *j, CURLcode code, struct err *err);
/* Milliseconds to wait before the next try, or -1 when the server wants a longer wait than ours. */
int64_t retry_pause(const struct transfer *j);

/* fetch_local.c */
bool url_is_local(const char *url);
/* READY -> LOCAL. */
ATTR_MUST_CHECK errint local_start(struct transfer *j, struct err *err);
/* Copies a bounded piece; *done at the end. */
ATTR_MUST_CHECK errint local_step(struct transfer *j, bool *done, struct err *err);

/* fetch_send.c */
/* Sets method and what is sent; rewinds it when it was sent before. */
ATTR_MUST_CHECK errint send_start(struct transfer *j, struct err *err);
/* May the request be made again after what went wrong? */
bool send_may_repeat(const struct transfer *j);
/* Is it an answer of success? */
bool send_status_ok(const struct transfer *j, long status);
