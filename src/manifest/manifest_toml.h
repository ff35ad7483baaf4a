/* SPDX-License-Identifier: MIT
 *
 * A manifest as a file again, for what no file has: one that was merged. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct manifest;

/* Appends it, without comments: packages as dotted keys, the rest as tables with headers. */
ATTR_MUST_CHECK errint manifest_put_toml(struct buf *out, const struct manifest *m,
					 struct err *err);
