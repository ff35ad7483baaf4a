/* SPDX-License-Identifier: MIT
 *
 * SHA256SUMS.txt, as sha256sum(1) writes and checks it: "<base 16>  NAME" lines. Lines that are no
 * such are kept as they are. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct buf;

struct sum_line {
	struct str text; /* as it stood there, without line end */
	struct str name; /* "" of a line that is no sum */
	struct hash hash;
	unsigned number; /* from 1 */
};

struct sums {
	struct sum_line *v;
	size_t n, cap;
	bool crlf; /* some lines ended in CR LF */
};

/* Text of every kind is fine. Strings live in the arena. */
void sums_parse(struct arena *a, struct str text, struct sums *out);
/* Reads a file; one that is absent has no lines. */
ATTR_MUST_CHECK errint sums_read(struct arena *a, const char *path, struct sums *out,
				 struct err *err);
/* NULL when there is none. */
struct sum_line *sums_find(const struct sums *s, struct str name);
/* Sets what a name has, or adds it. */
void sums_set(struct arena *a, struct sums *s, struct str name, const struct hash *h);
void sums_drop(struct sums *s, struct str name);
/* Comments first, then sums by name, then whatever else stood there. */
void sums_print(struct sums *s, struct buf *b);
