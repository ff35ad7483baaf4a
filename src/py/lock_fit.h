/* SPDX-License-Identifier: MIT
 *
 * Whether locks fit what is wanted, and each other; without asking anybody. */
#pragma once

#include "py/lock_row.h"

struct py_misfit {
	struct str where; /* "requirements.txt:3", ".flox/python.lock:17", or a project's name */
	struct str what;
};
struct py_misfits {
	struct py_misfit *v;
	size_t n, cap;
};

/* What is wanted and not there, or there in another version; what a row that is wanted asks for and
 * does not get; and rows of the stack's first lock that nobody wants. */
void py_fit(const struct py_stack *s, struct arena *a, struct py_misfits *out);
/* The same of rows of the last lock, the set's, that nobody wants: they do not go with those over
 * it. */
void py_fit_set(const struct py_stack *s, struct arena *a, struct py_misfits *out);
/* The names that are wanted, with all that they need. */
void py_reach(const struct py_stack *s, struct arena *a, struct py_names *out);
