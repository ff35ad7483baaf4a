/* SPDX-License-Identifier: MIT
 *
 * Licences as SPDX 2.3 spells them (its Annex D): identifiers of its list, and expressions of them
 * with AND, OR, WITH and '+'. Beside them the words that packages use instead. Text alone. */
#pragma once

#include "base/arena.h"

/* The listed licence or exception of that name in any case, as the list has it, or "". */
struct str spdx_id(struct str name);
struct str spdx_exception(struct str name);

/* An expression in its usual form: operators upper case, identifiers as listed, one blank between
 * words, no needless parentheses. "" when it is none, an identifier is not listed (LicenseRef-…
 * apart), or it nests too deep. */
struct str spdx_expression(struct arena *a, struct str text);
/* What is meant by what a package says of its licence: an expression, a name as people write it
 * ("Apache 2.0", "MIT License", "BSD (3-clause)"), or a classifier ("License :: OSI Approved ::
 * MIT License"). "" when that is not certain. */
struct str spdx_of_words(struct arena *a, struct str words);

/* May one do it with these licences alone? OR needs one side, AND both; 'X WITH Y' is allowed by
 * itself or by X, 'X+' and 'X-or-later' by themselves or by X-only. What is no expression is not
 * allowed. *which (may be NULL) gets the first licence that is in the way. */
bool spdx_allowed(struct arena *a, struct str expression, const struct str *allowed, size_t n,
		  struct str *which);
