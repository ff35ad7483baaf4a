/* SPDX-License-Identifier: MIT
 *
 * What kiln audit does with a project's recipes: it tells where findings are to be mended, and
 * mends what is certain. */
#pragma once

#include "cli/cli.h"
#include "mend/mend.h"

struct audit_mend {
	const char *project; /* NULL: nothing is done */
	bool fix, dry_run;
	bool open, tried;
	struct mend m;
	struct recipe_files files;
	size_t n; /* edits so far */
};
void audit_mend_release(struct audit_mend *am);
/* Tells where the findings are, and edits, in memory, when it is to fix. A project whose recipes
 * do not evaluate has no places; fixing fails then. */
ATTR_MUST_CHECK errint audit_mend_places(struct cli *cli, struct audit_mend *am,
					 struct audit_findings *f, struct err *err);
/* What of them is certain; before anything is printed. */
ATTR_MUST_CHECK errint audit_mend_fix(struct audit_mend *am, const struct audit_findings *f,
				      struct err *err);
/* Shows the edits, and writes them. */
ATTR_MUST_CHECK errint audit_mend_finish(struct audit_mend *am, struct err *err);
