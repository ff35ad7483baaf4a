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

/* The hash of the NAR of one file that is not executable, whose bytes come from elsewhere. All zero
 * is nothing begun. */
struct nar_file {
	struct hash_sink sink;
	uint64_t size, taken;
	bool begun;
};
/* Its size stands in front of the bytes. Drops what came before. */
void nar_file_begin(struct nar_file *f, uint64_t size);
void nar_file_take(struct nar_file *f, const void *p, size_t n);
/* False when there were more or fewer bytes, or they came before nar_file_begin(). size: the NAR's.
 */
bool nar_file_end(struct nar_file *f, struct hash *hash, uint64_t *size);
void nar_file_release(struct nar_file *f);
