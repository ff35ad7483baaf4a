/* SPDX-License-Identifier: MIT
 *
 * A project: the folder that holds `.flox/pkgs` with its recipes. */
#pragma once

#include "cli/evaluate.h"

/* The project of a folder: itself or the nearest above that has .flox/pkgs. dir NULL is the working
 * folder. malloc'd; ERR_NOT_FOUND with the cure. */
ATTR_MUST_CHECK errint project_find(const char *dir, char **out, struct err *err);
/* All recipes as a set by name, on the request's package set. */
ATTR_MUST_CHECK errint project_recipes(struct evaluation *e, const char *project,
				       struct value **out, struct err *err);
/* The recipe of that name; ERR_NOT_FOUND with 'did you mean' and what there is. */
ATTR_MUST_CHECK errint project_recipe(struct evaluation *e, struct value *recipes, const char *name,
				      struct value **out, struct err *err);
