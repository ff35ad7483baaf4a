/* SPDX-License-Identifier: MIT
 *
 * Writing tar archives whose bytes depend on what is in them alone: no owner, no clock, modes 0644
 * and 0755, GNU's form for long names (which, unlike pax, keeps names that are no text). */
#pragma once

#include "base/stream.h"

enum { TAR_BLOCK = 512 };

/* What is put behind what. Names are clean and relative. */
struct tar_writer {
	struct sink *to;
	int64_t mtime;   /* of everything */
	uint64_t offset; /* bytes written so far */
};

ATTR_MUST_CHECK errint tar_put_dir(struct tar_writer *w, struct str name, struct err *err);
ATTR_MUST_CHECK errint tar_put_symlink(struct tar_writer *w, struct str name, struct str target,
				       struct err *err);
/* A file of just this size, whose bytes follow by tar_put_bytes(), and then tar_end_file(). */
ATTR_MUST_CHECK errint tar_begin_file(struct tar_writer *w, struct str name, bool executable,
				      uint64_t size, struct err *err);
ATTR_MUST_CHECK errint tar_put_bytes(struct tar_writer *w, struct str bytes, struct err *err);
ATTR_MUST_CHECK errint tar_end_file(struct tar_writer *w, uint64_t size, struct err *err);
/* All of it in one go, the bytes from the start of fd. */
ATTR_MUST_CHECK errint tar_put_fd(struct tar_writer *w, struct str name, bool executable, int fd,
				  struct err *err);
/* What is at dirfd/path, as `name`: a tree in byte order, a file or a symlink. */
ATTR_MUST_CHECK errint tar_put_tree(struct tar_writer *w, int dirfd, const char *path,
				    struct str name, struct err *err);
/* The end of the archive. */
ATTR_MUST_CHECK errint tar_finish(struct tar_writer *w, struct err *err);
