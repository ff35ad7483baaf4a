/* SPDX-License-Identifier: MIT
 *
 * What an evaluation has fetched, and asking for more: equal requests are answered once. */
#pragma once

#include "eval/eval_int.h"
#include "source/ladder.h"

/* Asks the ladder that the evaluation was given. shown names the input in errors, or is "". */
errint fetch_ask(struct eval *E, const struct bring *what, struct str shown, struct brought *out);
/* Does the reference name one tree for ever? */
struct locator;
bool fetch_ref_is_locked(const struct locator *r);
/* builtin_fetch_tree.c: fetchTree for inputs of flakes, with their whole history; and for what a
 * lock file says, whose other fields it returns. */
errint fetch_input_tree(struct eval *E, pos_t pos, struct value **args, struct value *out);
errint fetch_final_tree(struct eval *E, pos_t pos, struct value **args, struct value *out);
/* From now on what is below the store path is read at source. */
void fetch_mount(struct eval *E, struct str store_path, struct str source);
/* The store path that a pinned download has; *valid says whether it is there already. */
errint fetch_pinned_path(struct eval *E, struct str name, bool tree, const struct hash *h,
			 struct arena *a, struct str *out, bool *valid);
/* Fields of a set that describes what was fetched. */
void fetch_add_text(struct eval *E, struct attrs *a, const char *name, struct str text);
void fetch_add_number(struct eval *E, struct attrs *a, const char *name, uint64_t n);
/* The number of commits behind something fetched, counted when it is needed. */
struct value *fetch_rev_count(struct eval *E, struct str count_from);
