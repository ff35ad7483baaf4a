/* SPDX-License-Identifier: MIT
 *
 * Equal files of the store share one inode, through a pool of links that Nix keeps at the same
 * place under the same names: `.links/<nix32 of the file's NAR hash>`. */
#pragma once

#include "store/store.h"

struct optimise_result {
	uint64_t linked; /* files that gave way to a link */
	uint64_t freed;  /* their bytes */
};

/* Links the files of one valid path, which is at its place. What cannot be linked (too many links,
 * a file system without them) stays as it is. */
ATTR_MUST_CHECK errint store_optimise_path(struct store *s, struct str path,
					   struct optimise_result *io, struct err *err);
/* Of all valid paths, with progress. */
ATTR_MUST_CHECK errint store_optimise(struct store *s, struct optimise_result *out,
				      struct err *err);
