/* SPDX-License-Identifier: MIT
 *
 * The names that every program starts with: the builtins, and the sets `builtins` and what is
 * defined in Nix itself (`derivation`). */
#pragma once

#include "eval/eval_int.h"

struct builtins;

/* Names are known at once; values are made when they are first asked for. */
struct builtins *base_env_new(struct eval *E);
void base_env_free(struct builtins *b);
/* The value of a name, shared, or NULL. */
struct value *base_env_find(struct eval *E, sym_t sym);
/* Names in scope, for completion: calls each for every one. */
void base_env_names(struct eval *E, void (*each)(void *ctx, sym_t sym), void *ctx);
