/* SPDX-License-Identifier: MIT
 *
 * May a push go into a repository? For its pre-receive hook: tracks only go forward, and only with
 * evidence of their gates; tags stay what they are; evidence is only added to.
 *
 * Which branches are tracks, and what they need, says the kiln.toml that is there already, where it
 * names the branch; else the one that comes. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct push_line {
	struct str was, to; /* ids; of zeroes: not there, removed */
	struct str ref;
};

struct push_rules {
	const char *repo;  /* the git folder */
	struct str prefix; /* of the project within the repository: "" or "a/b/" */
	bool rollback;     /* a track may go back to a commit that leads to where it is */
};

struct push_refusal {
	struct str ref;
	struct str why; /* one line, or several */
};

/* Lines "OLD NEW REF", as git hands them to the hook. ERR_CORRUPT. */
ATTR_MUST_CHECK errint push_parse(struct str text, struct arena *a, struct push_line **out,
				  size_t *n, struct err *err);
/* What must not go in; none: all of it may. */
ATTR_MUST_CHECK errint push_check(const struct push_rules *rules, const struct push_line *v,
				  size_t n, struct arena *a, struct push_refusal **out,
				  size_t *n_out, struct err *err);
