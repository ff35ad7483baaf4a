/* SPDX-License-Identifier: MIT
 *
 * NAR, the Nix archive: a file tree as one canonical byte string. Only names, file contents, the
 * executable bit and symlink targets exist in it. Source: Nix manual, "Nix Archive (NAR) format".
 *
 *	archive  = str("nix-archive-1") node
 *	node     = "(" "type" ( "regular" ["executable" ""] "contents" bytes
 *	                      | "symlink" "target" str
 *	                      | "directory" { "entry" "(" "name" str "node" node ")" } ) ")"
 *	str      = u64 little endian length, bytes, zero padding to 8
 *
 * Entries are in byte order of their names, each once; the reader refuses anything else. */
#pragma once

#include "base/stream.h"

/* Return false to leave a path out. `path` is the full path that is being read. */
typedef bool (*nar_filter_fn)(void *ctx, const char *path, unsigned char d_type, struct err *err);

/* Writes the NAR of dirfd/path. filter may be NULL; a filter that set err ends the dump. */
ATTR_MUST_CHECK errint nar_dump(int dirfd, const char *path, struct sink *to, nar_filter_fn filter,
				void *ctx, struct err *err);
/* The NAR of one regular file with these bytes. */
ATTR_MUST_CHECK errint nar_dump_bytes(struct str bytes, bool executable, struct sink *to,
				      struct err *err);
/* Recreates the tree at dirfd/path, which must not exist. Files 0444 or 0555, folders 0555 once
 * filled, mtime 1: the store's canonical metadata. Names that would leave the tree are refused.
 * Whatever was made before a failure is removed. */
ATTR_MUST_CHECK errint nar_restore(struct source *from, int dirfd, const char *path,
				   struct err *err);
/* The same outside a store: modes and times are what the umask and the clock say. */
ATTR_MUST_CHECK errint nar_restore_plain(struct source *from, int dirfd, const char *path,
					 struct err *err);
/* sha256 and size of the NAR of a path. */
ATTR_MUST_CHECK errint nar_hash(int dirfd, const char *path, struct hash *hash, uint64_t *size,
				struct err *err);
