/* SPDX-License-Identifier: MIT
 *
 * Lists of names in an arena. */
#pragma once

#include "base/arena.h"

struct py_names {
	struct str *v;
	size_t n, cap;
};

/* Appends; s is borrowed. */
void py_names_add(struct arena *a, struct py_names *l, struct str s);
/* The same unless it is there. */
void py_names_put(struct arena *a, struct py_names *l, struct str s);
bool py_names_has(const struct py_names *l, struct str s);
/* Byte order. */
void py_names_sort(struct py_names *l);
/* Arrays in an arena grow like this: room for one more. */
void *py_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size);
