/* SPDX-License-Identifier: MIT
 *
 * Finding versions that fit: uv does it, until kiln's own resolver comes. It is the one that the
 * package set locks: on PATH, else in kiln's cache folder, else brought there like any wheel. Where
 * projects are looked for is what kiln itself would ask; uv's own configuration does not count. */
#pragma once

#include "project/session.h"
#include "py/lock_row.h"
#include "py/resolved.h"

/* What uv calls the requirements. */
#define RESOLVER_SELF "these-requirements"

struct resolution_request {
	const struct py_wants *wants;   /* with the words of the set that hold */
	const struct py_lock *set;      /* kiln's own, which names uv */
	const struct py_lock *known[2]; /* whose metadata nobody has to be asked for; or NULL */
	const struct py_lock *prefer[PY_STACK_MAX]; /* versions to keep, the first counts most */
	const struct py_names *free;                /* but not of these */
	const char *what;                           /* for people: whose requirements */
	struct str python;                          /* "3.13" */
	const struct marker_env *env;
};
/* ERR_NOT_FOUND and a reason in detail when nothing fits. Results live in the arena. */
ATTR_MUST_CHECK errint resolve_python(struct session *s, const struct resolution_request *r,
				      struct arena *a, struct py_releases *out, struct err *err);

/* The program, brought when it is nowhere. Lives in the arena. */
ATTR_MUST_CHECK errint resolver_find(struct session *s, const struct py_lock *set, struct arena *a,
				     const char **out, struct err *err);
/* Turns what uv wrote when it failed into an error. */
ATTR_MUST_CHECK errint resolver_failed(const struct resolution_request *r, struct str said,
				       struct err *err);
