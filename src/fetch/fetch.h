/* SPDX-License-Identifier: MIT
 *
 * Parallel transfers of http:, https: and file: URLs, as a step machine: the caller owns the loop.
 * A transfer goes to `<dest>.part`, which survives a kill -9 and is continued by the next run; its
 * content is hashed while it streams, and dest appears by rename once the hash is right. A
 * temporary failure is tried again after a pause, any other moves on to the next URL. A request may
 * send bytes as well.
 *
 *	fetcher_new(NULL, report, &f, err);
 *	fetcher_add(f, &request, err);
 *	while (fetcher_pending(f)) {
 *		fetcher_step(f, 1000, NULL, 0, err);
 *		while (fetcher_next(f, &result)) …
 *	}
 *
 * Proxies, netrc and CA files come from the environment as in curl, with NIX_SSL_CERT_FILE. */
#pragma once

#include "base/buf.h"
#include "base/hash.h"

struct fetcher;
struct pollfd;
struct report;
struct source;

/* Zero means the default, in brackets. Strings are borrowed for the fetcher's life. */
struct fetch_options {
	unsigned parallel;  /* transfers at once [16] */
	unsigned per_host;  /* of these to one host, while others wait [8] */
	unsigned tries;     /* of one URL on temporary failures [5] */
	unsigned pause_ms;  /* before the second try, doubling up to 30 s [500] */
	unsigned connect_s; /* limit for a connection [20] */
	unsigned stall_s;   /* without 1 KiB/s this long, it counts as dead [30] */
	unsigned give_up_s; /* after so long there is no other try of a URL [0: no limit] */
	bool offline;       /* no URL but file: is asked */
};

/* Sees the bytes of a whole file in their order, beside its hash. */
struct fetch_tap {
	/* Before the first byte, and again when a transfer begins anew. size is 0 when it is not
	 * known. */
	void (*start)(struct fetch_tap *tap, uint64_t size);
	void (*take)(struct fetch_tap *tap, const void *p, size_t n);
};

/* Bytes to send. Only what can be read again is sent a second time. */
struct fetch_send {
	struct source *source; /* borrowed until the result is taken */
	uint64_t size;
	errint (*rewind)(struct source *source, struct err *err); /* or NULL */
};

/* Everything is copied, apart from body, tap, send's source and ctx. */
struct fetch_request {
	const char *const *urls; /* in order of preference */
	size_t n_urls;
	const char *dest;           /* a file to make (its folder exists), or NULL for body */
	const char *wrong;          /* beside dest: where a file of another hash is left; or NULL */
	struct buf *body;           /* where the bytes go instead; its ceiling holds */
	const struct hash *hash;    /* expected, or NULL */
	enum hash_algo algo;        /* to compute where hash is NULL; HASH_NONE: SHA-256 */
	enum hash_of hash_of;       /* whose hash, for the words of a mismatch */
	const char *hash_name;      /* its name; NULL: the URL */
	uint64_t size;              /* expected, 0 when unknown: any other is ERR_MISMATCH */
	uint64_t max_size;          /* ceiling, 0 for none */
	const char *name;           /* for people; NULL is the URL's last part */
	bool quiet;                 /* no activity in the report */
	bool more;                  /* the caller knows other places: patience with the last URL is
				     * that with any other */
	const char *const *headers; /* "Name: value", NULL terminated, or NULL */
	const char *etag;           /* of what the caller has: if that is still current, nothing
				     * comes, and the result says `unchanged` */
	struct fetch_tap *tap;      /* or NULL */
	/* NULL: GET, or PUT where there is something to send. After a temporary failure only
	 * methods that may be repeated are (RFC 9110, section 9.2.2), others only while nothing was
	 * sent. */
	const char *method;
	const struct fetch_send *send; /* or NULL */
	void *ctx;
};

struct fetch_result {
	void *ctx;
	struct err err;   /* .code is 0 on success; ERR_MISMATCH, NOT_FOUND, NETWORK, … */
	struct hash hash; /* of what came; on success, and when it is not the expected one */
	uint64_t size;
	uint64_t moved;   /* bytes that really came over the network */
	uint64_t resumed; /* bytes of an earlier run that were used */
	size_t at;        /* index of the URL that gave it */
	long status;      /* the last answer's, 0 for file: */
	bool hopeless;    /* it failed for a reason that no other URL cures: our disk, our limits */
	char *attempts;   /* a line for each URL that failed, or NULL */
	size_t n_attempts;
	char *url;       /* where it came from in the end, after redirects */
	char *type;      /* its Content-Type, or NULL */
	char *etag;      /* or NULL */
	char *location;  /* of an answer 201 or 202 to what was sent: Location, whole, or NULL */
	char *immutable; /* the URL under which just this stays: Link's rel="immutable", or NULL */
	bool unchanged;  /* dest was not made */
};
void fetch_result_release(struct fetch_result *r);
/* The error of a failed request, with a line for each URL where there were several. */
errint fetch_result_fail(struct fetch_result *r, struct err *err);

/* Loads libcurl when the first transfer needs it. */
ATTR_MUST_CHECK errint fetcher_new(const struct fetch_options *o, struct report *report,
				   struct fetcher **out, struct err *err);
/* Drops what is under way; partial files stay. */
void fetcher_free(struct fetcher *f);
void fetcher_cleanup(struct fetcher **f);

/* Queues it. Only a request that can never work fails here: a bad URL, an unwritable folder, a dest
 * that is in the queue already. Another process that downloads to dest is waited for. */
ATTR_MUST_CHECK errint fetcher_add(struct fetcher *f, const struct fetch_request *r,
				   struct err *err);
/* Waits at most timeout_ms (-1: no limit) for the transfers or for extra, and moves on. Fills
 * extra's revents as poll(2) does. Returns early when something finished. */
ATTR_MUST_CHECK errint fetcher_step(struct fetcher *f, int timeout_ms, struct pollfd *extra,
				    size_t n_extra, struct err *err);
/* Takes one finished request, failed or not; false when there is none now. */
bool fetcher_next(struct fetcher *f, struct fetch_result *out);
/* Forgets the request with this ctx, which was not taken yet; its partial file stays. */
void fetcher_drop(struct fetcher *f, const void *ctx);
/* Requests not yet taken by fetcher_next(). */
size_t fetcher_pending(const struct fetcher *f);
/* For loops of their own: a descriptor that is readable when step(0) has work, and the
 * milliseconds after which step(0) is due all the same (-1: never). */
int fetcher_fd(const struct fetcher *f);
int fetcher_timeout(const struct fetcher *f);

/* An http, https or file URL without blanks and control characters; ERR_USAGE. */
ATTR_MUST_CHECK errint fetch_url_check(const char *url, struct err *err);

/* One request with a fetcher of its own, to its end. out may be NULL. */
ATTR_MUST_CHECK errint fetch_one(const struct fetch_options *o, const struct fetch_request *r,
				 struct report *report, struct fetch_result *out, struct err *err);
