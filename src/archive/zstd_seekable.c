/* SPDX-License-Identifier: MIT
 *
 * Writing and reading the table. */
#include "archive/zstd_seekable.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC_SKIPPED 0x184D2A5EU
#define MAGIC_TABLE   0x8F92EAB1U
enum { ENTRY = 8, HEAD = 8, FOOT = 9 };

static void put_u32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> (8 * i));
}

static uint32_t get_u32(const char *p)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++)
		v |= (uint32_t)(unsigned char)p[i] << (8 * i);
	return v;
}

/* ---- writing ---- */

errint seekable_cut(struct seekable_sink *s, struct err *err)
{
	uint64_t size = s->zstd.in_frame;

	if (!size)
		return 0;
	errint rc = zstd_sink_end_frame(&s->zstd, err);
	if (rc)
		return rc;
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n++] = (struct seekable_frame){.packed = (uint32_t)(s->zstd.written - s->before),
					       .size = (uint32_t)size};
	s->before = s->zstd.written;
	return 0;
}

static errint seekable_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct seekable_sink *s = (struct seekable_sink *)sink;
	const char *at = p;

	while (n) {
		size_t room = SEEKABLE_FRAME - (size_t)s->zstd.in_frame, k = MIN(n, room);
		errint rc = sink_write(&s->zstd.sink, at, k, err);

		if (!rc && k == room)
			rc = seekable_cut(s, err);
		if (rc)
			return rc;
		at += k;
		n -= k;
		s->written += k;
	}
	return 0;
}

errint seekable_sink_init(struct seekable_sink *s, struct sink *to, int level, struct err *err)
{
	static const struct sink_ops ops = {.write = seekable_write};

	*s = (struct seekable_sink){.sink = {&ops}};
	return zstd_sink_init(&s->zstd, to, level, err);
}

errint seekable_finish(struct seekable_sink *s, struct err *err)
{
	errint rc = seekable_cut(s, err);
	size_t size = HEAD + s->n * ENTRY + FOOT;
	char *table CLEANUP_FREE = xmalloc(size), *p = table + HEAD;

	put_u32(table, MAGIC_SKIPPED);
	put_u32(table + 4, (uint32_t)(size - HEAD));
	for (size_t i = 0; i < s->n; i++, p += ENTRY) {
		put_u32(p, s->v[i].packed);
		put_u32(p + 4, s->v[i].size);
	}
	put_u32(p, (uint32_t)s->n);
	p[4] = 0;
	put_u32(p + 5, MAGIC_TABLE);
	return rc ? rc : sink_write(s->zstd.to, table, size, err);
}

void seekable_sink_release(struct seekable_sink *s)
{
	zstd_sink_release(&s->zstd);
	free(s->v);
	s->v = NULL;
}

/* ---- the table ---- */

static errint bad_table(struct err *err)
{
	return err_set(err, ERR_CORRUPT, "it has no table of frames at its end, or not all of it");
}

/* The bytes that the table takes, of a file that ends in `foot`. */
static errint table_size(struct str foot, uint64_t size, uint64_t *out, struct err *err)
{
	const char *p = foot.p + foot.n - FOOT;
	uint64_t entry = ENTRY;

	if (foot.n < FOOT || get_u32(p + 5) != MAGIC_TABLE || p[4] & 0x7c)
		return bad_table(err);
	/* Somebody else's may have checksums. */
	if (p[4] & 0x80)
		entry += 4;
	*out = HEAD + get_u32(p) * entry + FOOT;
	return *out > size ? bad_table(err) : 0;
}

errint seekable_parse(struct str tail, uint64_t size, struct arena *a, struct seekable *out,
		      struct err *err)
{
	struct seekable s = {.fd = -1};
	uint64_t table, packed = 0;
	errint rc = table_size(tail, size, &table, err);

