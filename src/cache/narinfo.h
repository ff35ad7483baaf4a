/* SPDX-License-Identifier: MIT
 *
 * The two texts of a binary cache: what it says of itself (`nix-cache-info`), and of one store path
 * (`<hash part>.narinfo`). Lines "Name: value", each name once but for Sig. Source: Nix manual,
 * "HTTP Binary Cache Store", and Nix's own nar-info.cc for what it writes.
 *
 *	StorePath: /nix/store/HASH-NAME        NarHash: sha256:…   NarSize: 4711
 *	URL: nar/FILEHASH.nar.zst              References: HASH-NAME HASH-NAME
 *	Compression: zstd                      Deriver: HASH-NAME.drv
 *	FileHash: sha256:…   FileSize: 815     Sig: NAME:BASE64   CA: fixed:r:sha256:… */
#pragma once

#include "archive/packing.h"
#include "base/buf.h"
#include "store/store.h"

struct narinfo {
	struct path_info info; /* registered and ultimate are not told */
	struct str url;        /* relative and clean, or absolute: http:, https: */
	enum packing packing;
	struct hash file_hash; /* of the file as it lies there; HASH_NONE: not told */
	uint64_t file_size;    /* 0: not told */
};

/* dir is the store's folder. name (its URL) stands in messages, "name:line: what is wrong"; strings
 * live in the arena. ERR_CORRUPT for whatever Nix would not write, but for names that it does not
 * know, which are left alone. */
ATTR_MUST_CHECK errint narinfo_parse(struct arena *a, struct str dir, struct str text,
				     const char *name, struct narinfo *out, struct err *err);
/* Byte for byte as Nix writes it. */
void narinfo_print(const struct narinfo *n, struct buf *out);

struct cache_info {
	struct str store_dir; /* "" when not told */
	uint64_t priority;    /* the smaller one is asked first; 50 when not told */
	bool mass_query;      /* is to be asked for many paths; false when not told */
};
ATTR_MUST_CHECK errint cache_info_parse(struct arena *a, struct str text, const char *name,
					struct cache_info *out, struct err *err);
void cache_info_print(const struct cache_info *c, struct buf *out);
