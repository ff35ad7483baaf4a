/* SPDX-License-Identifier: MIT
 *
 * The hash of a file or tree by any algorithm, as fixed outputs and people ask for it. */
#pragma once

#include "base/hash.h"

/* Of the bytes of a file (flat), or of the path's NAR. A link is followed when flat. */
ATTR_MUST_CHECK errint path_hash(const char *path, bool flat, enum hash_algo algo, struct hash *out,
				 struct err *err);
