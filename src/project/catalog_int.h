/* SPDX-License-Identifier: MIT
 *
 * What the files of catalog.h share. */
#pragma once

#include "project/catalog.h"
#include "project/project_int.h"
#include "project/project_set.h"

struct catalog {
	struct project_request r;
	struct eval_request eval;
	struct set_pin pin;
	struct arena *a;
	struct recipes recipes;
	struct evaluation *e; /* theirs */
	struct value *set, *about;
};

/* The value of SET_PYTHON, NULL where the set has none. */
ATTR_MUST_CHECK errint catalog_python(struct catalog *c, struct value **out, struct err *err);
