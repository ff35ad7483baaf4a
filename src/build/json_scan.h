/* SPDX-License-Identifier: MIT
 *
 * Just enough JSON (RFC 8259) to take a derivation's structured attributes apart while keeping
 * every value's own text: what a builder gets in .attrs.json is, number by number, what the
 * evaluator wrote. A value is a slice of the text; its first byte tells its type. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

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
/* The bytes of a string value; a value of another type, or one that holds NUL, is an error. */
ATTR_MUST_CHECK errint json_string(struct arena *a, struct str value, struct str *out,
				   struct err *err);
/* NULL when absent. */
const struct str *json_find(const struct json_member *v, size_t n, struct str key);
