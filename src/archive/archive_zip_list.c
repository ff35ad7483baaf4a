/* SPDX-License-Identifier: MIT
 *
 * What a zip file says is in it: the central directory (PKWARE's APPNOTE.TXT 4.3-4.5). */
#include "archive/archive_int.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	END_SIZE = 22,
	END64_SIZE = 56,
	LOCATOR64_SIZE = 20,
	CENTRAL_SIZE = 46,
	MAX_COMMENT = 65535,
	ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13,
	ZIP64 = 0x0001,
	UNICODE_PATH = 0x7075,
};

void zip_list_release(struct zip_list *z)
{
	free(z->central);
	arena_release(&z->arena);
}

uint64_t zip_number(const char *p, unsigned n)
{
	uint64_t v = 0;

	while (n--)
		v = v << 8 | (unsigned char)p[n];
	return v;
}

bool zip_mark(const char *p, const char *mark)
{
	return memcmp(p, mark, 4) == 0;
}

errint zip_broken(struct err *err, const char *what)
{
	return err_set(err, ERR_CORRUPT, "cannot read the archive: %s", what);
}

errint zip_read_at(int fd, char *p, size_t n, uint64_t at, struct err *err)
{
	while (n) {
		ssize_t k = pread(fd, p, n, (off_t)at);

		if (k < 0)
			return err_sys(err, "reading the archive");
		if (k == 0)
			return zip_broken(err, "it is cut off");
		p += k;
		at += (uint64_t)k;
		n -= (size_t)k;
	}
	return 0;
}

/* ---- where the central directory is ---- */

struct central {
	uint64_t count, size, at; /* as the archive says */
	uint64_t end;             /* where it ends in this file */
};

/* The last end record whose comment reaches to the file's end. */
static ptrdiff_t find_end(const char *p, size_t n)
{
	for (size_t i = n - END_SIZE + 1; i-- > 0;)
		if (zip_mark(p + i, "PK\5\6") && i + END_SIZE + zip_number(p + i + 20, 2) == n)
			return (ptrdiff_t)i;
	return -1;
}

/* In place of the numbers that are too small for theirs. */
static errint read_end64(const struct zip_list *z, const char *locator, struct central *out,
			 struct err *err)
{
	char p[END64_SIZE];
	uint64_t at = out->end - LOCATOR64_SIZE - END64_SIZE;

	if (zip_number(locator + 4, 4) != 0 || zip_number(locator + 16, 4) > 1)
		return zip_broken(err, "it is one of several parts");
	errint rc = zip_read_at(z->fd, p, sizeof(p), at, err);
	if (rc)
		return rc;
	/* behind a program it is where it ends, not where the locator says */
	if (!zip_mark(p, "PK\6\6") || zip_number(p + 4, 8) != END64_SIZE - 12)
		return zip_broken(err, "its end record is broken");
	*out = (struct central){zip_number(p + 32, 8), zip_number(p + 40, 8), zip_number(p + 48, 8),
				at};
	return 0;
}

static errint find_central(struct zip_list *z, uint64_t size, struct central *out, struct err *err)
{
	size_t n = (size_t)MIN(size, (uint64_t)(END_SIZE + MAX_COMMENT + LOCATOR64_SIZE));
	char *tail CLEANUP_FREE = xmalloc(n);
	errint rc = zip_read_at(z->fd, tail, n, size - n, err);
	if (rc)
		return rc;
	ptrdiff_t i = find_end(tail, n);
	if (i < 0)
		return zip_broken(err, "it has no end record, and may be cut off");
	const char *p = tail + i;
	*out = (struct central){zip_number(p + 10, 2), zip_number(p + 12, 4), zip_number(p + 16, 4),
				size - n + (size_t)i};
	if (zip_number(p + 4, 4) && zip_number(p + 4, 4) != UINT32_MAX)
		return zip_broken(err, "it is one of several parts");
	if (i >= LOCATOR64_SIZE && zip_mark(p - LOCATOR64_SIZE, "PK\6\7") &&
	    out->end >= LOCATOR64_SIZE + END64_SIZE)
		return read_end64(z, p - LOCATOR64_SIZE, out, err);
	return 0;
}

static errint read_central(struct zip_list *z, uint64_t size, struct central *where,
			   struct err *err)
{
	errint rc = find_central(z, size, where, err);

	if (rc)
		return rc;
	if (where->size > where->end || where->at > where->end - where->size ||
	    where->count > where->size / CENTRAL_SIZE)
		return zip_broken(err, "its end record is broken");
	if (where->count > LIMIT_ARCHIVE_ENTRIES)
		return err_set(err, ERR_TOO_BIG, "archive holds more than %d entries",
			       LIMIT_ARCHIVE_ENTRIES);
	z->end = where->end - where->size;
	z->before = z->end - where->at;
	z->central_n = (size_t)where->size;
	z->central = xmalloc(MAX(z->central_n, (size_t)1));
	return zip_read_at(z->fd, z->central, z->central_n, z->end, err);
}

