/* SPDX-License-Identifier: MIT
 *
 * The inside of the fetcher. A transfer is one request (or one index page for others); it goes
 *
 *	NEW -> [PAGES ->] [PREFIX ->] READY -> RUNNING -> DONE
 *	                     ^           |
 *	                     +-- PAUSED <+   (a temporary failure)
 *
 * fetch.c moves transfers, fetch_transfer.c decides about one of them, fetch_curl.c carries bytes,
 * fetch_mirror.c turns mirror: URLs into others. */
#pragma once

#include <stdlib.h>
#include "base/url.h"
#include "fetch/curl_dl.h"
#include "fetch/fetch.h"
#include "fetch/fetch_part.h"
#include "fetch/index_page.h"
#include "fetch/mirror.h"

enum transfer_state {
	TRANSFER_NEW,
	TRANSFER_PAGES,  /* waits for index pages */
	TRANSFER_PREFIX, /* hashes what an earlier run left */
	TRANSFER_READY,  /* waits for a free place */
	TRANSFER_RUNNING,
	TRANSFER_PAUSED, /* until due */
	TRANSFER_DONE,   /* its result waits for fetcher_next() */
	TRANSFER_GONE,   /* an index page's, to be swept */
	TRANSFER_STATES_,
};

/* What a server said before the bytes. */
struct head {
	char *etag, *modified, *immutable;
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
	char **urls; /* the current one is replaced by what it expands to */
	size_t n_urls, at;
	char *name, *file;
	char *mirror; /* the last name behind mirror:// among its URLs, or NULL */
	bool has_want, checked_later, quiet;
	struct hash want;
	uint64_t want_size;
	char **headers;
	char *have_etag;
	void *ctx;

	/* the transfer */
	struct part part;
	CURL *easy;
	struct curl_slist *slist;
	struct head head;
	char curl_error[CURL_ERROR_SIZE];
	struct err write_err; /* why our callback stopped it */
	bool looked_here;     /* at dest and vendored folders */
	bool waits;           /* for another process: NEW again when due */
	bool begun;           /* its status was looked at */
	bool discard;         /* the body is an error page */
	bool no_range;        /* this URL answers ranges wrongly */
	bool from_start;      /* the whole file came from this URL in one go */
	unsigned tries;       /* of the current URL */
	uint64_t best;        /* most bytes ever in hand: progress resets tries */
	uint64_t due;         /* TRANSFER_PAUSED */
	size_t host;          /* index in fetcher.hosts */

	struct err failure;  /* the most telling one so far */
	struct buf attempts; /* a line for each URL given up */
	size_t n_attempts;
	struct activity *activity;
	struct page *page; /* set for an index page's transfer */
	struct fetch_result result;
};

/* One page of one index; fetched once a run, for all who ask. */
struct page {
	struct page *next;
	char *url;
	struct buf text;
	struct arena arena;
	struct index_page index;
	bool done;
	struct err err; /* .code is 0 when index is filled */
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
	struct page *pages;
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
void transfer_prepare(struct transfer *j); /* NEW: vendored copy, mirrors, partial file */
void transfer_rehash(struct transfer *j);  /* PREFIX */
void transfer_ended(struct transfer *j, CURLcode code);      /* RUNNING, to its end */
void transfer_fail(struct transfer *j, struct err *why);     /* takes why's content; DONE */
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
enum verdict {
	VERDICT_DONE,
	VERDICT_UNCHANGED, /* nothing new, as the caller's ETag says */
	VERDICT_RETRY,     /* the same URL, after a pause */
	VERDICT_NEXT,      /* another URL */
	VERDICT_STOP,      /* nothing helps: our disk, our limits */
};
/* Judges the end of a transfer; fills err unless all is well. */
enum verdict transfer_verdict(struct transfer *j, CURLcode code, struct err *err);
/* Milliseconds to wait before the next try, or -1 when the server wants a longer wait than ours. */
int64_t retry_pause(const struct transfer *j);

/* fetch_mirror.c */
/* Replaces the mirror: URL at j->at, or sends the transfer to wait for pages (TRANSFER_PAGES). */
ATTR_MUST_CHECK errint mirror_url_expand(struct transfer *j, struct err *err);
/* Called when a page's transfer is done: its waiting transfers go on. */
void mirror_page_done(struct transfer *page_transfer);
void pages_free(struct fetcher *f);

/* fetch_vendored.c */
/* Copies a vendored file into the part; *found says whether there was one. */
ATTR_MUST_CHECK errint vendored_find(struct transfer *j, bool *found, struct err *err);
