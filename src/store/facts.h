/* SPDX-License-Identifier: MIT
 *
 * Facts: what a check found out about a package, as `nix-support/facts.json` of the check's result
 * or of the package itself. A JSON document of whatever names and values the check chose; here
 * they are only found and compared. */
#pragma once

#include "store/store.h"

/* A package of a closure and the facts that are known of it. */
struct facts {
	struct str package; /* name without version */
	struct str path;    /* of the package */
	struct str text;    /* JSON; "" when there are none */
};

/* Of every package of the closure, sorted by name and path: its own facts, else those of the
 * newest check (a valid path called NAME-…check that refers to it) that left some. All of it lives
 * in the arena. */
ATTR_MUST_CHECK errint facts_of_closure(struct store *s, struct arena *a, struct str top,
					struct facts **out, size_t *n, struct err *err);

struct fact_change {
	struct str package;
	const struct str *key; /* names of members, from the outside in */
	size_t n_key;          /* 0: one side's facts as a whole are not known */
	struct str before;     /* JSON of the value; "" where there is none */
	struct str after;
};

/* Compares what two closures' packages of the same names have. A member that came or went is one
 * change, whatever is in it; of arrays, the items that came and went, each with the array's key.
 * Packages that only one closure has are left to closure_diff(). Sorted by package and key; in the
 * arena. ERR_CORRUPT names the path whose facts are no JSON. */
ATTR_MUST_CHECK errint facts_diff(struct store *s, struct arena *a, struct str before,
				  struct str after, struct fact_change **out, size_t *n,
				  struct err *err);
