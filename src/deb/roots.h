/* SPDX-License-Identifier: MIT
 *
 * roots.control: what a lock is made of. Its first paragraph names the suite; it and every later
 * one has roots, preferences and what is left out, so that each family of packages has its own.
 * The form is told in kiln-debian-lock(5) and drawn in pkgs/debian/roots.control. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "deb/resolve.h"

struct deb_part {                       /* a paragraph */
	struct deb_names architectures; /* none: all */
	struct deb_names roots, prefer;
	struct deb_exclusion exclude;
};

/* Slices borrow from the text. */
struct deb_roots {
	struct str suite;
	struct deb_names pockets; /* "updates" is the suite's NAME-updates */
	struct deb_names components, architectures;
	struct deb_part *parts;
	size_t n_parts;
};

/* ERR_CORRUPT with file and line: a field that nothing reads, a paragraph that says nothing, or no
 * root at all. name is the file in messages. */
ATTR_MUST_CHECK errint deb_roots_parse(struct arena *a, struct str text, const char *name,
				       struct deb_roots *out, struct err *err);
/* What the paragraphs ask for on one architecture, together. */
void deb_roots_request(struct arena *a, const struct deb_roots *r, struct str arch,
		       struct deb_request *out);
