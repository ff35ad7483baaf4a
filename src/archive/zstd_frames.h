/* SPDX-License-Identifier: MIT
 *
 * zstd (RFC 8878), written and read in frames that stand for themselves, so that one can be read
 * without those before it. The library is loaded on first use. */
#pragma once

#include "base/stream.h"

/* Compresses what is written into frames of `to`. Not before zstd_sink_init() succeeded. */
struct zstd_sink {
	struct sink sink;
	struct sink *to;
	struct ZSTD_CCtx_s *ctx;
	char *out;
	size_t room;
	uint64_t in_frame; /* bytes of the open frame before compression */
	uint64_t written;  /* to `to` */
};
ATTR_MUST_CHECK errint zstd_sink_init(struct zstd_sink *z, struct sink *to, int level,
				      struct err *err);
/* Ends the frame; the next byte begins another. Without bytes there is none. */
ATTR_MUST_CHECK errint zstd_sink_end_frame(struct zstd_sink *z, struct err *err);
void zstd_sink_release(struct zstd_sink *z);

/* Reads what one frame after another of `from` has, until its end or until the frame ends, as
 * one_frame says. ERR_CORRUPT for bytes that are no zstd, or stop in the midst of a frame. */
struct zstd_source {
	struct source source;
	struct source *from;
	struct ZSTD_DCtx_s *ctx;
	char *in;
	size_t at, end, room;
	bool one_frame, in_frame, full, done;
};
ATTR_MUST_CHECK errint zstd_source_init(struct zstd_source *z, struct source *from, bool one_frame,
					struct err *err);
void zstd_source_release(struct zstd_source *z);
