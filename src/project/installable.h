/* SPDX-License-Identifier: MIT
 *
 * What the `nix` commands take as operands: attribute paths of --file or --expr, or a flake's
 * outputs, `.#name`. */
#pragma once

#include "project/evaluation.h"

struct installables {
	const char *file, *expr; /* one of them, or neither: flakes */
	bool develop;            /* flakes are asked for shells first */
	struct value *top;       /* what they evaluate to, once asked for */
};

/* The reference of a flake that an operand names by a folder ("./sub", "."), which may be any below
 * the flake's own; malloc'd. Other references come back as they are. */
ATTR_MUST_CHECK errint flake_of_folder(struct str ref, char **out, struct err *err);
/* The operand's value. Flakes are asked for `packages` and the like first. */
ATTR_MUST_CHECK errint installable_value(struct evaluation *e, struct installables *i,
					 const char *operand, struct value **out, struct err *err);
/* Takes the names behind '^' or '!' off an operand ("x.drv^out,dev", "x.drv!out"; '*' is all):
 * false, with none, when there are none. */
bool installable_outputs(struct arena *a, const char *operand, const char **plain,
			 struct str **outputs, size_t *n);
/* The attribute at a path, with quotes where a name has dots; *out is NULL where one is missing. */
ATTR_MUST_CHECK errint installable_walk(struct evaluation *e, struct value *v, struct str path,
					struct value **out, struct err *err);
