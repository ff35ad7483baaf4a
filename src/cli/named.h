/* SPDX-License-Identifier: MIT
 *
 * What a word of a command line names in the store: a store path, a link to one, a path within one,
 * a recipe of the project around, or a package of the set. */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"

enum named_kind { NAMED_PATH, NAMED_RECIPE, NAMED_PACKAGE };

struct named {
	struct str path; /* store path; of a derivation its first output, valid or not */
	struct str drv;  /* "" of a path */
	enum named_kind kind;
};

/* ERR_NOT_FOUND when it names nothing. A recipe is evaluated, or looked up among kept evaluations.
 */
ATTR_MUST_CHECK errint named_find(struct cli *cli, const char *word, struct named *out,
				  struct err *err);
/* A store path alone: ERR_NOT_FOUND when it, or what a recipe would make, is not valid. */
ATTR_MUST_CHECK errint named_path(struct cli *cli, const char *word, struct str *out,
				  struct err *err);
/* The same with what stands behind it: "/bin/x" of result/bin/x, "" of a recipe. That it is there
 * is not looked at. */
ATTR_MUST_CHECK errint named_place(struct cli *cli, const char *word, struct str *top,
				   struct str *rest, struct err *err);
/* Is it spelled as a path, or is there a link of that name? */
bool named_is_path(const char *word);
