/* SPDX-License-Identifier: MIT
 *
 * Generations of profiles, as Nix keeps them below its state folder and in that of the user: the
 * link PROFILE leads to PROFILE-N-link, and that into the store. Each is a root. */
#pragma once

#include "store/store.h"

struct generation {
	struct str profile;
	uint64_t number;
};

/* Which go: all but the current one of each profile, or with `before` (Unix seconds, else
 * INT64_MIN) those that were no longer in use then. Without dry_run their links are removed.
 * Profiles in folders that cannot be written are left out. The array lives in the arena. */
ATTR_MUST_CHECK errint generations_remove(struct store *s, struct arena *a, int64_t before,
					  bool dry_run, struct generation **out, size_t *n,
					  struct err *err);
