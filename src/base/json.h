/* SPDX-License-Identifier: MIT
 *
 * JSON (RFC 8259) as far as it is taken apart and written outside the evaluator. Taking apart keeps
 * every value's own text: what a builder gets in .attrs.json is, number by number, what the
 * evaluator wrote. A value is a slice of the text; its first byte tells its type. Writing escapes
 * as the library that Nix uses does. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct buf;

struct json_member {
	struct str key;   /* decoded */
	struct str value; /* text */
};

/* The members of an object in their order, or the items of an array. What is inside them is
 * checked for form. ERR_CORRUPT with the offset. */
ATTR_MUST_CHECK errint json_members(struct arena *a, struct str object, struct json_member **out,
				    size_t *n, struct err *err);
ATTR_MUST_CHECK errint json_items(struct arena *a, struct str array, struct str **out, size_t *n,
				  struct err *err);
/* Of either: the items of an array have no key. */
ATTR_MUST_CHECK errint json_elements(struct arena *a, struct str text, struct json_member **out,
				     size_t *n, struct err *err);
/* The bytes of a string value; a value of another type, or one that holds NUL, is an error. */
ATTR_MUST_CHECK errint json_string(struct arena *a, struct str value, struct str *out,
				   struct err *err);
/* An array of such strings, in the arena; of NULL (a member that is not there), none. */
ATTR_MUST_CHECK errint json_strings(struct arena *a, const struct str *value, struct str **out,
				    size_t *n, struct err *err);
/* NULL when absent. */
const struct str *json_find(const struct json_member *v, size_t n, struct str key);

/* Must it be escaped within a string? */
static inline bool json_escapes(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}
/* Appends the escape of such a character. */
void json_put_escape(struct buf *b, unsigned char c);
/* Appends a string with its quotes. s is UTF-8 already: nothing is checked. */
void json_put_str(struct buf *b, struct str s);
/* Appends a text that is JSON, indented by two spaces a level, one member or item a line, without a
 * newline behind it: the form of most tools. Strings and numbers stay as they are spelled. */
void json_put_pretty(struct buf *b, struct str text);
