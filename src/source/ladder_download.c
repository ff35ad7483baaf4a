/* SPDX-License-Identifier: MIT
 *
 * Files and archives from URLs. A record says what was behind a URL and when; within tarball-ttl
 * nobody is asked, after it the server is asked whether that is still current. */
#include "source/ladder_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "archive/archive.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/report.h"
#include "source/ascent.h"
#include "source/locator.h"
#include "store/store.h"

void download_release(struct download *d)
{
	ascent_free(d->ascent);
	if (d->lock > 0)
		close(d->lock);
	free(d->file);
}

static char *records(struct ladder *l)
{
	return path_join(str_c(input_cache(l)), S("fetch"));
}

errint download_find(struct ladder *l, struct arena *a, struct download *d, struct err *err)
{
	char *dir CLEANUP_FREE = path_join(str_c(input_cache(l)), S("downloads"));
	char *records_dir CLEANUP_FREE = records(l);
	char name[HASH_TEXT_MAX];
	struct hash h;
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);

	if (rc)
		return rc;
	hash_bytes(HASH_SHA256, d->key, &h);
	d->file = path_join(str_c(dir), str_c(hash_format(&h, HASH_NIX32, false, name)));
	rc = fetch_lock(d->file, d->url, l->report, &d->lock, err);
	if (rc)
		return rc;
	d->found = fetch_cache_find(records_dir, d->key, a, &d->record);
	return 0;
}

static errint begin(struct ladder *l, struct download *d, bool usable, struct err *err)
{
	char *url CLEANUP_FREE = str_dupz(d->url);
	char *etag CLEANUP_FREE = str_dupz(fetch_record_get(&d->record, "etag"));
	const char *const urls[] = {url}, *const headers[] = {d->header, NULL};
	struct ascent_request r = {
		.urls = urls,
		.n_urls = 1,
		.dest = d->file,
		.hash = d->flat,
		.algo = HASH_SHA256,
		.file = d->vendored,
		.checked_later = d->checked_later,
		.headers = headers,
		.etag = usable && *etag ? etag : NULL,
	};

	return ascent_begin(l, &r, &d->ascent, err);
}

static bool is_here(const struct download *d)
{
	return access(d->file, R_OK) == 0;
}

static void take_answer(struct arena *a, struct download *d, const struct fetch_result *r)
{
	if (r->etag)
		d->etag = arena_str(a, str_c(r->etag));
	if (r->immutable)
		d->immutable = arena_str(a, str_c(r->immutable));
}

/* A record without its content is worth nothing. */
static bool is_usable(const struct download *d)
{
	return d->found && (d->valid || is_here(d));
}

errint download_bring(struct ladder *l, struct arena *a, struct download *d, struct err *err)
{
	bool usable = is_usable(d);
	errint rc = 0;

	d->cached = usable && !d->ascent && (d->forever || d->record.age < l->ttl);
	if (d->cached)
		return 0;
	if (!d->ascent)
		rc = begin(l, d, usable, err);
	if (!rc)
		rc = ascent_climb(d->ascent, err);
	if (rc == ERR_NETWORK && usable) {
		report_msg(l->report, REPORT_WARN, "%s; using cached version", err->msg);
		err_clear(err);
		d->cached = true;
		return 0;
	}
	if (rc)
		return rc;
	const struct fetch_result *r = &ascent_result(d->ascent)->got;
	take_answer(a, d, r);
	if (r->unchanged) {
		char *dir CLEANUP_FREE = records(l);

		d->cached = true;
		fetch_cache_put(dir, d->key, &d->record);
	}
	return 0;
}

/* What file has is not what was wanted (why): true when another place may have it, where
 * download_bring() goes on. */
static bool download_reject(struct download *d, struct err *why)
{
	bool wrong = why->code == ERR_MISMATCH || why->code == ERR_CORRUPT;

	return wrong && d->ascent && !d->cached && ascent_reject(d->ascent, why);
}

void download_keep(struct ladder *l, struct download *d, const struct fetch_record *r)
{
	char *dir CLEANUP_FREE = records(l);

	fetch_cache_put(dir, d->key, r);
	if (!d->read_only)
		unlink(d->file);
}

