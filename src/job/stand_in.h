/* SPDX-License-Identifier: MIT
 *
 * Outputs that are valid already, made again without a sandbox. What is there must not go before it
 * is known what comes, so the builder is told other paths, of the same length, which stand in for
 * the outputs; in what came, the outputs' own take their place again. */
#pragma once

#include "store/derivation.h"

/* The derivation as its builder is told it: other output paths, here and in every text. */
void stand_in_drv(struct arena *a, const struct drv *d, struct drv *out);
/* Copies the tree at `from`, which was made for `told`, to `to` as if made for `d`. A file at temp
 * is made, and removed. Nothing at `from` is no error: then there is nothing at `to`. */
ATTR_MUST_CHECK errint stand_in_take(const struct drv *d, const struct drv *told, const char *from,
				     const char *to, const char *temp, struct err *err);
