/* SPDX-License-Identifier: MIT
 *
 * What the files of edit.h share. */
#pragma once

#include "base/hash.h"
#include "recipe/edit.h"

/* Appends the text with those edits that are of this path. */
ATTR_MUST_CHECK errint edits_apply(struct str text, const struct recipe_edit *v, size_t n,
				   struct str path, struct buf *out, struct err *err);
/* journal.c: ends, or takes back, what a killed run had begun in this project. */
ATTR_MUST_CHECK errint journal_finish(const char *project, struct err *err);

struct journal_line {
	struct hash old, new; /* SHA-256 of the file as it was and as it is to be */
	struct str path;      /* below the project */
};
/* The journal as data: lines of "HASH HASH PATH" below "prepare" or "commit". */
struct journal_text {
	bool committed;
	struct journal_line *v;
	size_t n;
};
/* Paths are borrowed from the text. ERR_CORRUPT for what is no journal, or leads out of a project.
 */
ATTR_MUST_CHECK errint journal_parse(struct str text, struct arena *a, struct journal_text *out,
				     struct err *err);
void journal_print(const struct journal_text *j, struct buf *out);
