/* SPDX-License-Identifier: MIT
 *
 * The URLs of flake references, taken apart and put together. Text only; parts borrow from the
 * text, or live in the arena where they are decoded. */
#pragma once

#include "base/buf.h"
#include "eval/fetcher.h"

struct flake_url {
	struct str scheme, authority, path; /* authority.p is NULL without "//" */
	struct fetch_attr *query;           /* strings */
	size_t n_query;
	struct str fragment;
};

/* A letter or digit of ASCII. */
bool flake_url_alnum(char c);
/* %xx; false on a broken escape. */
bool flake_url_decode(struct arena *a, struct str s, struct str *out);
/* Appends; what is neither unreserved nor in keep becomes %XX. */
void flake_url_encode(struct buf *b, struct str s, const char *keep);
/* The part behind '?'; a piece without '=' is dropped. */
bool flake_url_parse_query(struct arena *a, struct str query, struct flake_url *u);
/* False when the text is no URL. The path is left encoded. */
bool flake_url_parse(struct arena *a, struct str text, struct flake_url *u);
struct str flake_url_text(struct arena *a, const struct flake_url *u);

/* NULL when it is not there. */
const struct fetch_attr *flake_url_query(const struct flake_url *u, const char *name);
void flake_url_query_drop(struct flake_url *u, const char *name);
/* Replaces one of the same name. */
void flake_url_query_add(struct arena *a, struct flake_url *u, const char *name, struct str text);
