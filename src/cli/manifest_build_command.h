/* SPDX-License-Identifier: MIT
 *
 * kiln build, of what a manifest's [build] says. */
#pragma once

#include "cli/build_command.h"

/* Takes out of c's names those that are builds of the manifest around and no recipes, makes and
 * links them and prints their paths. *left: there is more to do. Without names it makes all builds,
 * and what is left are recipes, if there are any. */
ATTR_MUST_CHECK errint manifest_build_command(struct cli *cli, struct build_command *c, bool *left,
					      struct err *err);
