/* SPDX-License-Identifier: MIT
 *
 * Making the evaluator's heap and stack. */
#pragma once

#include "eval/eval_int.h"

void heap_init(struct eval *E);
void heap_release(struct eval *E);
/* Runs fn on the evaluator's own stack, or right here when that is where we are. */
errint on_stack(struct eval *E, errint (*fn)(struct eval *E, void *ctx), void *ctx);
void stack_release(struct eval *E);
