/* SPDX-License-Identifier: MIT
 *
 * What a manifest's `version` allows: "1.2", "1.2.x", "^1.2.3", "~1.2", ">=1.2 <2", "=1.2.3 ||
 * >=3". A bare version allows all that begin with it, part by part; "" and "*" allow all. */
#pragma once

#include "base/str.h"
#include "base/err.h"

/* ERR_USAGE for a text that is none. */
ATTR_MUST_CHECK errint version_range_has(struct str range, struct str version, bool *out,
					 struct err *err);
