/* SPDX-License-Identifier: MIT
 *
 * Floating point numbers as text, in the spelling that Nix's JSON has: a short decimal number that
 * reads back as the same double, by Florian Loitsch's Grisu2 ("Printing Floating-Point Numbers
 * Quickly and Accurately with Integers", PLDI 2010). The text reaches derivation hashes, so that
 * the rare numbers for which Grisu2 does not find the shortest text must be spelled its way, too.
 */
#pragma once

#include "base/compiler.h"

enum { DOUBLE_TEXT_MAX = 32 };

/* "1.0", "0.1", "1e+30", "-0.0"; "null" for what is not finite. Returns the length. */
size_t double_to_json(double d, char out[DOUBLE_TEXT_MAX]);
