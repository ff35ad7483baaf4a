/* SPDX-License-Identifier: MIT
 *
 * zstd's seekable format: frames that stand for themselves, and behind them, in a frame that every
 * decoder skips, a table of them. Source: zstd, contrib/seekable_format. All numbers little-endian.
 *
 *	frame …  0x184D2A5E  u32 size of what follows
 *	         { u32 compressed size, u32 size } …  u32 number of frames  u8 0  0x8F92EAB1 */
#pragma once

#include "archive/zstd_frames.h"
#include "base/arena.h"

/* Begins a frame after every so many bytes. */
enum { SEEKABLE_FRAME = 4 << 20 };

struct seekable_frame {
	uint32_t packed, size;
};

struct seekable_sink {
	struct sink sink;
	struct zstd_sink zstd;
	struct seekable_frame *v;
	size_t n, cap;
	uint64_t before;  /* packed bytes of the frames that have ended */
	uint64_t written; /* bytes, before compression */
};
ATTR_MUST_CHECK errint seekable_sink_init(struct seekable_sink *s, struct sink *to, int level,
					  struct err *err);
/* Ends the frame, so that what follows can be read alone. */
ATTR_MUST_CHECK errint seekable_cut(struct seekable_sink *s, struct err *err);
/* Writes the table. */
ATTR_MUST_CHECK errint seekable_finish(struct seekable_sink *s, struct err *err);
void seekable_sink_release(struct seekable_sink *s);

/* A file's frames. */
struct seekable {
	int fd; /* borrowed */
	struct seekable_frame *v;
	uint64_t *at, *packed_at; /* where each begins */
	size_t n;
	uint64_t size; /* of all, before compression */
};
/* Reads the table of a file. What it says is bounded by the file's size; ERR_CORRUPT. */
ATTR_MUST_CHECK errint seekable_open(int fd, struct arena *a, struct seekable *out,
				     struct err *err);
/* The table's own bytes, of a file of `size` bytes whose end they are. */
ATTR_MUST_CHECK errint seekable_parse(struct str tail, uint64_t size, struct arena *a,
				      struct seekable *out, struct err *err);

/* The bytes from an offset on, up to `end`. */
struct seekable_source {
	struct source source;
	const struct seekable *of;
	struct file_range {
		struct source source;
		int fd;
		uint64_t at, end;
	} range;
	struct zstd_source zstd;
	uint64_t left;
};
ATTR_MUST_CHECK errint seekable_source_init(struct seekable_source *s, const struct seekable *of,
					    uint64_t from, uint64_t end, struct err *err);
void seekable_source_release(struct seekable_source *s);
