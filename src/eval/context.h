/* SPDX-License-Identifier: MIT
 *
 * The table of interned context elements; its users are in eval_int.h. */
#pragma once

struct contexts;

struct contexts *contexts_new(void);
void contexts_free(struct contexts *c);
