/* SPDX-License-Identifier: MIT
 *
 * Which environment a command means: -d DIR, else that of the working folder or the nearest above,
 * else the one that is active. */
#pragma once

#include "cli/cli.h"

struct environment_place {
	const char *dir; /* -d DIR, or NULL */
};

/* -d --dir, into a struct environment_place. */
extern const struct option environment_place_rows[];

/* The folder that holds .flox, in the command's arena; ERR_NOT_FOUND with the cure. */
ATTR_MUST_CHECK errint environment_place_find(struct cli *cli, const struct environment_place *p,
					      const char **out, struct err *err);
