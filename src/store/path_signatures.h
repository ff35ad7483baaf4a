/* SPDX-License-Identifier: MIT
 *
 * Signatures of valid paths, as the database keeps them and Nix reads them. */
#pragma once

#include "store/signing_key.h"
#include "store/store.h"

/* Signs valid paths with every key, all in one transaction; what was signed before stays. *added
 * counts the signatures that were not there yet. */
ATTR_MUST_CHECK errint store_sign(struct store *s, const struct str *paths, size_t n,
				  const struct signing_key *keys, size_t n_keys, size_t *added,
				  struct err *err);
/* Adds the key's signature to what info says of signatures, unless it is there. */
ATTR_MUST_CHECK errint path_info_sign(struct path_info *info, struct arena *a,
				      const struct signing_key *k, struct err *err);
/* How many of these keys, each counted once, have signed what is registered of the path. A path
 * that is named after its content needs none; that is the caller's to say. */
ATTR_MUST_CHECK errint path_signatures_count(const struct path_info *info,
					     const struct public_key *keys, size_t n_keys,
					     size_t *out, struct err *err);
