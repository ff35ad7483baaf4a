/* SPDX-License-Identifier: MIT
 *
 * brotli (RFC 7932), read. Nix packs logs and listings with it, and some caches NARs. The library
 * is loaded on first use. */
#pragma once

#include "base/stream.h"

/* ERR_CORRUPT for bytes that are no brotli, stop in its midst, or come behind its end. */
struct brotli_source {
	struct source source;
	struct source *from;
	struct BrotliDecoderStateStruct *state;
	uint8_t *in;
	size_t at, end;
	bool done;
};
ATTR_MUST_CHECK errint brotli_source_init(struct brotli_source *b, struct source *from,
					  struct err *err);
void brotli_source_release(struct brotli_source *b);
