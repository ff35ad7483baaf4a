/* SPDX-License-Identifier: MIT
 *
 * Words of other tools, and what they are here: synonyms.def. */
#pragma once

#include "base/err.h"
#include "base/str.h"

/* Hints what other tools' word is here ("here it is 'kiln gc'"); with `within` only when that holds
 * it ("kiln store"). False when nothing is known. */
bool synonym_hint(struct str word, const char *within, struct err *err);
