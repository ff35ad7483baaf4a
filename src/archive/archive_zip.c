/* SPDX-License-Identifier: MIT
 *
 * Zip files of the kind that wheels are: their bytes were a third of what installing wheels costs,
 * and libdeflate, which takes a member as a whole, needs a third of zlib's time for them. What is
 * told of a member is the central directory's; its header beside the data must have the same name,
 * members must not overlap, and length and CRC are those of the bytes that came out. What is rare,
 * libarchive reads: other methods, and members too big for memory. */
#include "archive/archive.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "archive/archive_dl.h"
#include "archive/archive_int.h"

enum {
	WHOLE = 64 << 20,  /* the biggest member that is held in memory */
	PIECE = 256 << 10, /* of a member, for whoever hashes and writes it: near enough to keep */
	DENSEST = 1032,    /* bytes that deflate can make of one */
	HUGE = 2 << 20,
};

struct zip {
	struct source source; /* the current member's data */
	const struct deflate_api *api;
	struct libdeflate_decompressor *inflate;
	struct zip_list list;

	const struct zip_member *now;
	struct str name;               /* its clean one */
	struct archive_reader *stream; /* for big ones, once there was one */
	struct source *big;            /* this one's */
	char *packed, *bytes;
	size_t packed_cap, bytes_cap;
	size_t biggest;  /* of what is inflated: its room is made once */
	struct str rest; /* of what came out, not given yet */
	bool opened;
};

static void zip_release(struct zip *z)
{
	if (z->inflate)
		z->api->libdeflate_free_decompressor(z->inflate);
	archive_stream_free(z->stream);
	free(z->packed);
	free(z->bytes);
	zip_list_release(&z->list);
}

/* ---- the members' bytes ---- */

/* Big ones want big pages: touching memory page by page takes as long as filling it. */
static char *new_room(size_t n)
{
	void *p = NULL;

	if (n < HUGE)
		return xmalloc(n);
	if (posix_memalign(&p, HUGE, n))
		return xmalloc(n);
	(void)madvise(p, n, MADV_HUGEPAGE);
	return p;
}

static char *room(char **buffer, size_t *cap, size_t n)
{
	if (n > *cap) {
		free(*buffer);
		*cap = MAX(n, (size_t)PIECE);
		*buffer = new_room(*cap);
	}
	return *buffer;
}

/* Reads the local header and what is packed behind it. */
static errint read_packed(struct zip *z, char **out, struct err *err)
{
	const struct zip_member *m = z->now;
	uint64_t next = m + 1 < z->list.v + z->list.n ? m[1].at : z->list.end - z->list.before;
	/* the header's extra field is not the list's: both are got with one call */
	size_t n = (size_t)MIN(ZIP_LOCAL_SIZE + m->name.n + m->packed + 64, next - m->at);
	char *p = room(&z->packed, &z->packed_cap, MAX(n, (size_t)ZIP_LOCAL_SIZE));
	errint rc = next - m->at < ZIP_LOCAL_SIZE
			    ? zip_broken(err, "its members overlap")
			    : zip_read_at(z->list.fd, p, n, z->list.before + m->at, err);
	if (rc)
		return rc;
	size_t name = (size_t)zip_number(p + 26, 2), extra = (size_t)zip_number(p + 28, 2);
	size_t head = ZIP_LOCAL_SIZE + name + extra;
	if (!zip_mark(p, "PK\3\4") || head > next - m->at || m->packed > next - m->at - head)
		return zip_broken(err, "its members overlap, or their headers are broken");
	if (head + m->packed > n) {
		char *more = xmalloc(head + (size_t)m->packed);

		memcpy(more, p, n);
		free(z->packed);
		z->packed = p = more;
		z->packed_cap = head + (size_t)m->packed;
		rc = zip_read_at(z->list.fd, p + n, z->packed_cap - n, z->list.before + m->at + n,
				 err);
		if (rc)
			return rc;
	}
	if (!str_eq(str_n(p + ZIP_LOCAL_SIZE, name), m->name))
		return zip_broken(err, "its two lists of contents have different names");
	*out = p + head;
	return 0;
}

static errint inflate(struct zip *z, const char *packed, struct err *err)
{
	const struct zip_member *m = z->now;
	char *to = room(&z->bytes, &z->bytes_cap, z->biggest + 1);

	if (!z->inflate)
		z->inflate = z->api->libdeflate_alloc_decompressor();
	if (!z->inflate)
		return err_set(err, ERR_FAILED, "cannot start libdeflate");
	/* without a place for what it makes, it must be just that much */
	if (z->api->libdeflate_deflate_decompress(z->inflate, packed, (size_t)m->packed, to,
						  (size_t)m->size, NULL))
		return zip_broken(err, "its compressed data is broken, or not as long as it says");
	z->rest = str_n(to, (size_t)m->size);
	return 0;
}

/* More cannot come out of its data. */
static bool can_be(const struct zip_member *m)
{
	return m->size / DENSEST <= m->packed;
}

static void find_biggest(struct zip *z)
{
	for (size_t i = 0; i < z->list.n; i++) {
		const struct zip_member *m = &z->list.v[i];

		if (m->method == ZIP_DEFLATED && m->size <= WHOLE && can_be(m))
			z->biggest = MAX(z->biggest, (size_t)m->size);
	}
}

