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
	struct recipes recipes;  /* dir NULL: there is no project */
	struct evaluation alone; /* then */
	struct evaluation *e;    /* the one of these that is open */
	struct value *set, *about;
};

/* A folder of the set, "python3.pkgs", as it is called in names. */
#define CATALOG_PYTHON "python3.pkgs"
/* Its value, NULL where the set has none. */
ATTR_MUST_CHECK errint catalog_python(struct catalog *c, struct value **out, struct err *err);
