/* SPDX-License-Identifier: MIT
 *
 * What the files of edit.h share. */
#pragma once

#include "recipe/edit.h"

/* Appends the text with those edits that are of this path. */
ATTR_MUST_CHECK errint edits_apply(struct str text, const struct recipe_edit *v, size_t n,
				   struct str path, struct buf *out, struct err *err);
/* journal.c: ends, or takes back, what a killed run had begun in this project. */
ATTR_MUST_CHECK errint journal_finish(const char *project, struct err *err);
