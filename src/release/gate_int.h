/* SPDX-License-Identifier: MIT
 *
 * The inside of running gates: gate_run.c makes what all of them look at and signs what they find,
 * gate_kinds.c has what each kind does. */
#pragma once

#include "project/project.h"
#include "release/gates.h"

struct gate_run {
	struct release *r;
	const struct gate_request *q;
	struct arena *a;
	const char *top, *project; /* of the clean clone */
	struct gate_list gates;
	struct resolved_list found;
	struct product *products;
	size_t n_products;
	bool known; /* the closure's paths are all valid, and below is what they are */
	struct hash closure;
	size_t paths;
};

/* Finds the closure's hash of what is valid; ERR_NOT_FOUND with the cure where it is not built. */
ATTR_MUST_CHECK errint gate_find_closure(struct gate_run *g, struct err *err);

/* What a kind does: an error of code ERR_UNSUPPORTED, ERR_SYSTEM, ERR_INTERRUPTED or ERR_USAGE
 * means that it could not run, any other that it ran and failed. Members of a JSON object, with a
 * comma before each, go to details. */
typedef errint gate_fn(struct gate_run *g, const struct gate *gate, struct buf *details,
		       struct err *err);
/* ORDER gate_kind */
extern gate_fn *const gate_functions[];
