/* SPDX-License-Identifier: MIT
 *
 * What the files of project.h share. */
#pragma once

#include "base/report.h"
#include "project/recipes.h"

/* Appends what a call of a set needs in pure evaluation, where it cannot find out: `system = …;`.
 */
ATTR_MUST_CHECK errint project_put_system(struct evaluation *e, struct buf *b, struct err *err);

/* All recipes as a set by name, on the request's package set. */
ATTR_MUST_CHECK errint project_recipes(struct evaluation *e, const char *project,
				       struct value **out, struct err *err);
/* The set that recipes are called with; project NULL: without a project's locks. */
ATTR_MUST_CHECK errint project_set(struct evaluation *e, const char *project, struct value **out,
				   struct err *err);
/* The package at an attribute path of that set which no recipe has as its name; that it is taken is
 * told. *out NULL where there is none, or a recipe. */
ATTR_MUST_CHECK errint project_package(struct recipes *r, struct arena *a, const char *name,
				       struct value **out, struct err *err);

/* A folder of the set, as it is called in names. */
#define SET_PYTHON "python3.pkgs"
/* Adds to `why`, that nothing is called so, what may be meant, or what the set says of the name. */
ATTR_MUST_CHECK errint project_unknown(struct recipes *r, struct arena *a, struct value *set,
				       const char *name, struct err *why, struct err *err);

/* What checks a recipe, of which there may be nothing. A place in out may be a set of derivations.
 */
enum { PROJECT_CHECKS_MAX = 3 };
ATTR_MUST_CHECK errint project_checks(const struct recipes *r, const char *name,
				      struct value *recipe, struct value *out[PROJECT_CHECKS_MAX],
				      size_t *n, struct err *err);
/* ERR_NOT_FOUND, with how a recipe gets a check. */
errint project_no_checks(struct err *err);
/* NAME when name is NAME-check, of which there is no recipe but of NAME; else NULL. */
const char *project_checked_name(struct arena *a, const struct recipes *r, const char *name);

/* Warns of attributes of a recipe's derivation, and of its meta, that are hardly meant as they are
 * spelt. The warning is kept with the inputs. */
ATTR_MUST_CHECK errint project_warn_misspelt(struct evaluation *e, struct value *v,
					     const char *recipe, struct err *err);

/* Appends nothing but what evaluation finds; r->eval->inputs, if any, is told what that depends on.
 */
ATTR_MUST_CHECK errint project_evaluate(const struct project_request *r, const struct asked *v,
					size_t n, struct arena *a, struct resolved_list *out,
					struct err *err);
/* What is remembered and still fits, or what is evaluated and then kept. how is how loudly it is
 * told which. */
ATTR_MUST_CHECK errint project_recall(const struct project_request *r, const struct asked *v,
				      size_t n, enum report_level how, struct arena *a,
				      struct resolved_list *out, struct err *err);
/* A new element, zeroed. */
struct resolved *resolved_add(struct resolved_list *l, enum asked_kind kind, struct str label);
enum { PROGRAM_IDENTITY_MAX = 160 };
/* Names this very program: another kiln may find something else, even one of the same version.
 * Returns out. */
const char *project_program_identity(char out[PROGRAM_IDENTITY_MAX]);
