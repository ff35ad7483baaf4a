/* SPDX-License-Identifier: MIT
 *
 * What the files of the fetcher share. */
#pragma once

#include "base/fetch_cache.h"
#include "cli/fetcher.h"

/* The argument of a request; "" and false when it is absent. */
struct str request_text(const struct eval_fetch *what, const char *name);
bool request_flag(const struct eval_fetch *what, const char *name);

/* A path in the temporary folder that nobody else uses; nothing is there. malloc'd. */
ATTR_MUST_CHECK errint input_temp(struct cli_fetcher *f, char **out, struct err *err);
/* kiln's cache folder. */
const char *input_cache(struct cli_fetcher *f);

/* The store path of a known hash, and whether it is valid. */
ATTR_MUST_CHECK errint input_known(struct cli_fetcher *f, const struct eval_fetch *what,
				   const struct hash *h, struct arena *a, struct str *path,
				   bool *valid, struct err *err);
/* What is at real becomes what was asked for: in the store, or where it is. Checks `expect`. */
ATTR_MUST_CHECK errint input_add(struct cli_fetcher *f, const struct eval_fetch *what,
				 const char *real, struct arena *a, struct eval_fetched *out,
				 struct err *err);
/* The same for a hash (of a NAR, or of the bytes when `flat`) whose path input_known() found. */
ATTR_MUST_CHECK errint input_take(const struct eval_fetch *what, const struct hash *h,
				  struct str path, struct eval_fetched *out, struct err *err);

/* A download that is in the cache or brought now; between the two calls its lock is held. */
struct download {
	struct str key, url;     /* url is asked; key names it in the cache */
	const char *header;      /* "Name: value", or NULL */
	const struct hash *flat; /* what the bytes must be, or NULL */
	bool valid;              /* the caller has what the record tells of */
	bool forever;            /* what is there never changes */
	/* results */
	struct fetch_record record;
	bool found;
	bool cached;      /* the record is to be believed */
	struct hash hash; /* of the bytes, when they were brought now */
	struct str etag, immutable;
	char *file;
	int lock;
};
void download_release(struct download *d);
/* Looks into the cache: record and found are set. */
ATTR_MUST_CHECK errint download_find(struct cli_fetcher *f, struct arena *a, struct download *d,
				     struct err *err);
/* Either `cached` is set, or file has the bytes (or both: then the record is about the file). */
ATTR_MUST_CHECK errint download_bring(struct cli_fetcher *f, struct arena *a, struct download *d,
				      struct err *err);
/* Writes the record; the file goes unless only it has the content. */
void download_keep(struct cli_fetcher *f, struct download *d, const struct fetch_record *r);
/* The text behind a URL, as of late. */
ATTR_MUST_CHECK errint download_text(struct cli_fetcher *f, struct arena *a, struct str url,
				     const char *header, struct str *out, struct err *err);

/* What is in the archive at d->url. */
ATTR_MUST_CHECK errint fetch_archive(struct cli_fetcher *f, const struct eval_fetch *what,
				     struct download *d, struct arena *a, struct eval_fetched *out,
				     struct err *err);

/* One for each type. */
typedef errint fetch_fn(struct cli_fetcher *f, const struct eval_fetch *what, struct arena *a,
			struct eval_fetched *out, struct err *err);
fetch_fn fetch_file, fetch_tarball, fetch_forge, fetch_git, fetch_hg;
ATTR_MUST_CHECK errint input_rev_count(struct cli_fetcher *f, struct str from, uint64_t *out,
				       struct err *err);
