/* SPDX-License-Identifier: MIT
 *
 * How a failure leaves the evaluator. What makes one is in eval_int.h. */
#pragma once

#include "eval/eval_int.h"

/* Lays out message, place and trace as Nix 2.36 does, moves them into *out and forgets them. */
errint error_finish(struct eval *E, struct err *out);
/* Are failures told in short, as whoever writes recipes needs them? */
bool error_is_brief(const struct eval *E);
/* Is the file one of the project's, and none of its package set? */
bool error_is_of_project(const struct eval *E, struct str file);
bool error_pos_is_of_project(struct eval *E, pos_t pos);
/* The failure under way in short: its message, and below it the place in the project. Hints within
 * the message become the error's. */
void error_brief(struct eval *E, struct buf *msg, struct buf *detail);
/* Cures of the failure under way: of a name that nobody has, and of a value that is no text. */
void error_cure_undefined(struct eval *E, pos_t pos, struct str name);
/* Of a path in the project at which nothing is. */
void error_cure_path(struct eval *E, struct str path);
void error_cure_text(struct eval *E, struct value *v);
/* A warning about a place, in the same layout: "… <doing>" (may be NULL), then the text. */
ATTR_PRINTF(4, 5)
void error_warn(struct eval *E, pos_t pos, const char *doing, const char *fmt, ...);
