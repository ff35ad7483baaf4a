/* SPDX-License-Identifier: MIT
 *
 * Adopting a repository as it is: tracks that are missing are made at the commits where they would
 * be, and versions that a branch `historical` holds are kept under their names. Nothing that is
 * there is moved. */
#pragma once

#include "release/moves.h"

/* The plan, and the text that .flox/kiln.toml is to get at its end ("" when it has a [release]). */
ATTR_MUST_CHECK errint release_init(struct release *r, struct release_plan *out, struct buf *toml,
				    struct err *err);
/* Appends it. */
ATTR_MUST_CHECK errint release_init_write(struct release *r, struct str toml, struct err *err);
