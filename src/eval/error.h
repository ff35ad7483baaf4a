/* SPDX-License-Identifier: MIT
 *
 * How a failure leaves the evaluator. What makes one is in eval_int.h. */
#pragma once

#include "eval/eval_int.h"

/* Lays out message, place and trace as Nix 2.36 does, moves them into *out and forgets them. */
errint error_finish(struct eval *E, struct err *out);
/* A warning about a place, in the same layout: "… <doing>" (may be NULL), then the text. */
ATTR_PRINTF(4, 5)
void error_warn(struct eval *E, pos_t pos, const char *doing, const char *fmt, ...);
