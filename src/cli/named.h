/* SPDX-License-Identifier: MIT
 *
 * What a word of a command line names in the store: a store path, a link to one, a path within one,
 * a recipe of the project around, or a package of the set. */
#pragma once

#include "base/arena.h"
#include "cli/cli.h"
#include "project/project.h"

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
/* What a recipe of the project around makes in one of its releases: ERR_NOT_FOUND, with the cure,
 * when that is not valid. */
ATTR_MUST_CHECK errint named_release(struct cli *cli, const char *recipe, const char *release,
				     struct str *out, struct err *err);
/* The same as named_path() with what stands behind it: "/bin/x" of result/bin/x, "" of a recipe.
 * That it is there is not looked at. */
ATTR_MUST_CHECK errint named_place(struct cli *cli, const char *word, struct str *top,
				   struct str *rest, struct err *err);
/* Is it spelled as a path, or is there a link of that name? */
bool named_is_path(const char *word);
struct named_products {
	struct product *v; /* in the command's arena */
	size_t n;
	struct resolved_list found; /* what they are of */
};
void named_products_release(struct named_products *p);
/* What words name, recipes or paths, as what building them gives; no words: every recipe of the
 * project (NULL: that around). *out is released also after a failure. */
ATTR_MUST_CHECK errint named_products(struct cli *cli, const char *project,
				      const struct option_list *words, struct named_products *out,
				      struct err *err);
