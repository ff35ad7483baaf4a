/* SPDX-License-Identifier: MIT
 *
 * Reading archives: what libarchive says is checked and brought to one clean form here, before
 * any callback sees it. */
#include "archive/archive.h"

#include <errno.h>
#include <locale.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/archive_dl.h"
#include "archive/archive_int.h"

enum { READ_SIZE = 128 << 10 };

struct archive_reader {
	struct source source; /* the current item's data */
	const struct archive_api *api;
	struct archive *a;
	struct source *from;  /* or NULL when libarchive reads a descriptor */
	struct err *from_err; /* what from failed with, or &none */
	struct err none;
	locale_t utf8;
	char *chunk;
	bool at_end; /* of the current item */
	int64_t newest;
};

static void reader_release(struct archive_reader *r)
{
	if (r->a)
		r->api->archive_read_free(r->a);
	free(r->chunk);
}

static locale_t utf8_locale;

static void make_utf8_locale(void)
{
	utf8_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

/* libarchive turns a zip's UTF-8 names into the thread's character set, and loses what that
 * cannot spell: names would depend on the user's locale. */
static locale_t locale_enter(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_utf8_locale);
	return utf8_locale ? uselocale(utf8_locale) : (locale_t)0;
}

static void locale_leave(locale_t old)
{
	if (old)
		uselocale(old);
}

static errint reader_err(struct archive_reader *r, struct err *err)
{
	const char *why;

	if (r->from_err->code)
		return err_move(err, r->from_err);
	why = r->api->archive_error_string(r->a);
	return err_set(err, ERR_CORRUPT, "cannot read the archive: %s",
		       why ? why : "no reason given");
}

static la_ssize_t read_from_source(struct archive *a, void *ctx, const void **out)
{
	struct archive_reader *r = ctx;
	size_t got;

	if (source_read(r->from, r->chunk, READ_SIZE, &got, r->from_err)) {
		r->api->archive_set_error(a, EIO, "read failed");
		return ARCHIVE_FATAL;
	}
	*out = r->chunk;
	return (la_ssize_t)got;
}

static errint item_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct archive_reader *r = (struct archive_reader *)s;
	la_ssize_t k;

	if (r->at_end) {
		*got = 0;
		return 0;
	}
	k = r->api->archive_read_data(r->a, p, n);
	if (k < 0)
		return reader_err(r, err);
	r->at_end = k == 0;
	*got = (size_t)k;
	return 0;
}

static const struct source_ops item_ops = {.read = item_read};

errint archive_load(struct err *err)
{
	const struct archive_api *api;
	const struct deflate_api *deflate;

	/* the locale's files are not in the sandbox either */
	locale_leave(locale_enter());
	errint rc = archive_api(&api, err);
	return rc ? rc : deflate_api(&deflate, err);
}

enum reader_kind { READER_ARCHIVE, READER_RAW };

static errint reader_init(struct archive_reader *r, enum reader_kind kind, struct err *from_err,
			  struct err *err)
{
	const struct archive_api *api;
	errint rc = archive_api(&api, err);

	if (rc)
		return rc;
	r->source.ops = &item_ops;
	r->api = api;
	r->from_err = from_err;
	r->a = api->archive_read_new();
	if (!r->a)
		return err_set(err, ERR_FAILED, "cannot start libarchive");
	api->archive_read_support_filter_gzip(r->a);
	api->archive_read_support_filter_bzip2(r->a);
	api->archive_read_support_filter_xz(r->a);
	api->archive_read_support_filter_lzma(r->a);
	api->archive_read_support_filter_zstd(r->a);
	if (kind == READER_RAW) {
		api->archive_read_support_format_raw(r->a);
		api->archive_read_support_format_empty(r->a);
		return 0;
	}
	api->archive_read_support_format_tar(r->a);
	api->archive_read_support_format_zip(r->a);
	return 0;
}

static errint reader_open_source(struct archive_reader *r, struct source *from, struct err *err)
{
	r->from = from;
	r->chunk = xmalloc(READ_SIZE);
	if (r->api->archive_read_open2(r->a, r, NULL, read_from_source, NULL, NULL) != ARCHIVE_OK)
		return reader_err(r, err);
	return 0;
}

static errint reader_open_fd(struct archive_reader *r, int fd, struct err *err)
{
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind the archive");
	if (r->api->archive_read_open_fd(r->a, fd, READ_SIZE) != ARCHIVE_OK)
		return reader_err(r, err);
	return 0;
}

bool archive_clean_name(struct str name, char *out, size_t *n)
{
	struct str part;
	size_t len = 0;

	if (name.n == 0 || name.p[0] == '/' || memchr(name.p, '\0', name.n))
		return false;
	while (str_split(&name, '/', &part)) {
		if (part.n == 0 || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S("..")) || part.n > LIMIT_NAR_NAME)
			return false;
		if (len)
			out[len++] = '/';
		memcpy(out + len, part.p, part.n);
		len += part.n;
	}
	out[len] = '\0';
	*n = len;
	return true;
}

