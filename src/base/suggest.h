/* SPDX-License-Identifier: MIT
 *
 * 'Did you mean': what a word that nobody knows may have meant: a name that it begins, or that it
 * is within, or one that is a slip of the fingers away. Where nothing is near, nothing is said. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { SUGGESTIONS_MAX = 3 };

/* How near, the nearest first; from NEAR_SLIPS on one more for each letter. */
enum { NEAR_SLIP = 1, NEAR_BEGIN, NEAR_WITHIN, NEAR_SLIPS };
/* 0: not near. */
unsigned suggestion_rank(struct str word, struct str name);

struct suggestion {
	struct str word;
	bool slips_only; /* of names offered while it is set no parts count: too many share words */
	unsigned rank;   /* of those found; smaller is nearer, 0: none yet */
	struct str near[SUGGESTIONS_MAX];
	size_t n;
};

/* Nothing found yet. The word must outlive the suggestion. */
struct suggestion suggestion_for(struct str word);
/* Weighs a name; it must outlive the suggestion. */
void suggestion_offer(struct suggestion *s, struct str name);
/* The same of a name that is suggested in other words, its whole path say; they must outlive it,
 * too. */
void suggestion_offer_as(struct suggestion *s, struct str name, struct str shown);
/* Hints what was found; false when nothing was. */
bool suggestion_hint(const struct suggestion *s, struct err *err);