errint download_text(struct ladder *l, struct arena *a, struct str url, const char *header,
		     struct str *out, struct err *err)
{
	char *z CLEANUP_FREE = str_dupz(url);
	const char *const urls[] = {z}, *const headers[] = {header, NULL};
	BUF(text, LIMIT_INDEX_PAGE);
	struct ascent_request r = {
		.urls = urls, .n_urls = 1, .body = &text, .algo = HASH_SHA256, .headers = headers};
	errint rc = ladder_fetch(l, &r, err);

	if (rc)
		return rc;
	*out = arena_str(a, buf_str(&text));
	return 0;
}

/* ---- files ---- */

/* Takes what is in d->file into the store. */
typedef errint take_fn(struct ladder *l, const struct bring *what, struct download *d,
		       struct arena *a, struct brought *out, struct err *err);

static bool record_hash(const struct fetch_record *r, const char *name, struct hash *out)
{
	ERR(ignored);

	return hash_parse(fetch_record_get(r, name), HASH_SHA256, out, &ignored) == 0;
}

static void put_hash(struct arena *a, struct fetch_record *r, const char *name,
		     const struct hash *h)
{
	char text[HASH_TEXT_MAX];

	fetch_record_set(r, name, arena_str(a, str_c(hash_format(h, HASH_SRI, true, text))));
}

/* Brings it, and takes it in; when what came is wrong, from the next place. */
static errint bring_and_add(struct ladder *l, const struct bring *what, struct download *d,
			    take_fn *take, struct arena *a, struct brought *out, struct err *err)
{
	for (;;) {
		errint rc = download_bring(l, a, d, err);

		if (rc || (d->cached && d->valid))
			return rc;
		rc = take(l, what, d, a, out, err);
		if (!rc || !download_reject(d, err))
			return rc;
	}
}

static errint take_file(struct ladder *l, const struct bring *what, struct download *d,
			struct arena *a, struct brought *out, struct err *err)
{
	return input_add(l, what, d->file, a, out, err);
}

errint bring_file(struct ladder *l, const struct bring *what, struct arena *a, struct brought *out,
		  struct err *err)
{
	struct download d CLEANUP(download_release) = {
		.url = what->url,
		.key = str_c(arena_printf(a, "file\n%.*s", STR_ARG(what->url))),
		.flat = what->flat ? what->expect : NULL,
		.checked_later = what->expect && !what->flat,
		.read_only = what->read_only,
	};
	const char *which = what->flat ? "hash" : "narHash";
	struct fetch_record r = {0};
	struct str path = S("");
	struct hash known;
	errint rc = download_find(l, a, &d, err);

	if (!rc && d.found && record_hash(&d.record, which, &known))
		rc = input_known(l, what, &known, a, &path, &d.valid, err);
	if (!rc)
		rc = bring_and_add(l, what, &d, take_file, a, out, err);
	if (rc)
		return rc;
	if (d.cached && d.valid)
		return input_take(what, &known, path, out, err);
	if (d.cached)
		return 0;
	put_hash(a, &r, which, &out->nar_hash);
	fetch_record_set(&r, "etag", d.etag);
	download_keep(l, &d, &r);
	return 0;
}

/* ---- archives ---- */

static errint take_archive(struct ladder *l, const struct bring *what, struct download *d,
			   struct arena *a, struct brought *out, struct err *err)
{
	char *tree CLEANUP_FREE = NULL;
	int fd CLEANUP_FD = -1;
	errint rc = input_temp(l, &tree, err);

	if (!rc)
		rc = open_file(AT_FDCWD, d->file, &fd, err);
	if (rc)
		return rc;
	rc = archive_unpack_tree(fd, AT_FDCWD, tree, &out->last_modified, err);
	if (rc)
		return err_wrap(err, "unpacking '%.*s'", STR_ARG(d->url));
	rc = input_add(l, what, tree, a, out, err);
	if (rc == ERR_MISMATCH && d->ascent)
		hash_mismatch_packed(err, what->expect, &ascent_result(d->ascent)->got.hash);
	if (!out->source.n)
		remove_tree_quietly(AT_FDCWD, tree);
	return rc;
}

