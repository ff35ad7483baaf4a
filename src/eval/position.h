/* SPDX-License-Identifier: MIT
 *
 * The table of sources that positions refer to; its users are in eval_int.h and ast.h. */
#pragma once

#include "base/compiler.h"

struct sources;

struct sources *sources_new(void);
void sources_free(struct sources *s);
