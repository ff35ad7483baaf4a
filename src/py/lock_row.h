/* SPDX-License-Identifier: MIT
 *
 * From a project's metadata to its row of a lock, and what a lock's rows ask of each other. */
#pragma once

#include "py/lock.h"
#include "py/marker.h"
#include "py/wants.h"
#include "py/wheel.h"

/* Locks over each other, the one that counts most first. */
enum { PY_STACK_MAX = 3 };
struct py_stack {
	const struct py_lock *v[PY_STACK_MAX];
	size_t n;
	const struct marker_env *env; /* of each machine */
	const struct py_wants *wants; /* the projects that stand for others */
};
/* The row of the first that has it, and that lock; either out may be NULL. */
bool py_stack_find(const struct py_stack *s, struct str name, const struct py_row **row,
		   const struct py_lock **lock);

/* A Requires-Dist on one machine, with these extras asked for ("" counts as none). Whatever cannot
 * be read does not apply. */
bool py_requirement_applies(const struct py_stack *s, const struct requirement *r, unsigned machine,
			    struct str extra);

/* Fills about from metadata. */
void py_row_about(const struct py_stack *s, struct arena *a, const struct wheel_metadata *m,
		  struct py_about *out);
/* Fills requires, slots and the names of extras from about, once every row of the stack has its
 * own. */
void py_row_requires(const struct py_stack *s, struct arena *a, struct py_row *row);
