/* SPDX-License-Identifier: MIT
 *
 * Version specifiers by PEP 440: `>=1.2, !=1.5.*, <2`. A set holds when each of its clauses does;
 * an empty set holds for every version. Pre-releases are versions like others here: whether one
 * may be chosen is a question for who chooses, not for who checks what is installed. */
#pragma once

#include "py/version.h"

enum specifier_op {
	SPECIFIER_COMPATIBLE, /* ~= */
	SPECIFIER_EQ,
	SPECIFIER_NE,
	SPECIFIER_LE,
	SPECIFIER_GE,
	SPECIFIER_LT,
	SPECIFIER_GT,
	SPECIFIER_ARBITRARY, /* ===, by text */
};

struct specifier {
	enum specifier_op op;
	bool prefix;           /* `.*` behind == or != */
	struct pep440 version; /* unset for === */
	struct str text;       /* the version as written */
};

struct specifier_set {
	struct specifier *v;
	size_t n;
};

/* The operator at the head of s, longest first; *rest is what follows it. False without one. */
bool specifier_op_take(struct str s, enum specifier_op *op, struct str *rest);
/* One clause: operator and version. Arrays and text live in the arena. */
ATTR_MUST_CHECK errint specifier_parse(struct arena *a, struct str s, struct specifier *out,
				       struct err *err);
/* Clauses parted by commas; s may be empty. */
ATTR_MUST_CHECK errint specifier_set_parse(struct arena *a, struct str s, struct specifier_set *out,
					   struct err *err);
bool specifier_contains(const struct specifier *s, const struct pep440 *v);
bool specifier_set_contains(const struct specifier_set *s, const struct pep440 *v);
