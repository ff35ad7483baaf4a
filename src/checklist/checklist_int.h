/* SPDX-License-Identifier: MIT
 *
 * The points, inside: each is a function that adds what it finds. */
#pragma once

#include "checklist/checklist.h"
#include "recipe/source.h"

struct listing {
	const struct checklist_request *r;
	struct arena *a;
	struct checklist *out;
	struct recipe_files files;
	struct trial trial;
	struct recipe_list recipes;
};

/* Adds a finding; cure may be NULL, file "" and line 0. */
ATTR_PRINTF(6, 7)
void listing_add(struct listing *l, enum checklist_point p, struct str file, unsigned line,
		 const char *cure, const char *fmt, ...);
/* Is the recipe one of those that are asked about? */
bool listing_wants(const struct listing *l, struct str recipe);
/* A recipe's file below the project. */
struct str listing_file(struct listing *l, struct str recipe);
/* The line of the text, from 1, that `at` is in. */
unsigned line_of(struct str text, size_t at);

ATTR_MUST_CHECK errint list_sources(struct listing *l, struct err *err);
ATTR_MUST_CHECK errint list_dependencies(struct listing *l, struct err *err);
ATTR_MUST_CHECK errint list_texts(struct listing *l, struct err *err);
ATTR_MUST_CHECK errint list_platforms(struct listing *l, struct err *err);
ATTR_MUST_CHECK errint list_sandbox(struct listing *l, struct err *err);
ATTR_MUST_CHECK errint list_repository(struct listing *l, struct err *err);
ATTR_MUST_CHECK errint list_vendored(struct listing *l, struct err *err);
