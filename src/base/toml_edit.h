/* SPDX-License-Identifier: MIT
 *
 * Changing a TOML file that a person keeps: every byte that the change is not about stays, comments
 * and order, too. What comes out was read again: it has what was meant, and else what was there. */
#pragma once

#include "base/buf.h"

/* Keys as a header or a dotted key has them, quoted where they are not bare. */
void toml_put_path(struct buf *b, const struct str *path, size_t n);
/* A basic string with its quotes; s is UTF-8 already. */
void toml_put_str(struct buf *b, struct str s);

struct toml_row {
	const char *key;  /* bare */
	struct str value; /* as TOML writes it; its strings are JSON's, but for DEL */
};

/* Appends text to out with rows added to the table of that path ("keys", "ci-1"): a table of its
 * own at the end where there is none, else lines below its header. What comes out was read again:
 * it has the rows, and all that was there. ERR_EXISTS for a key that is there, ERR_UNSUPPORTED for
 * a table that has no header ({ … }, or dotted keys). */
ATTR_MUST_CHECK errint toml_edit_add(struct str text, const char *file, const struct str *path,
				     size_t n_path, const struct toml_row *rows, size_t n,
				     struct buf *out, struct err *err);

/* Appends text to out with one value set: what is at that path (a value, not a table that headers
 * or dotted keys make: ERR_EXISTS) is replaced by value, as TOML writes it; what is not there is
 * added behind its neighbours, in their form: dotted like them, in their table, within their { … }.
 */
ATTR_MUST_CHECK errint toml_edit_set(struct str text, const char *file, const struct str *path,
				     size_t n_path, struct str value, struct buf *out,
				     struct err *err);
/* Appends text to out without what is at that path: the lines that say it, header and members of a
 * table, an item of { … }; comments on other lines stay. ERR_NOT_FOUND when it is not there. */
ATTR_MUST_CHECK errint toml_edit_remove(struct str text, const char *file, const struct str *path,
					size_t n_path, struct buf *out, struct err *err);
