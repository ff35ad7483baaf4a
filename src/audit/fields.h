/* SPDX-License-Identifier: MIT
 *
 * What is kept between two audits, as fields "LENGTH:BYTES"; lists have their number before them.
 * Who reads them checks the form and nothing else: a file that somebody altered is as good as the
 * folder that it lies in. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

void field_put(struct buf *b, struct str s);
void fields_put(struct buf *b, const struct str *v, size_t n);

struct field_reader {
	struct str rest;
	struct arena *a; /* of lists; strings are slices of the text */
	bool bad;        /* nothing that was read counts */
};
/* "" once it is bad. */
struct str field_get(struct field_reader *r);
struct str *fields_get(struct field_reader *r, size_t *n);
/* A number before a list whose items the caller reads, each of one byte at least. */
size_t field_count(struct field_reader *r);
