/* SPDX-License-Identifier: MIT
 *
 * 'Did you mean': what a word that nobody knows may have meant. A word of other tools has its
 * meaning in synonyms.def; else a name that it begins, or that it is within, or one that is a slip
 * of the fingers away. Where nothing is near, nothing is said. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { SUGGESTIONS_MAX = 3 };

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
/* Hints what was found; false when nothing was. */
bool suggestion_hint(const struct suggestion *s, struct err *err);
/* Hints what other tools' word is here ("here it is 'kiln gc'"); with `within` only when that holds
 * it ("kiln store"). False when nothing is known. */
bool synonym_hint(struct str word, const char *within, struct err *err);
