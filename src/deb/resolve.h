/* SPDX-License-Identifier: MIT
 *
 * The closure of some packages within one suite. There is one version of everything, so resolving
 * is choosing among alternatives and providers: what `prefer` names, else the first alternative
 * that the suite has. Nothing depends on the order in which packages are visited. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct deb_index;
struct deb_package;

struct deb_names { /* sorted, unique */
	struct str *v;
	size_t n;
};

/* Left out: a dependency of which any alternative is among the names is not followed. */
struct deb_exclusion {
	struct deb_names of; /* whose dependencies; none: everybody's */
	struct deb_names names;
};

struct deb_request {
	struct str arch; /* "amd64" */
	struct deb_names roots;
	struct deb_names prefer;
	struct deb_exclusion *exclude;
	size_t n_exclude;
};

struct deb_chosen {
	const struct deb_package *package;
	struct deb_names deps; /* what fulfils its dependencies */
};

struct deb_closure {
	struct deb_chosen *v; /* sorted by name */
	size_t n;
};

/* ERR_NOT_FOUND names the package whose dependency nothing in the suite fulfils, or where several
 * packages provide it and `prefer` names none. */
ATTR_MUST_CHECK errint deb_resolve(struct arena *a, const struct deb_index *x,
				   const struct deb_request *q, struct deb_closure *out,
				   struct err *err);
/* Names being gathered: in any order, with repetitions. */
struct deb_name_list {
	struct str *v;
	size_t n, cap;
};
void deb_name_list_add(struct deb_name_list *l, struct str name);
/* Its names as a set, in the arena. */
struct deb_names deb_name_list_set(struct arena *a, const struct deb_name_list *l);
void deb_name_list_release(struct deb_name_list *l);

/* By bisection: names are sorted. */
bool deb_names_has(const struct deb_names *names, struct str name);
/* Sorts and drops what is there twice. */
void deb_names_sort(struct deb_names *names);
