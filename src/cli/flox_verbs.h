/* SPDX-License-Identifier: MIT
 *
 * Verbs of flox that print as Flox does. */
#pragma once

#include "cli/command.h"

extern const struct command flox_verb_search, flox_verb_show;
/* Below `flox build`; ends with NULL. */
extern const struct command *const flox_build_verbs[];
