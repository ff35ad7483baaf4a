/* SPDX-License-Identifier: MIT
 *
 * A project's recipes, evaluated, for whoever asks more of them than what they build. */
#pragma once

#include "project/project.h"

/* The recipes of a project, open for questions. */
struct recipes {
	struct evaluation e;
	struct eval_request request;
	char *dir; /* the project, its links resolved: as positions and the store name it; or NULL
		    */
	struct value *v; /* NULL without a project */
};
/* What a restricted evaluation of recipes may read goes into eval: the project and the set that it
 * is called with. Nothing without a project. */
ATTR_MUST_CHECK errint project_allow(const struct project_request *r, struct arena *a,
				     struct eval_request *eval, struct err *err);
/* Those of r->dir, which see of their project what git tracks; where that is NULL, the set alone.
 * out stays where it is, and is released also after a failure. */
ATTR_MUST_CHECK errint recipes_open(const struct project_request *r, struct arena *a,
				    struct recipes *out, struct err *err);
void recipes_release(struct recipes *v);
/* The recipe of that name; ERR_NOT_FOUND with 'did you mean' and what there is. or_package: there
 * is no package of that name either. */
ATTR_MUST_CHECK errint project_recipe(struct recipes *r, const char *name, bool or_package,
				      struct value **out, struct err *err);
