/* SPDX-License-Identifier: MIT
 *
 * What the files of python_lock.h share. */
#pragma once

#include "project/python_lock.h"

struct python_work {
	struct session *s;
	const struct python_request *r;
	struct arena *a;
	const char *file;              /* the lock, as people see it */
	const char *path;              /* and where it is */
	bool there;                    /* it was */
	bool mends;                    /* a lock that cannot be read is as good as none */
	struct py_lock own;            /* ours: own.tool, who finds versions */
	struct py_lock set, base, old; /* base: the project's, below a release's */
	struct py_lock tool;           /* of kiln's own set */
	struct py_wants wants;
	struct marker_env env[PY_MACHINES];
	struct py_stack below; /* without the lock itself */
	const char *what;      /* "requirements.txt": for people */
};

/* Finds versions and makes the rows of w->own: the steps between opening and writing. */
ATTR_MUST_CHECK errint python_make(struct python_work *w, struct python_locked *out,
				   struct err *err);
/* One lock with what lies beside it; *there tells whether it is. */
ATTR_MUST_CHECK errint python_read_lock(struct python_work *w, const char *path, const char *shown,
					bool *there, struct py_lock *out, struct err *err);
ATTR_MUST_CHECK errint python_read_about(struct python_work *w, const char *folder,
					 const char *name, struct py_lock *to, struct err *err);
/* kiln's own set's, into w->tool. */
ATTR_MUST_CHECK errint python_read_tool(struct python_work *w, struct err *err);
void python_set_env(struct python_work *w);
/* Reads all that there is: the locks, and what is wanted. */
ATTR_MUST_CHECK errint python_work_open(struct python_work *w, struct err *err);
/* The stack with that lock on top. */
struct py_stack python_stack(const struct python_work *w, const struct py_lock *top);
