/* SPDX-License-Identifier: MIT
 *
 * Libraries loaded on first use, so that a command that needs none of them starts without them.
 * A table of function pointers is declared by an X-macro from the library's own header, so that
 * every call is checked against the real prototype. */
#pragma once

#include <pthread.h>

#include "base/err.h"

struct dl_symbol {
	const char *name;
	size_t offset; /* of its pointer in the table */
};

/* Opens the library and fills table, or leaves it untouched. package names what brings it, for
 * the hint. The library stays loaded. */
ATTR_MUST_CHECK errint dl_load(const char *soname, const char *package, const struct dl_symbol *v,
			       size_t n, void *table, struct err *err);

/* A table that the first who needs it fills; static, begins as DL_ONCE. */
struct dl_once {
	pthread_mutex_t lock;
	bool done;
};
#define DL_ONCE                                   \
	{                                         \
		.lock = PTHREAD_MUTEX_INITIALIZER \
	}
/* Calls load unless it succeeded before; threads wait for each other. */
ATTR_MUST_CHECK errint dl_load_once(struct dl_once *once,
				    errint (*load)(void *table, struct err *err), void *table,
				    struct err *err);
