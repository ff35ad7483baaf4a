/* SPDX-License-Identifier: MIT
 *
 * A project as a commit has it: written out beside everything, so that no work tree is touched. Its
 * folder is called as the project's own, since what is made of paths has their names; files are
 * what `git checkout` makes of them, submodules filled. */
#pragma once

#include "project/session.h"

struct project_revision {
	char *root; /* temporary, removed at the end; NULL: none */
	char *tree; /* the repository's files in it */
	char *dir;  /* the project in that */
	char commit[41];
};
void project_revision_release(struct project_revision *r);

/* rev: what git calls a commit, in the repository that the project's folder is in. ERR_NOT_FOUND
 * for no such one, and for one without the project. */
ATTR_MUST_CHECK errint project_revision_open(struct session *s, const char *project,
					     const char *rev, struct project_revision *out,
					     struct err *err);
