/* SPDX-License-Identifier: MIT
 *
 * The folder of kept evaluations: a file each, named by the hash of what was asked. A file appears
 * whole, carries its own hash, and counts only when it is the user's own and nobody else may
 * write to it. There are never more than a bounded number; the ones unused for longest go. */
#pragma once

#include "memo/memo_entry.h"

/* Appends a text (may be NULL) to what a key is the hash of, such that no two lists of texts run
 * together to the same bytes. */
void memo_key_text(struct buf *b, const char *what, const char *text);

/* The entry of a key; its texts live in `bytes`. ERR_NOT_FOUND, ERR_CORRUPT, ERR_DENIED (not our
 * file). */
ATTR_MUST_CHECK errint memo_load(const char *dir, const char *key, struct buf *bytes,
				 struct arena *a, struct memo_entry *out, struct err *err);
/* Replaces a key's entry. v are its inputs. ERR_TOO_BIG when it is not worth keeping. */
ATTR_MUST_CHECK errint memo_save(const char *dir, const char *key, const struct memo_entry *e,
				 struct input *const *v, size_t n, struct err *err);