static errint open_small(struct zip *z, struct err *err)
{
	const struct zip_member *m = z->now;
	char *packed = NULL;
	errint rc = read_packed(z, &packed, err);

	if (!rc && m->method == ZIP_STORED && m->packed != m->size)
		rc = zip_broken(err, "its list of contents is broken");
	if (!rc && m->method == ZIP_DEFLATED)
		rc = inflate(z, packed, err);
	else if (!rc)
		z->rest = str_n(packed, (size_t)m->size);
	if (rc)
		return rc;
	if (z->api->libdeflate_crc32(0, z->rest.p, z->rest.n) != m->crc)
		return zip_broken(err, "the CRC of its data is another");
	return 0;
}

/* libarchive compares the CRC, by the same list. */
static errint open_big(struct zip *z, struct err *err)
{
	errint rc = z->stream ? 0 : archive_stream_open(z->list.fd, &z->stream, err);

	return rc ? rc : archive_stream_find(z->stream, z->name, &z->big, err);
}

/* Only once somebody asks for it. */
static errint open_member(struct zip *z, struct err *err)
{
	const struct zip_member *m = z->now;

	if (z->opened)
		return 0;
	z->opened = true;
	if (!can_be(m))
		return zip_broken(err, "more would come out of its data than there can be in it");
	errint rc = m->size > WHOLE || m->packed > WHOLE ? open_big(z, err) : open_small(z, err);
	return rc ? err_wrap(err, "'%.*s'", STR_ARG(z->name)) : 0;
}

static errint member_view(struct source *s, struct str *out, struct err *err)
{
	struct zip *z = (struct zip *)s;
	size_t got = 0;
	errint rc = open_member(z, err);

	if (!rc && z->big) {
		char *p = room(&z->bytes, &z->bytes_cap, PIECE);

		rc = source_read(z->big, p, PIECE, &got, err);
		z->rest = str_n(p, got);
	}
	if (rc)
		return rc;
	*out = str_sub(z->rest, 0, PIECE);
	z->rest = str_skip(z->rest, PIECE);
	return 0;
}

static errint member_read(struct source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct zip *z = (struct zip *)s;
	errint rc = open_member(z, err);

	if (rc)
		return rc;
	if (z->big)
		return source_read(z->big, p, n, got, err);
	*got = MIN(n, z->rest.n);
	memcpy(p, z->rest.p, *got);
	z->rest = str_skip(z->rest, *got);
	return 0;
}

static const struct source_ops member_ops = {.read = member_read, .view = member_view};

/* ---- items ---- */

static errint link_target(struct zip *z, struct item_names *names, struct archive_item *item,
			  struct err *err)
{
	if (z->now->size == 0 || z->now->size >= LIMIT_NAR_LINK)
		return err_set(err, ERR_CORRUPT, "symlink '%s' has a target of %llu bytes",
			       item->name.p, (unsigned long long)z->now->size);
	errint rc = source_read_full(&z->source, names->link, (size_t)z->now->size, err);
	if (rc)
		return rc;
	names->link[z->now->size] = '\0';
	if (strlen(names->link) != z->now->size)
		return err_set(err, ERR_CORRUPT, "symlink '%s' has no target", item->name.p);
	item->link = str_c(names->link);
	return 0;
}

/* What has no kind, or a kind but no name for it, is a file; of which, as pip has it, nothing says
 * then that it may be executed. */
static errint fill(struct zip *z, struct item_names *names, struct archive_item *item,
		   struct err *err)
{
	const struct zip_member *m = z->now;
	bool folder = str_ends(m->name, S("/"));
	errint rc = archive_clean_into("name", m->name, names->name, &item->name, err);

	if (rc)
		return rc;
	z->name = item->name;
	item->mode = m->mode & 07777;
	if (folder || S_ISDIR(m->mode)) {
		item->type = ARCHIVE_DIR;
		return 0;
	}
	if (!item->name.n)
		return err_set(err, ERR_CORRUPT, "archive holds the unsafe name '%.*s'",
			       STR_ARG(m->name));
	if (S_ISLNK(m->mode)) {
		item->type = ARCHIVE_SYMLINK;
		return link_target(z, names, item, err);
	}
	if (m->mode & S_IFMT && !S_ISREG(m->mode))
		return err_set(err, ERR_CORRUPT, "archive holds a device, pipe or socket: '%s'",
			       item->name.p);
	item->type = ARCHIVE_FILE;
	item->mode = S_ISREG(m->mode) ? item->mode : 0644;
	item->size = m->size;
	return 0;
}

static errint walk(struct zip *z, archive_item_fn *fn, void *ctx, struct err *err)
{
	struct item_names *names CLEANUP_FREE = xmalloc(sizeof(*names));
	uint64_t index = 0;

	for (z->now = z->list.v; z->now < z->list.v + z->list.n; z->now++) {
		struct archive_item item = {.link = S("")};

		z->opened = false;
		z->big = NULL;
		z->rest = S("");
		errint rc = fill(z, names, &item, err);
		if (rc)
			return rc;
		if (!item.name.n)
			continue;
		z->opened |= item.type != ARCHIVE_FILE;
		item.index = index++;
		rc = fn(&item, &z->source, ctx, err);
		if (rc)
			return rc;
	}
	return 0;
}

errint zip_walk(int fd, archive_item_fn *fn, void *ctx, bool *done, struct err *err)
{
	struct zip z CLEANUP(zip_release) = {.source = {&member_ops}};
	errint rc = deflate_api(&z.api, err);

	if (!rc)
		rc = zip_list_read(fd, &z.list, done, err);
	if (rc || !*done)
		return rc;
	find_biggest(&z);
	return walk(&z, fn, ctx, err);
}
