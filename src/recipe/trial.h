/* SPDX-License-Identifier: MIT
 *
 * A project's recipes as they would be with some edits: evaluated, nothing written to the store,
 * nothing remembered. */
#pragma once

#include "project/recipes.h"
#include "recipe/edit.h"
#include "store/derivation.h"

/* A derivation that was made on the way. */
struct trial_drv {
	struct str path;
	struct str *inputs; /* their .drv */
	size_t n_inputs;
	bool fixed;
	struct drv drv; /* of a fixed one: all of it */
};

struct trial {
	struct eval_trial watch; /* first */
	struct arena a;
	struct recipes recipes;
	struct eval_request request;
	struct set_pin pin;
	struct trial_drv *drvs; /* in the order in which they were made */
	size_t n_drvs, cap_drvs;
};

/* The files as f has them, with these edits of them. t stays where it is, and is released also
 * after a failure. */
ATTR_MUST_CHECK errint trial_open(struct trial *t, struct session *s, struct recipe_files *f,
				  const struct recipe_edit *edits, size_t n, struct err *err);
void trial_release(struct trial *t);

/* A recipe's attribute, evaluated; *out is NULL when it has none. */
ATTR_MUST_CHECK errint trial_attr(struct trial *t, const char *name, const char *attr,
				  struct value **out, struct err *err);
/* What an expression in which `set` is the package set says; false when it cannot be told. */
bool trial_ask_set(struct trial *t, const char *expr, struct value **out);
/* Is it a file of the project? */
bool trial_is_own(const struct trial *t, struct str path);
