/* SPDX-License-Identifier: MIT
 *
 * Archives: tar (plain, gzip, bzip2, xz, zstd), zip, .deb and single compressed files, told by
 * content. libarchive reads them, ours is what may come out: names are relative and clean, with
 * no `..`, no device, no hard link to outside; whoever unpacks never writes through a symlink.
 * The ar container of .debs is read here, because its members stream into another reader, and so
 * are the zips of archive_walk(), because much of what a wheel's installation costs is to inflate
 * it. */
#pragma once

#include <sys/types.h>
#include "base/arena.h"
#include "base/stream.h"

enum archive_item_type {
	ARCHIVE_FILE,
	ARCHIVE_DIR,
	ARCHIVE_SYMLINK,
	ARCHIVE_HARDLINK,
};

/* Strings are valid during the callback and NUL terminated. */
struct archive_item {
	enum archive_item_type type;
	struct str name; /* clean and relative: "usr/bin/env"; never empty */
	struct str link; /* symlink: the target's raw text; hard link: a clean earlier name */
	mode_t mode;     /* permission bits as in the archive */
	uint64_t size;   /* of a file, 0 when the archive does not say before its data */
	int64_t mtime;
	uint64_t index; /* 0, 1, …: position among the items */
};
/* data gives a file's bytes, and what is not read of them is skipped; for other types it is at
 * its end. A failure ends the walk with that error. */
typedef errint archive_item_fn(const struct archive_item *item, struct source *data, void *ctx,
			       struct err *err);

/* Every item in the archive's order (a zip's: by its central directory, with its modes; names are
 * the bytes that are there). fd is read from its start and must be a file. */
ATTR_MUST_CHECK errint archive_walk(int fd, archive_item_fn *fn, void *ctx, struct err *err);
/* The same, and *newest: the latest time of anything in it, its own top folder included. */
ATTR_MUST_CHECK errint archive_walk_dated(int fd, archive_item_fn *fn, void *ctx, int64_t *newest,
					  struct err *err);
/* The same from a stream: tar of every compression, and zip without modes. */
ATTR_MUST_CHECK errint archive_walk_source(struct source *from, archive_item_fn *fn, void *ctx,
					   struct err *err);

enum archive_unpack_flags {
	/* The archive must hold a single thing at its top; that becomes dest (a folder's name is
	 * dropped), as fetchTarball and fetchzip do. */
	ARCHIVE_STRIP_ROOT = 1 << 0,
};
/* Makes dest, which must not exist, from the archive, whole or not at all: files are 0644, or
 * 0755 when their owner may execute them, folders 0755, times and owners are those of now. */
ATTR_MUST_CHECK errint archive_unpack(int fd, int dirfd, const char *dest, unsigned flags,
				      struct err *err);
/* The same, as fetchTarball does: where a folder is the only thing at the top, that becomes dest,
 * else dest holds everything. *newest as above. */
ATTR_MUST_CHECK errint archive_unpack_tree(int fd, int dirfd, const char *dest, int64_t *newest,
					   struct err *err);
/* Writes items of a walk into the open folder dirfd (borrowed), with archive_unpack()'s rules, for
 * callers that rename some or leave some out. A changed name must still be a clean one. */
struct archive_writer;
struct archive_writer *archive_writer_new(int dirfd);
void archive_writer_free(struct archive_writer *w);
void archive_writer_cleanup(struct archive_writer **w);
ATTR_MUST_CHECK errint archive_writer_add(struct archive_writer *w, const struct archive_item *item,
					  struct source *data, struct err *err);

/* Loads the library behind this header now: before a sandbox is entered that does not have it. */
ATTR_MUST_CHECK errint archive_load(struct err *err);

/* The bytes of one compressed file (gzip, bzip2, xz, zstd, lzma; anything else passes as it is),
 * not of an archive inside it. */
ATTR_MUST_CHECK errint archive_decompress(struct source *from, struct sink *to, struct err *err);

/* The members of an ar file in order; name without ar's padding and slash. */
typedef errint ar_member_fn(struct str name, uint64_t size, struct source *data, void *ctx,
			    struct err *err);
ATTR_MUST_CHECK errint ar_walk(struct source *from, ar_member_fn *fn, void *ctx, struct err *err);

/* A .deb (deb(5), format 2.x): control_fn gets the items of control.tar, then data_fn those of
 * data.tar, each in order and streamed. Either may be NULL. */
ATTR_MUST_CHECK errint deb_walk(int fd, archive_item_fn *control_fn, archive_item_fn *data_fn,
				void *ctx, struct err *err);

/* A zip of small files, stored, mode 0644, in that order: the same bytes whenever and wherever it
 * is made. In the arena; ERR_TOO_BIG beyond what LIMIT_SMALL_FILE allows. */
struct archive_text {
	struct str name; /* clean and relative */
	struct str bytes;
};
ATTR_MUST_CHECK errint archive_zip_of_texts(struct arena *a, const struct archive_text *v, size_t n,
					    struct str *out, struct err *err);

/* Brings a name from outside to its clean form: no leading "./", no "//", no trailing '/'.
 * False when it is absolute, empty, has `..`, NUL or a part longer than 255 bytes. out has
 * name.n + 1 bytes. An archive's own top folder ("." or "./") gives an empty name and true. */
bool archive_clean_name(struct str name, char *out, size_t *n);
