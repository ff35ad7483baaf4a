/* SPDX-License-Identifier: MIT
 *
 * Adding to a TOML file that a person keeps: every byte that is there stays, comments and order,
 * too. What is to be changed or taken out, the person does. */
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
