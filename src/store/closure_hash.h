/* SPDX-License-Identifier: MIT
 *
 * One hash for a closure: SHA-256 over a line "PATH sha256:NARHASH\n" a path, the hash in Nix's
 * base32, sorted by bytes. With Nix's own tools:
 *
 *	nix-store -qR PATH… | LC_ALL=C sort | while read p
 *	do echo "$p $(nix-store -q --hash $p)"; done | sha256sum */
#pragma once

#include "store/store.h"

/* Of the closure of valid paths; *n_paths is how many there are in it. */
ATTR_MUST_CHECK errint closure_hash(struct store *s, const struct str *paths, size_t n,
				    struct hash *out, size_t *n_paths, struct err *err);
