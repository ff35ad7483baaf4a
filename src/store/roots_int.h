/* SPDX-License-Identifier: MIT
 *
 * Gathering roots, for store_roots() and the collector. */
#pragma once

#include "store/store_int.h"

struct roots {
	struct store *s;
	struct arena *a; /* of the strings */
	struct root *v;
	size_t n, cap;
	bool drop_stale; /* remove links under gcroots/auto that lead nowhere */
};

void roots_release(struct roots *r);
void roots_add(struct roots *r, struct str link, struct str path);
ATTR_MUST_CHECK errint roots_add_target(struct roots *r, const char *link, struct str target,
					struct err *err);
/* By link, then by path, without doubles. */
void roots_sort(struct roots *r);

/* Is it a root of a process that has ended? */
bool held_is_stale(const char *link);
/* Links and files under gcroots and profiles. */
ATTR_MUST_CHECK errint roots_permanent(struct roots *r, struct err *err);
/* What processes of this machine use. */
ATTR_MUST_CHECK errint roots_running(struct roots *r, struct err *err);
/* The temporary roots of living processes, valid or not. */
ATTR_MUST_CHECK errint roots_temporary(struct roots *r, struct err *err);
