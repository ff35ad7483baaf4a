/* SPDX-License-Identifier: MIT
 *
 * Files for CI services. All that they do is to call kiln: what is built, checked and released is
 * said in the project, and runs alike at home. */
#pragma once

#include "base/buf.h"
#include "release/gates.h"

struct ci_options {
	const char *runs_on;   /* label of the machines */
	const char *container; /* image with kiln in it, or NULL: kiln is on the machine */
};

struct ci_file {
	const char *path; /* below the repository's top */
	struct str text;
	bool program; /* it is executable */
};

/* GitHub's workflows, and the script that is all of it for others. In the arena. */
ATTR_MUST_CHECK errint ci_github(const struct release *r, const struct ci_options *o,
				 struct arena *a, struct ci_file **out, size_t *n, struct err *err);
ATTR_MUST_CHECK errint ci_script(const struct release *r, struct arena *a, struct ci_file **out,
				 size_t *n, struct err *err);
