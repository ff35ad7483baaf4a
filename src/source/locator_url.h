/* SPDX-License-Identifier: MIT
 *
 * The URLs of locators, taken apart and put together. Text only; parts borrow from the
 * text, or live in the arena where they are decoded. */
#pragma once

#include "base/buf.h"
#include "source/locator.h"

struct locator_url {
	struct str scheme, authority, path; /* authority.p is NULL without "//" */
	struct locator_attr *query;         /* strings */
	size_t n_query;
	struct str fragment;
};

/* A letter or digit of ASCII. */
bool locator_url_alnum(char c);
/* %xx; false on a broken escape. */
bool locator_url_decode(struct arena *a, struct str s, struct str *out);
/* Appends; what is neither unreserved nor in keep becomes %XX. */
void locator_url_encode(struct buf *b, struct str s, const char *keep);
/* The part behind '?'; a piece without '=' is dropped. */
bool locator_url_parse_query(struct arena *a, struct str query, struct locator_url *u);
/* False when the text is no URL. The path is left encoded. */
bool locator_url_parse(struct arena *a, struct str text, struct locator_url *u);
struct str locator_url_text(struct arena *a, const struct locator_url *u);

/* NULL when it is not there. */
const struct locator_attr *locator_url_query(const struct locator_url *u, const char *name);
void locator_url_query_drop(struct locator_url *u, const char *name);
/* Replaces one of the same name. */
void locator_url_query_add(struct arena *a, struct locator_url *u, const char *name,
			   struct str text);