errint archive_clean_into(const char *what, struct str raw, char *out, struct str *clean,
			  struct err *err)
{
	size_t n;

	if (raw.n > LIMIT_PATH_TEXT)
		return err_set(err, ERR_TOO_BIG, "%s of %zu bytes in an archive", what, raw.n);
	if (!archive_clean_name(raw, out, &n))
		return err_set(err, ERR_CORRUPT, "archive holds the unsafe %s '%.*s'", what,
			       STR_ARG(raw));
	*clean = str_n(out, n);
	return 0;
}

static errint symlink_target(struct archive_reader *r, struct archive_entry *e,
			     struct item_names *names, struct archive_item *item, struct err *err)
{
	const char *target = r->api->archive_entry_symlink(e);

	if (!target)
		target = r->api->archive_entry_symlink_utf8(e);
	if (!target || !*target)
		return err_set(err, ERR_CORRUPT, "symlink '%s' has no target", item->name.p);
	item->link = str_c(target);
	if (item->link.n >= LIMIT_NAR_LINK)
		return err_set(err, ERR_TOO_BIG, "target of the symlink '%s' has %zu bytes",
			       item->name.p, item->link.n);
	memcpy(names->link, target, item->link.n + 1);
	item->link.p = names->link;
	return 0;
}

static errint item_type(struct archive_reader *r, struct archive_entry *e, struct item_names *names,
			struct archive_item *item, struct err *err)
{
	const char *hard = r->api->archive_entry_hardlink(e);
	errint rc;

	if (!hard)
		hard = r->api->archive_entry_hardlink_utf8(e);
	if (hard) {
		item->type = ARCHIVE_HARDLINK;
		rc = archive_clean_into("hard link", str_c(hard), names->link, &item->link, err);
		if (rc || item->link.n)
			return rc;
		return err_set(err, ERR_CORRUPT, "archive holds the unsafe hard link '%s'", hard);
	}
	switch (r->api->archive_entry_filetype(e)) {
	case AE_IFREG:
		item->type = ARCHIVE_FILE;
		return 0;
	case AE_IFDIR:
		item->type = ARCHIVE_DIR;
		return 0;
	case AE_IFLNK:
		item->type = ARCHIVE_SYMLINK;
		return symlink_target(r, e, names, item, err);
	default:
		return err_set(err, ERR_CORRUPT, "archive holds a device, pipe or socket: '%s'",
			       item->name.p);
	}
}

/* *skip: the archive's own top folder. */
static errint item_fill(struct archive_reader *r, struct archive_entry *e, struct item_names *names,
			struct archive_item *item, bool *skip, struct err *err)
{
	const char *name = r->api->archive_entry_pathname(e);
	errint rc;

	if (!name)
		name = r->api->archive_entry_pathname_utf8(e);
	if (!name && !utf8_locale) {
		err_set(err, ERR_CORRUPT, "archive holds a name that is not ASCII");
		return err_hint(err,
				"this system lacks the locale C.UTF-8, which reads such names");
	}
	if (!name)
		return err_set(err, ERR_CORRUPT, "archive holds a name in no known character set");
	rc = archive_clean_into("name", str_c(name), names->name, &item->name, err);
	if (rc)
		return rc;
	rc = item_type(r, e, names, item, err);
	if (rc)
		return rc;
	*skip = item->name.n == 0;
	if (*skip && item->type != ARCHIVE_DIR)
		return err_set(err, ERR_CORRUPT, "archive holds the unsafe name '%s'", name);
	item->mode = (mode_t)r->api->archive_entry_mode(e) & 07777;
	item->mtime = r->api->archive_entry_mtime(e);
	r->newest = MAX(r->newest, item->mtime);
	if (item->type == ARCHIVE_FILE && r->api->archive_entry_size_is_set(e))
		item->size = (uint64_t)MAX(r->api->archive_entry_size(e), 0);
	return 0;
}

/* The next item; *end when there is none. */
static errint reader_next(struct archive_reader *r, struct item_names *names,
			  struct archive_item *item, bool *skip, bool *end, struct err *err)
{
	struct archive_entry *e;
	locale_t old = locale_enter();
	int k = r->api->archive_read_next_header(r->a, &e);
	errint rc = 0;

	if (k == ARCHIVE_OK || k == ARCHIVE_WARN)
		rc = item_fill(r, e, names, item, skip, err);
	locale_leave(old);
	*end = k == ARCHIVE_EOF;
	if (k != ARCHIVE_OK && k != ARCHIVE_WARN && k != ARCHIVE_EOF)
		return reader_err(r, err);
	/* A source that failed may look like an end to a tar reader. */
	if (r->from_err->code)
		return err_move(err, r->from_err);
	return rc;
}