/* ---- what it says ---- */

/* The 64-bit numbers are there for those that are all ones, in this order. */
static bool take_zip64(struct str data, struct zip_member *m)
{
	uint64_t *const wide[] = {&m->size, &m->packed, &m->at};

	for (size_t i = 0; i < ARRAY_LEN(wide); i++) {
		if (*wide[i] != UINT32_MAX)
			continue;
		if (data.n < 8)
			return false;
		*wide[i] = zip_number(data.p, 8);
		data = str_skip(data, 8);
	}
	return true;
}

static bool take_extra(struct str extra, struct zip_member *m, bool *fits)
{
	while (extra.n >= 4) {
		unsigned id = (unsigned)zip_number(extra.p, 2);
		size_t n = (size_t)zip_number(extra.p + 2, 2);

		if (n > extra.n - 4)
			return true; /* padding of some tool */
		if (id == ZIP64 && !take_zip64(str_sub(extra, 4, n), m))
			return false;
		*fits &= id != UNICODE_PATH;
		extra = str_skip(extra, 4 + n);
	}
	return true;
}

/* Takes an entry off the front. *fits becomes false for what is left to libarchive. */
static errint take_entry(const struct zip_list *z, struct str *rest, struct zip_member *m,
			 bool *fits, struct err *err)
{
	const char *p = rest->p;

	if (rest->n < CENTRAL_SIZE || !zip_mark(p, "PK\1\2"))
		return zip_broken(err, "its list of contents is broken");
	size_t name = (size_t)zip_number(p + 28, 2), extra = (size_t)zip_number(p + 30, 2);
	size_t all = CENTRAL_SIZE + name + extra + (size_t)zip_number(p + 32, 2);
	if (all > rest->n)
		return zip_broken(err, "its list of contents is broken");
	*m = (struct zip_member){
		.name = str_sub(*rest, CENTRAL_SIZE, name),
		.at = zip_number(p + 42, 4),
		.packed = zip_number(p + 20, 4),
		.size = zip_number(p + 24, 4),
		.crc = (uint32_t)zip_number(p + 16, 4),
		.method = (unsigned)zip_number(p + 10, 2),
		.mode = (unsigned)zip_number(p + 40, 2),
	};
	if (!take_extra(str_sub(*rest, CENTRAL_SIZE + name, extra), m, fits))
		return zip_broken(err, "its list of contents is broken");
	if (zip_number(p + 8, 2) & ENCRYPTED)
		return err_set(err, ERR_UNSUPPORTED, "'%.*s' is encrypted", STR_ARG(m->name));
	if (m->at > z->end - z->before || m->packed > z->end - z->before - m->at ||
	    z->end - z->before - m->at - m->packed < ZIP_LOCAL_SIZE)
		return zip_broken(err, "it is cut off");
	*fits &= m->method == ZIP_STORED || m->method == ZIP_DEFLATED;
	*rest = str_skip(*rest, all);
	return 0;
}

static int by_place(const void *a, const void *b)
{
	const struct zip_member *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static errint read_members(struct zip_list *z, uint64_t count, bool *fits, struct err *err)
{
	struct str rest = str_n(z->central, z->central_n);

	z->n = (size_t)count;
	z->v = ARENA_ARRAY(&z->arena, struct zip_member, z->n + 1);
	for (size_t i = 0; i < z->n; i++) {
		errint rc = take_entry(z, &rest, &z->v[i], fits, err);

		if (rc)
			return rc;
	}
	/* its digital signature is nobody's */
	if (rest.n && (rest.n < 6 || !zip_mark(rest.p, "PK\5\5")))
		return zip_broken(err, "its list of contents is broken");
	qsort(z->v, z->n, sizeof(*z->v), by_place);
	return 0;
}

/* What begins otherwise may be one as well, behind a program: that is libarchive's. */
static errint is_zip(int fd, uint64_t *size, bool *out, struct err *err)
{
	struct stat st;
	char p[4];

	if (fstat(fd, &st))
		return err_sys(err, "reading the archive");
	*size = (uint64_t)st.st_size;
	*out = *size >= END_SIZE && pread(fd, p, sizeof(p), 0) == sizeof(p) &&
	       (zip_mark(p, "PK\3\4") || zip_mark(p, "PK\5\6"));
	return 0;
}

errint zip_list_read(int fd, struct zip_list *z, bool *fits, struct err *err)
{
	struct central where = {0};
	uint64_t size;
	errint rc = is_zip(fd, &size, fits, err);

	z->fd = fd;
	if (rc || !*fits)
		return rc;
	rc = read_central(z, size, &where, err);
	return rc ? rc : read_members(z, where.count, fits, err);
}
