/* SPDX-License-Identifier: MIT
 *
 * Bringing store paths from binary caches, for the commands that do nothing else. */
#pragma once

#include "cli/cli.h"

struct build_wanted;
struct option_list;

/* Asks the caches named, besides those of the settings, or, `alone`, instead of them. What none of
 * them has and something makes, is built, unless they are alone. */
ATTR_MUST_CHECK errint pull_paths(struct cli *cli, const struct option_list *from, bool alone,
				  const struct build_wanted *w, size_t n, struct err *err);