static errint reader_walk(struct archive_reader *r, archive_item_fn *fn, void *ctx, struct err *err)
{
	struct item_names *names CLEANUP_FREE = xmalloc(sizeof(*names));
	uint64_t seen = 0, index = 0;

	for (;;) {
		struct archive_item item = {.link = S("")};
		bool skip = false, end = false;
		errint rc = reader_next(r, names, &item, &skip, &end, err);

		if (rc || end)
			return rc;
		if (++seen > LIMIT_ARCHIVE_ENTRIES)
			return err_set(err, ERR_TOO_BIG, "archive holds more than %d entries",
				       LIMIT_ARCHIVE_ENTRIES);
		if (skip)
			continue;
		item.index = index++;
		r->at_end = item.type != ARCHIVE_FILE;
		rc = fn(&item, &r->source, ctx, err);
		if (rc)
			return rc;
	}
}

errint archive_walk_dated(int fd, archive_item_fn *fn, void *ctx, int64_t *newest, struct err *err)
{
	struct archive_reader r CLEANUP(reader_release) = {0};
	ERR(from_err);
	errint rc = reader_init(&r, READER_ARCHIVE, &from_err, err);

	if (!rc)
		rc = reader_open_fd(&r, fd, err);
	if (!rc)
		rc = reader_walk(&r, fn, ctx, err);
	if (!rc)
		*newest = r.newest;
	return rc;
}

errint archive_walk(int fd, archive_item_fn *fn, void *ctx, struct err *err)
{
	bool done = false;
	int64_t newest;
	errint rc = zip_walk(fd, fn, ctx, &done, err);

	if (rc || done)
		return rc;
	return archive_walk_dated(fd, fn, ctx, &newest, err);
}

errint archive_walk_source(struct source *from, archive_item_fn *fn, void *ctx, struct err *err)
{
	struct archive_reader r CLEANUP(reader_release) = {0};
	ERR(from_err);
	errint rc = reader_init(&r, READER_ARCHIVE, &from_err, err);

	if (!rc)
		rc = reader_open_source(&r, from, err);
	return rc ? rc : reader_walk(&r, fn, ctx, err);
}

errint archive_stream_open(int fd, struct archive_reader **out, struct err *err)
{
	struct archive_reader *r = xcalloc(1, sizeof(*r));
	errint rc = reader_init(r, READER_ARCHIVE, &r->none, err);

	if (!rc)
		rc = reader_open_fd(r, fd, err);
	if (rc)
		archive_stream_free(r);
	else
		*out = r;
	return rc;
}

errint archive_stream_find(struct archive_reader *r, struct str name, struct source **out,
			   struct err *err)
{
	struct item_names *names CLEANUP_FREE = xmalloc(sizeof(*names));

	for (;;) {
		struct archive_item item = {.link = S("")};
		bool skip = false, end = false;
		errint rc = reader_next(r, names, &item, &skip, &end, err);

		if (rc)
			return rc;
		if (end)
			return err_set(err, ERR_CORRUPT,
				       "the archive's two lists of what is in it differ");
		r->at_end = item.type != ARCHIVE_FILE;
		if (!r->at_end && str_eq(item.name, name)) {
			*out = &r->source;
			return 0;
		}
	}
}

errint archive_raw_open(struct source *from, struct archive_reader **out, struct source **bytes,
			struct err *err)
{
	struct archive_reader *r = xcalloc(1, sizeof(*r));
	struct archive_entry *e;
	errint rc = reader_init(r, READER_RAW, &r->none, err);

	if (!rc)
		rc = reader_open_source(r, from, err);
	if (!rc) {
		int k = r->api->archive_read_next_header(r->a, &e);

		r->at_end = k == ARCHIVE_EOF;
		if (r->none.code || (k != ARCHIVE_OK && k != ARCHIVE_WARN && k != ARCHIVE_EOF))
			rc = reader_err(r, err);
	}
	if (rc) {
		archive_stream_free(r);
		return rc;
	}
	*out = r;
	*bytes = &r->source;
	return 0;
}

void archive_stream_free(struct archive_reader *r)
{
	if (!r)
		return;
	reader_release(r);
	free(r);
}

errint archive_decompress(struct source *from, struct sink *to, struct err *err)
{
	struct archive_reader r CLEANUP(reader_release) = {0};
	ERR(from_err);
	struct archive_entry *e;
	errint rc = reader_init(&r, READER_RAW, &from_err, err);
	int k;

	if (!rc)
		rc = reader_open_source(&r, from, err);
	if (rc)
		return rc;
	k = r.api->archive_read_next_header(r.a, &e);
	if (k == ARCHIVE_EOF && !from_err.code)
		return 0;
	if (k != ARCHIVE_OK && k != ARCHIVE_WARN)
		return reader_err(&r, err);
	return source_copy(&r.source, to, err);
}
