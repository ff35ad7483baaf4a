/* SPDX-License-Identifier: MIT
 *
 * Python versions by PEP 440 ("Version Identification and Dependency Specification"):
 *
 *	[N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local]
 *
 * with the spellings of its appendix. Numbers have at most 18 digits. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

enum pep440_pre {
	PEP440_ALPHA,
	PEP440_BETA,
	PEP440_RC,
};

struct pep440_local {
	bool number;
	uint64_t n;      /* of a number */
	struct str text; /* of a word, lower case */
};

struct pep440 {
	uint64_t epoch;
	uint64_t *release;
	size_t n_release;
	bool has_pre, has_post, has_dev;
	enum pep440_pre pre_kind;
	uint64_t pre, post, dev;
	struct pep440_local *local;
	size_t n_local;
};

/* Arrays live in the arena. Blanks around the version are no part of it. */
ATTR_MUST_CHECK errint pep440_parse(struct arena *a, struct str s, struct pep440 *out,
				    struct err *err);
/* The order of PEP 440: below, at or above 0. */
int pep440_cmp(const struct pep440 *a, const struct pep440 *b);
/* Epoch and release compared alone, and the first n parts of it for `==1.2.*`. */
int pep440_cmp_release(const struct pep440 *a, const struct pep440 *b);
bool pep440_has_prefix(const struct pep440 *v, const struct pep440 *prefix);
/* A pre-release or a developmental release. */
bool pep440_is_pre(const struct pep440 *v);
/* Appends the normal form. */
void pep440_print(const struct pep440 *v, struct buf *out);