static void keep_archive(struct ladder *l, struct download *d, struct arena *a,
			 const struct brought *out)
{
	struct fetch_record r = {0};

	put_hash(a, &r, "narHash", &out->nar_hash);
	fetch_record_set(&r, "lastModified",
			 str_c(arena_printf(a, "%lld", (long long)out->last_modified)));
	fetch_record_set(&r, "etag", d->etag);
	fetch_record_set(&r, "immutable", d->immutable);
	download_keep(l, d, &r);
}

errint bring_archive(struct ladder *l, const struct bring *what, struct download *d,
		     struct arena *a, struct brought *out, struct err *err)
{
	struct str path = S("");
	struct hash known;
	d->read_only = what->read_only;
	d->checked_later = what->expect != NULL;
	errint rc = download_find(l, a, d, err);

	if (!rc && d->found && record_hash(&d->record, "narHash", &known))
		rc = input_known(l, what, &known, a, &path, &d->valid, err);
	if (!rc)
		rc = bring_and_add(l, what, d, take_archive, a, out, err);
	/* A file that does not unpack is not kept for the next time. */
	if (rc && rc != ERR_MISMATCH && d->ascent && !d->cached)
		unlink(d->file);
	if (!rc && d->cached && d->valid) {
		(void)!str_to_i64(fetch_record_get(&d->record, "lastModified"),
				  &out->last_modified);
		rc = input_take(what, &known, path, out, err);
	}
	if (rc)
		return rc;
	if (d->cached)
		d->immutable = fetch_record_get(&d->record, "immutable");
	else
		keep_archive(l, d, a, out);
	out->has_last_modified = out->last_modified != 0;
	return 0;
}

/* Common mistakes with file: URLs. */
static errint check_local(struct str url, struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	char *git CLEANUP_FREE = NULL;
	struct stat st;

	if (!str_starts(url, S("file://")))
		return 0;
	path = str_dupz(str_skip(url, 7));
	if (stat(path, &st))
		return errno == ENOENT
			       ? err_set(err, ERR_NOT_FOUND, "tarball \"%s\" does not exist.", path)
			       : 0;
	if (!S_ISDIR(st.st_mode))
		return 0;
	git = path_join(str_c(path), S(".git"));
	if (access(git, F_OK) == 0)
		return err_set(err, ERR_EVAL,
			       "tarball \"%s\" is a git repository, not a tarball. Please use "
			       "`git+file` as the scheme.",
			       path);
	return err_set(err, ERR_EVAL, "tarball \"%s\" is a directory, not a file.", path);
}

/* The URL under which just this stays also says what it is. */
static errint take_immutable(struct str url, struct arena *a, struct brought *out, struct err *err)
{
	const struct locator_attr *count, *modified;
	struct locator r;
	errint rc = locator_parse(a, url, &r, err);

	if (rc)
		return rc;
	if (!str_eqz(locator_text(&r, "type"), "tarball"))
		return err_set(err, ERR_UNSUPPORTED,
			       "tarball 'Link' headers that redirect to non-tarball URLs are not "
			       "supported");
	count = locator_get(&r, "revCount");
	modified = locator_get(&r, "lastModified");
	out->rev = locator_text(&r, "rev");
	out->has_rev_count = count;
	out->rev_count = count ? count->number : 0;
	if (modified) {
		out->last_modified = (int64_t)modified->number;
		out->has_last_modified = true;
	}
	return 0;
}

errint bring_tarball(struct ladder *l, const struct bring *what, struct arena *a,
		     struct brought *out, struct err *err)
{
	struct download d CLEANUP(download_release) = {
		.url = what->url,
		.key = str_c(arena_printf(a, "tarball\n%.*s", STR_ARG(what->url))),
	};
	errint rc = check_local(what->url, err);

	if (!rc)
		rc = bring_archive(l, what, &d, a, out, err);
	if (rc)
		return rc;
	out->rev = request_text(what, "rev");
	return d.immutable.n ? take_immutable(d.immutable, a, out, err) : 0;
}
