/* SPDX-License-Identifier: MIT
 *
 * The verbs of kiln key that work on store paths. */
#pragma once

#include "cli/command.h"

extern const struct command key_verb_sign, key_verb_verify;
