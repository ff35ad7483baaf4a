/* SPDX-License-Identifier: MIT
 *
 * What the verbs of `kiln lock` share. */
#pragma once

#include "cli/command.h"
#include "cli/option.h"

struct lock_set_command {
	const char *project;
	bool check, vendor;
};
extern const struct option lock_rows[]; /* of `kiln lock` alone */
extern const struct command lock_set_verb, lock_python_verb;
ATTR_MUST_CHECK errint lock_set(struct cli *cli, void *ctx, struct err *err);
