/* SPDX-License-Identifier: MIT
 *
 * What placing and editing share. */
#pragma once

#include "eval/syntax.h"
#include "mend/mend.h"

/* The recipe that has this output, or NULL. */
const struct mend_recipe *mend_find(const struct mend *m, struct str path);
/* The last recipe on a finding's way; *next is the path behind it there, or "". */
const struct mend_recipe *mend_on_way(const struct mend *m, const struct audit_finding *f,
				      struct str *next);
/* "torch" of a store path "…-python3.13-torch-2.6.0". */
struct str mend_word(struct str path);
/* Do both mean one package? As Python's indices compare names. */
bool mend_same(struct arena *a, struct str x, struct str y);
/* The outermost binding of that name, or NULL. */
const struct syntax_binding *mend_binding(const struct syntax *s, const char *name);
