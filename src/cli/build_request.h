/* SPDX-License-Identifier: MIT
 *
 * Building, as commands ask for it. */
#pragma once

#include "project/project.h"

struct build_request {
	struct build_options options;
	const char *link; /* or NULL: the command's own name for it */
	bool no_link, dry_run;
	bool repair; /* what is wanted, and what that needs */
};

/* Before evaluation: with repair its sources are compared with the store's copies and mended. */
void build_request_prepare(const struct build_request *r, struct session *s);
/* Builds, or with dry_run tells the plan on standard error. */
ATTR_MUST_CHECK errint build_request_run(const struct build_request *r, struct session *s,
					 const struct build_wanted *w, size_t n, struct err *err);
