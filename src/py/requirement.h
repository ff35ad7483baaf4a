/* SPDX-License-Identifier: MIT
 *
 * Requirements by PEP 508: `name [extra, …] (specifiers | @ address) ; marker`, and project names
 * by PEP 503. */
#pragma once

#include "py/marker.h"
#include "py/specifier.h"

struct requirement {
	struct str name; /* as written */
	struct str *extras;
	size_t n_extras;
	struct specifier_set versions;
	struct str address;    /* behind '@', or "" */
	struct marker *marker; /* or NULL */
};

/* Everything lives in the arena. */
ATTR_MUST_CHECK errint requirement_parse(struct arena *a, struct str s, struct requirement *out,
					 struct err *err);
/* A name in its PEP 503 form: lower case, runs of -, _ and . are one dash. */
struct str pep503_name(struct arena *a, struct str name);
/* Letters, digits, and inside also - _ and . */
bool pep508_name_is(struct str name);
