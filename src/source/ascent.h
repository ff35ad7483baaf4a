/* SPDX-License-Identifier: MIT
 *
 * One file's way up the ladder, rung by rung:
 *
 *	store		what an earlier run left whole
 *	vendored	folders of files (a project's .flox/sources, 'source-dirs'), where a hash
 *will tell: by the hash, as sources.json has it, or by the name cache		'source-cache', by
 *the hash alone mirror		what mirror: URLs stand for origin		the other URLs
 *
 * Each rung's answer is checked by its hash; a wrong one is named and passed over. A folder or a
 * cache may have a tree as a canonical archive, whatever made it (ascent_result.kind). Evaluation
 * climbs to the end (ascent_climb()), a loop of its own waits for all ascents together:
 *
 *	ascent_begin(ladder, &request, &a, err);
 *	poll(ladder_fd(ladder), ladder_timeout(ladder)); ladder_step(ladder, 0, NULL, 0, err);
 *	while ((a = ladder_next(ladder))) … ascent_result(a) … ascent_free(a);
 *
 * The ladder outlives its ascents. */
#pragma once

#include "fetch/fetch.h"
#include "source/sources_file.h"

struct ascent;
struct ladder;

/* Everything is copied, apart from body and ctx. */
struct ascent_request {
	const char *const *urls; /* mirror:, http:, https: and file:, each kind by preference; or
				  * requirefile:/NAME, which no origin has: people bring it */
	size_t n_urls;           /* 0 with `kept` alone: only folders and caches are asked */
	const char *dest;        /* a file to make (its folder exists), or NULL for body */
	struct buf *body;        /* where the bytes go instead; its ceiling holds */
	const struct hash *hash; /* expected, or NULL */
	enum hash_algo algo;     /* to compute where hash is NULL */
	enum hash_of hash_of;    /* whose hash, for the words of a mismatch */
	const char *hash_name;   /* its name; NULL: the URL */
	uint64_t size;           /* expected, 0 when unknown */
	uint64_t max_size;       /* ceiling, 0 for none */
	const char *name;        /* for people; NULL is the URL's last part */
	const char *file;        /* its name in vendored folders; NULL is the URL's last part */
	/* The caller checks the content itself (a NAR hash) and calls ascent_reject() if it is
	 * wrong, so that without a flat hash a vendored file is taken by its name. */
	bool checked_later;
	/* The hash of its NAR, by which folders and caches know it, or NULL. Goes with
	 * checked_later. */
	const struct hash *kept;
	const char *input; /* or the text of what evaluation fetches (locator.h) */
	/* The caller checks even what has a flat hash, so that what an earlier run left at dest, or
	 * at `left`, is taken unread. */
	bool adopts;
	const char *left;           /* the file's other place, or NULL */
	const char *wrong;          /* beside dest: where a file of another hash is left; or NULL */
	bool quiet;                 /* no activity in the report */
	const char *const *headers; /* "Name: value", NULL terminated, or NULL: to origins */
	const char *etag;           /* of what the caller has; see fetch.h */
	bool nar;                   /* hash its NAR on the way, too, where that is possible */
	void *ctx;
};

struct ascent_result {
	struct fetch_result got; /* .err.code is 0 on success */
	const char *rung;        /* the name of that which had it, or NULL */
	enum source_kind kind;   /* what came: SOURCE_TREE is an archive to be unpacked */
	bool unread;             /* adopted: hash and size are not known */
	bool has_nar;            /* these are: */
	struct hash nar_hash;
	uint64_t nar_size;
};

/* Goes as far as it can without waiting. Only a request that can never work fails here. */
ATTR_MUST_CHECK errint ascent_begin(struct ladder *l, const struct ascent_request *r,
				    struct ascent **out, struct err *err);
/* Drops what is under way; a partial file stays. */
void ascent_free(struct ascent *a);
void ascent_cleanup(struct ascent **a);
/* Once ladder_next() gave it, or ascent_climb() was through. */
struct ascent_result *ascent_result(struct ascent *a);
void *ascent_ctx(const struct ascent *a);
/* What came is not what was wanted: it is removed, and the ascent goes on where there is another
 * place. False when there is none; then `why` (whose content is kept until then) is the error of
 * the whole ascent. */
bool ascent_reject(struct ascent *a, struct err *why);
/* Waits until it is through; its own failure is an error here. */
ATTR_MUST_CHECK errint ascent_climb(struct ascent *a, struct err *err);

/* ---- all ascents of a ladder ---- */

/* A descriptor that is readable when ladder_step() has work (-1: none), and the milliseconds after
 * which it has some all the same (-1: never). */
int ladder_fd(const struct ladder *l);
int ladder_timeout(const struct ladder *l);
/* Waits at most timeout_ms (-1: no limit) for the ascents or for extra, as fetcher_step() does, and
 * moves them on. */
ATTR_MUST_CHECK errint ladder_step(struct ladder *l, int timeout_ms, struct pollfd *extra,
				   size_t n_extra, struct err *err);
/* One that is through since, or NULL. Each is given once, and again after ascent_reject(). */
struct ascent *ladder_next(struct ladder *l);
/* Ascents that ladder_next() has not given yet. */
size_t ladder_pending(const struct ladder *l);

/* One file to its end. */
ATTR_MUST_CHECK errint ladder_fetch(struct ladder *l, const struct ascent_request *r,
				    struct err *err);