	if (rc)
		return rc;
	if (table > tail.n)
		return bad_table(err);
	const char *p = tail.p + tail.n - table;
	size_t entry = tail.p[tail.n - FOOT + 4] & 0x80 ? ENTRY + 4 : ENTRY;
	s.n = (size_t)((table - HEAD - FOOT) / entry);
	if (get_u32(p) != MAGIC_SKIPPED || get_u32(p + 4) != table - HEAD)
		return bad_table(err);
	s.v = ARENA_ARRAY(a, struct seekable_frame, s.n);
	s.at = ARENA_ARRAY(a, uint64_t, s.n);
	s.packed_at = ARENA_ARRAY(a, uint64_t, s.n);
	p += HEAD;
	for (size_t i = 0; i < s.n; i++, p += entry) {
		s.v[i] = (struct seekable_frame){get_u32(p), get_u32(p + 4)};
		s.at[i] = s.size;
		s.packed_at[i] = packed;
		s.size += s.v[i].size;
		packed += s.v[i].packed;
	}
	if (packed != size - table)
		return err_set(err, ERR_CORRUPT, "its table of frames does not fit its size");
	*out = s;
	return 0;
}

errint seekable_open(int fd, struct arena *a, struct seekable *out, struct err *err)
{
	char foot[FOOT];
	uint64_t table;
	struct stat st;

	if (fstat(fd, &st))
		return err_sys(err, "reading it");
	if (!S_ISREG(st.st_mode) || st.st_size < FOOT)
		return bad_table(err);
	if (pread(fd, foot, FOOT, st.st_size - FOOT) != FOOT)
		return err_sys(err, "reading its end");
	errint rc = table_size(str_n(foot, FOOT), (uint64_t)st.st_size, &table, err);
	if (rc)
		return rc;
	char *tail CLEANUP_FREE = xmalloc((size_t)table);
	if (pread(fd, tail, (size_t)table, st.st_size - (off_t)table) != (ssize_t)table)
		return err_sys(err, "reading its table");
	rc = seekable_parse(str_n(tail, (size_t)table), (uint64_t)st.st_size, a, out, err);
	if (!rc)
		out->fd = fd;
	return rc;
}

/* ---- reading ---- */

static errint range_read(struct source *source, void *p, size_t n, size_t *got, struct err *err)
{
	struct file_range *r = (struct file_range *)source;
	ssize_t k = pread(r->fd, p, (size_t)MIN((uint64_t)n, r->end - r->at), (off_t)r->at);

	if (k < 0)
		return err_sys(err, "reading it");
	r->at += (uint64_t)k;
	*got = (size_t)k;
	return 0;
}

static errint seekable_read(struct source *source, void *p, size_t n, size_t *got, struct err *err)
{
	struct seekable_source *s = (struct seekable_source *)source;
	size_t want = (size_t)MIN((uint64_t)n, s->left);

	*got = 0;
	if (!want)
		return 0;
	errint rc = source_read(&s->zstd.source, p, want, got, err);
	if (!rc && !*got)
		return err_set(err, ERR_CORRUPT, "it is shorter than its table says");
	s->left -= *got;
	return rc;
}

/* The frame that holds the offset. */
static size_t frame_of(const struct seekable *of, uint64_t offset)
{
	size_t low = 0, high = of->n;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		*(of->at[mid] <= offset ? &low : &high) = mid;
	}
	return low;
}

errint seekable_source_init(struct seekable_source *s, const struct seekable *of, uint64_t from,
			    uint64_t end, struct err *err)
{
	static const struct source_ops range_ops = {.read = range_read};
	static const struct source_ops ops = {.read = seekable_read};
	char skipped[4096];

	if (from > end || end > of->size)
		return err_set(err, ERR_CORRUPT, "what is looked for is beyond its end");
	size_t i = of->n ? frame_of(of, from) : 0;
	*s = (struct seekable_source){.source = {&ops}, .of = of};
	s->range = (struct file_range){.source = {&range_ops}, .fd = of->fd};
	if (of->n) {
		s->range.at = of->packed_at[i];
		s->range.end = of->packed_at[of->n - 1] + of->v[of->n - 1].packed;
	}
	errint rc = zstd_source_init(&s->zstd, &s->range.source, false, err);
	s->left = of->n ? end - of->at[i] : 0;
	for (uint64_t skip = of->n ? from - of->at[i] : 0; !rc && skip;) {
		size_t got = 0;

		rc = seekable_read(&s->source, skipped,
				   (size_t)MIN(skip, (uint64_t)sizeof(skipped)), &got, err);
		skip -= got;
	}
	return rc;
}

void seekable_source_release(struct seekable_source *s)
{
	zstd_source_release(&s->zstd);
}
