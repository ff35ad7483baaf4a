/* SPDX-License-Identifier: MIT
 *
 * Two ways in which stores tell each other of paths, both Nix's: the export stream, which carries
 * contents, and the registration text (nix-store --dump-db), which does not.
 *
 *	stream = { u64 1, NAR, u64 "NIXE" 0x4558494e, str path, u64 n, str ref × n, str deriver,
 *	           u64 0 }, u64 0				str and u64 as in a NAR
 *	text   = { path, hash in base 16, size, deriver or nothing, n, ref × n }, a line each */
#pragma once

#include "store/store.h"

/* The NAR of a path. ERR_CORRUPT when that is not what was registered: damage must not spread, so
 * that what was written counts for nothing then. Any thread may call it. */
ATTR_MUST_CHECK errint store_dump(const struct store *s, const struct path_info *info,
				  struct sink *to, struct err *err);

/* Appends the paths to the stream in this order, and ends it. A path that is not what was
 * registered is an error: damage must not spread. */
ATTR_MUST_CHECK errint store_export(struct store *s, const struct str *paths, size_t n,
				    struct sink *to, struct err *err);
/* Adds what a stream carries; out lists the paths in its order. Reads to the stream's end mark. */
ATTR_MUST_CHECK errint store_import(struct store *s, struct arena *a, struct source *from,
				    struct str **out, size_t *n, struct err *err);

/* The registration text of one path. */
void registration_print(const struct path_info *info, struct buf *b);
/* All records of a registration text; without hashes it has neither those lines nor the sizes. */
ATTR_MUST_CHECK errint registration_parse(const struct store *s, struct arena *a, struct str text,
					  bool hashes, struct path_info **out, size_t *n,
					  struct err *err);
