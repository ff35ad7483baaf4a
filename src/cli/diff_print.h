/* SPDX-License-Identifier: MIT
 *
 * What differs between two closures, as kiln diff and kiln store diff print it. */
#pragma once

#include "store/closure_diff.h"

/* One line in the words of `nix store diff-closures`. */
void diff_print_line(const struct closure_change *c);
/* The array of all, without a newline behind it. */
void diff_json(const struct closure_change *v, size_t n);
