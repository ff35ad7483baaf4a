/* SPDX-License-Identifier: MIT
 *
 * What the files of the ladder share. */
#pragma once

#include "base/arena.h"
#include "base/fetch_cache.h"
#include "fetch/fetch.h"
#include "source/ladder.h"

struct ascent;
struct conf;
struct fetcher;
struct mirrors;
struct page;
struct vendored;

struct ladder {
	struct ladder_config config;
	struct fetch_options fetch; /* config's, where it is changed */
	struct store *store;
	struct report *report;
	/* the rest is made when it is first needed */
	int64_t ttl;
	char *cache;
	char *temp;
	unsigned n_temp;
	struct conf *conf;
	struct mirrors *mirrors;
	struct vendored *vendored; /* the folders of files: always there */
	bool has_conf_dirs;        /* kiln.conf's among them */
	/* ascent.c's */
	struct fetcher *fetcher;
	struct ascent *ascents;          /* all */
	struct ascent *done, **done_end; /* through, and not given yet */
	size_t n_pending;                /* not given yet */
	struct page *pages;
	struct way *ways;
	size_t n_ways, cap_ways;
	bool notes_inputs;
	struct fetched_input *inputs;
	size_t n_inputs, cap_inputs;
	struct arena mem; /* of ways and inputs */
};

/* The folders of vendored files, kiln.conf's among them. */
ATTR_MUST_CHECK errint ladder_folders(struct ladder *l, struct vendored **out, struct err *err);

/* Reads the configuration, once. */
ATTR_MUST_CHECK errint ladder_prepare(struct ladder *l, struct err *err);

/* The argument of a request; "" and false when it is absent. */
struct str request_text(const struct bring *what, const char *name);
bool request_flag(const struct bring *what, const char *name);

/* A path in the temporary folder that nobody else uses; nothing is there. malloc'd. */
ATTR_MUST_CHECK errint input_temp(struct ladder *l, char **out, struct err *err);
/* kiln's cache folder. */
const char *input_cache(struct ladder *l);

/* The store path of a known hash, and whether it is valid. */
ATTR_MUST_CHECK errint input_known(struct ladder *l, const struct bring *what, const struct hash *h,
				   struct arena *a, struct str *path, bool *valid, struct err *err);
/* What is at real becomes what was asked for: in the store, or where it is. Checks `expect`. */
ATTR_MUST_CHECK errint input_add(struct ladder *l, const struct bring *what, const char *real,
				 struct arena *a, struct brought *out, struct err *err);
/* The same for a hash (of a NAR, or of the bytes when `flat`) whose path input_known() found. */
ATTR_MUST_CHECK errint input_take(const struct bring *what, const struct hash *h, struct str path,
				  struct brought *out, struct err *err);

/* A download that is in the cache or brought now; between the two calls its lock is held. */
struct download {
	struct str key, url;     /* url is asked; key names it in the cache */
	const char *header;      /* "Name: value", or NULL */
	const struct hash *flat; /* what the bytes must be, or NULL */
	bool checked_later;      /* there is no such hash, and the caller checks what is in them */
	const char *vendored;    /* its name in vendored folders; NULL: the URL's last part */
	bool read_only;          /* the store may not be written: the file stays */
	bool valid;              /* the caller has what the record tells of */
	bool forever;            /* what is there never changes */
	/* results */
	struct fetch_record record;
	bool found;
	bool cached; /* the record is to be believed */
	struct str etag, immutable;
	struct ascent *ascent; /* once one was needed */
	char *file;
	int lock;
};
void download_release(struct download *d);
/* Looks into the cache: record and found are set. */
ATTR_MUST_CHECK errint download_find(struct ladder *l, struct arena *a, struct download *d,
				     struct err *err);
/* Either `cached` is set, or file has the bytes (or both: then the record is about the file). */
ATTR_MUST_CHECK errint download_bring(struct ladder *l, struct arena *a, struct download *d,
				      struct err *err);
/* Writes the record; the file goes unless only it has the content. */
void download_keep(struct ladder *l, struct download *d, const struct fetch_record *r);
/* The text behind a URL, as of late. */
ATTR_MUST_CHECK errint download_text(struct ladder *l, struct arena *a, struct str url,
				     const char *header, struct str *out, struct err *err);

/* What is in the archive at d->url. */
ATTR_MUST_CHECK errint bring_archive(struct ladder *l, const struct bring *what, struct download *d,
				     struct arena *a, struct brought *out, struct err *err);

/* What is asked for, as text: a folder's sources.json has it so. */
struct str ladder_input_text(const struct bring *what, struct arena *a);
/* From folders and caches that keep it, *done; else nothing is changed. */
ATTR_MUST_CHECK errint bring_kept(struct ladder *l, const struct bring *what, struct arena *a,
				  struct brought *out, bool *done, struct err *err);

/* One for each type. */
typedef errint bring_fn(struct ladder *l, const struct bring *what, struct arena *a,
			struct brought *out, struct err *err);
bring_fn bring_file, bring_tarball, bring_forge, bring_git, bring_hg;
