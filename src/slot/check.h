/* SPDX-License-Identifier: MIT
 *
 * Do the slots of a result fit it? Judged by what files say, metadata and symbols, never by equal
 * version numbers; nothing is run. */
#pragma once

#include "slot/closure.h"
#include "slot/filling.h"

struct driver;

/* One thing that is wrong, or worth knowing: what, and what helps. */
struct slot_finding {
	bool fatal;
	const char *text;
	const char *cure; /* or NULL */
};
/* The array is malloc'd, strings live in the case's arena. */
struct slot_findings {
	struct slot_finding *v;
	size_t n, cap;
};
void findings_release(struct slot_findings *f);
/* How many are fatal. */
size_t findings_fatal(const struct slot_findings *f);

struct slot_case {
	struct store *store;
	struct arena *a;
	const struct slot_list *list;
	const struct slot_closure *closure;
	const struct filling *fillings;
	size_t n_fillings;
	const struct driver *driver; /* or NULL: not looked at */
	/* folders that Python's path has besides: of PYTHONPATH, a virtual environment, the user */
	const struct str *beside;
	size_t n_beside;
	struct slot_findings *out;
};

/* All of it, in this order. */
ATTR_MUST_CHECK errint slot_check(const struct slot_case *c, struct err *err);
/* The findings as one error: the first line names the result, a line for each, then the cures. */
ATTR_COLD errint findings_error(const struct slot_findings *f, struct str result, struct err *err);

/* The steps. One torch: none slipped into the closure, every project once, none beside. */
ATTR_MUST_CHECK errint slot_check_copies(const struct slot_case *c, struct err *err);
/* The interpreter and the ABI of native modules. */
void slot_check_python(const struct slot_case *c);
/* What the fillings and the closure ask for, by metadata. */
ATTR_MUST_CHECK errint slot_check_metadata(const struct slot_case *c, struct err *err);
/* What native modules want, against torch's libraries and CUDA's. */
ATTR_MUST_CHECK errint slot_check_natives(const struct slot_case *c, struct err *err);
/* The GPU, its driver and what torch was built for. */
void slot_check_driver(const struct slot_case *c);

/* Adds one; the texts live in the arena. cure may be NULL. */
ATTR_PRINTF(4, 5)
void finding_add(const struct slot_case *c, bool fatal, const char *cure, const char *fmt, ...);
/* Is that project in one of the fillings? */
const struct dist *slot_case_find(const struct slot_case *c, struct str project);
/* The filling that has torch, or NULL. */
const struct filling *slot_case_torch(const struct slot_case *c);
