/* SPDX-License-Identifier: MIT
 *
 * The libraries of one torch: which names they have, and what they are called. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct torch_libraries;

/* Opens what is in <module>/lib and the modules beside it, real paths. */
ATTR_MUST_CHECK errint torch_open(const char *module, struct torch_libraries **out,
				  struct err *err);
void torch_close(struct torch_libraries *t);
void torch_cleanup(struct torch_libraries **t);
ATTR_MUST_CHECK errint torch_has(struct torch_libraries *t, struct str symbol, bool *out,
				 struct err *err);
/* Is a library of this soname there? */
bool torch_has_library(const struct torch_libraries *t, struct str soname);
