/* SPDX-License-Identifier: MIT
 *
 * What kiln check says of its results. */
#pragma once

#include "project/project.h"

/* Whether what a check makes is there. */
ATTR_MUST_CHECK errint check_passed(struct session *s, const struct product *p, bool *out,
				    struct err *err);
/* A line for each check: whether it passed. */
ATTR_MUST_CHECK errint check_report(struct session *s, const struct product *v, size_t n,
				    struct err *err);
/* Adds to the failure which recipe lacks the module that a check missed, and the line of it that
 * says what the recipe depends on. project may be NULL. */
void check_report_failed(struct session *s, const char *project, const struct product *v, size_t n,
			 struct err *err);
