/* SPDX-License-Identifier: MIT
 *
 * Zips that are made: of small files, stored as they are. Nothing of the moment or the machine is
 * in them, so the same files give the same bytes. */
#include "archive/archive_dl.h"
#include "archive/archive_int.h"

enum { ZIP_VERSION = 20, ZIP_UNIX = 3 << 8, DATE_1980_01_01 = 0x21 };

struct zip_maker {
	const struct deflate_api *api;
	struct buf body, directory;
	unsigned n;
};

static void release(struct zip_maker *z)
{
	buf_release(&z->body);
	buf_release(&z->directory);
}

/* Little end first, as zip_number() reads it. */
static void put(struct buf *b, unsigned bytes, uint64_t v)
{
	for (unsigned i = 0; i < bytes; i++)
		buf_putc(b, (char)(v >> 8 * i & 0xff));
}

/* What the local header and the directory's row share: version, flags, method, time, date, sum,
 * sizes and the lengths of the name and of what stands behind it. */
static void put_common(const struct zip_maker *z, struct buf *b, const struct archive_text *t)
{
	put(b, 2, ZIP_VERSION);
	put(b, 2, 0);
	put(b, 2, ZIP_STORED);
	put(b, 2, 0);
	put(b, 2, DATE_1980_01_01);
	put(b, 4, z->api->libdeflate_crc32(0, t->bytes.p, t->bytes.n));
	put(b, 4, t->bytes.n);
	put(b, 4, t->bytes.n);
	put(b, 2, t->name.n);
	put(b, 2, 0);
}

static void add(struct zip_maker *z, const struct archive_text *t)
{
	size_t at = z->body.n;

	buf_puts(&z->body, S("PK\x03\x04"));
	put_common(z, &z->body, t);
	buf_puts(&z->body, t->name);
	buf_puts(&z->body, t->bytes);
	buf_puts(&z->directory, S("PK\x01\x02"));
	put(&z->directory, 2, ZIP_UNIX | ZIP_VERSION);
	put_common(z, &z->directory, t);
	/* comment, disk, inner attributes, mode, place */
	put(&z->directory, 2, 0);
	put(&z->directory, 2, 0);
	put(&z->directory, 2, 0);
	put(&z->directory, 4, (uint64_t)0100644 << 16);
	put(&z->directory, 4, at);
	buf_puts(&z->directory, t->name);
	z->n++;
}

static void end(struct zip_maker *z)
{
	size_t at = z->body.n;

	buf_puts(&z->body, buf_str(&z->directory));
	buf_puts(&z->body, S("PK\x05\x06"));
	/* disks, rows here and in all, size and place of the directory, comment */
	put(&z->body, 4, 0);
	put(&z->body, 2, z->n);
	put(&z->body, 2, z->n);
	put(&z->body, 4, z->directory.n);
	put(&z->body, 4, at);
	put(&z->body, 2, 0);
}

errint archive_zip_of_texts(struct arena *a, const struct archive_text *v, size_t n,
			    struct str *out, struct err *err)
{
	struct zip_maker z CLEANUP(release) = {.body = BUF_INIT(LIMIT_SMALL_FILE),
					       .directory = BUF_INIT(LIMIT_SMALL_FILE)};
	errint rc = deflate_api(&z.api, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++)
		add(&z, &v[i]);
	end(&z);
	rc = buf_check(&z.body, "the zip", err);
	if (!rc)
		*out = arena_str(a, buf_str(&z.body));
	return rc;
}
