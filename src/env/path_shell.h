/* SPDX-License-Identifier: MIT
 *
 * A shell, or a command, with packages first on PATH. */
#pragma once

#include "base/str.h"
#include "base/err.h"

struct store;

struct path_shell {
	const struct str *paths; /* valid store paths; the first is found first */
	size_t n;
	char *const *command; /* NULL terminated; command[0] NULL: $SHELL */
	bool pure;            /* of the environment only `keep` */
	const char *const *keep, *const *unset;
	size_t n_keep, n_unset;
};
/* Becomes it, with the packages that these propagate to users, too; where the store is elsewhere,
 * it sees it at its place. Returns only on failure. */
ATTR_MUST_CHECK errint path_shell_start(struct store *s, const struct path_shell *p,
					struct err *err);
