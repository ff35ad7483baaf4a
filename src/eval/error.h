/* SPDX-License-Identifier: MIT
 *
 * How a failure leaves the evaluator. What makes one is in eval_int.h. */
#pragma once

#include "eval/eval_int.h"

/* Lays out message, place and trace as Nix 2.36 does, moves them into *out and forgets them. */
errint error_finish(struct eval *E, struct err *out);
