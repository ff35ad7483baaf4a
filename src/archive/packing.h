/* SPDX-License-Identifier: MIT
 *
 * Compression of one stream, by its name as binary caches write it (Nix manual, "compression" of
 * the HTTP binary cache store), and the end of its files' names. What a stream is packed by is told
 * by that name; of those that libarchive reads (xz, gzip, bzip2), by its first bytes. */
#pragma once

#include "base/stream.h"

/* X(id, name, suffix). ORDER packing */
#define PACKINGS(X)             \
	X(NONE, "none", "")     \
	X(ZSTD, "zstd", ".zst") \
	X(XZ, "xz", ".xz")      \
	X(BROTLI, "br", ".br")  \
	X(GZIP, "gzip", ".gz")  \
	X(BZIP2, "bzip2", ".bz2")

enum packing {
#define X(id, name, suffix) PACKING_##id,
	PACKINGS(X)
#undef X
};

const char *packing_name(enum packing p);
const char *packing_suffix(enum packing p);
/* By the name; false for another. */
bool packing_parse(struct str name, enum packing *out);

/* What is packed in another source (borrowed), read once from its beginning to its end. The
 * library that it needs is loaded first. ERR_CORRUPT from reading, for other bytes and for an end
 * that comes too early. */
struct packed_source;
ATTR_MUST_CHECK errint packed_source_new(enum packing p, struct source *from,
					 struct packed_source **out, struct err *err);
/* Borrowed from it. */
struct source *packed_source_bytes(struct packed_source *s);
void packed_source_free(struct packed_source *s);
void packed_source_cleanup(struct packed_source **s);
