/* SPDX-License-Identifier: MIT
 *
 * How the calls of eval.h are made; for the files that implement them. */
#pragma once

#include "eval/eval_int.h"

/* Runs fn on the big stack; a failure is laid out in err. */
errint api_run(struct eval *E, errint (*fn)(struct eval *E, void *ctx), void *ctx, struct err *err);
/* An absolute path, in the perm arena. NULL is the working folder. */
errint api_absolute(struct eval *E, const char *path, struct str *out, struct err *err);
/* A box that lives as long as the evaluator. */
struct value *api_box(struct eval *E, struct value v);
