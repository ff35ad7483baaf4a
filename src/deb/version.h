/* SPDX-License-Identifier: MIT
 *
 * Debian version numbers, `[epoch:]upstream[-revision]`, and their order (deb-version(7)). */
#pragma once

#include "base/str.h"

/* Less than, equal to, greater than 0, for any two texts. */
int deb_version_cmp(struct str a, struct str b);

/* X(id, operator) */
#define DEB_RELATIONS(X) \
	X(LT, "<<")      \
	X(LE, "<=")      \
	X(EQ, "=")       \
	X(GE, ">=")      \
	X(GT, ">>")

enum deb_relation {
	DEB_REL_ANY, /* no version asked for */
#define X(id, op) DEB_REL_##id,
	DEB_RELATIONS(X)
#undef X
};

/* Takes an operator off the front of s; false when there is none. */
bool deb_relation_parse(struct str *s, enum deb_relation *out);
/* `have` rel `want` */
bool deb_version_satisfies(struct str have, enum deb_relation rel, struct str want);
