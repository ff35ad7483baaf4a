/* SPDX-License-Identifier: MIT
 *
 * A git index, version 2 to 4, as bytes. Only the names and modes in it are of interest; libgit2 is
 *not asked, since to load it takes longer than a whole evaluation. What follows is, big-endian:
 *
 *	"DIRC" version count
 *	count entries: 24 bytes, mode, 12 bytes, the object's name (20 or 32 bytes), flags (2 bytes;
 *	    where 0x4000 is set two more), path, NUL; up to version 3 filled with NULs to a multiple
 *	    of 8; in version 4 the path is how many bytes of the last one's end fall away, and the
 *rest extensions: signature, size, bytes; whoever does not know one in small letters must not go on
 *	a hash */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

struct git_index_entry_name {
	struct str path;
	uint32_t mode;
};

/* The entries in the order of the index; each path ends in NUL and lies in the bytes or in the
 * arena. */
ATTR_MUST_CHECK errint git_index_parse(struct str bytes, struct arena *a,
				       struct git_index_entry_name **out, size_t *n,
				       struct err *err);
