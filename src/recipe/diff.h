/* SPDX-License-Identifier: MIT
 *
 * Two texts as a unified diff of lines. */
#pragma once

#include "base/buf.h"

/* Appends nothing when they are equal; else headers `--- a/NAME` and `+++ b/NAME` and the hunks,
 * with three lines around each change. A last line without an end is told as diff(1) does. */
void diff_unified(struct str name, struct str from, struct str to, struct buf *out);
