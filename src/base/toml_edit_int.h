/* SPDX-License-Identifier: MIT
 *
 * What the two halves of toml_edit_set() and toml_edit_remove() share. */
#pragma once

#include "base/toml_edit.h"
#include "base/toml_int.h"

/* NULL when it is not there. */
const struct toml *toml_edit_find(const struct toml *root, const struct str *path, size_t n);
/* Its entry, with the table that it is in; NULL likewise. n is at least 1. */
const struct toml_entry *toml_edit_entry(const struct toml *root, const struct str *path, size_t n,
					 const struct toml **table);
/* Where the line of that byte begins, and where the next one does. */
size_t toml_edit_line(struct str text, size_t at);
size_t toml_edit_next_line(struct str text, size_t at);
/* Where line number `line`, from 1, begins. */
size_t toml_edit_line_number(struct str text, unsigned line);
/* How the file ends its lines. */
const char *toml_edit_newline(struct str text);
/* Reads `after`: it is `before` but for what is at the path, and there is `value` (NULL: nothing).
 */
errint toml_edit_check(const struct toml *before, struct str after, const char *file,
		       const struct str *path, size_t n_path, const struct toml *value,
		       struct arena *a, struct err *err);
