/* SPDX-License-Identifier: MIT
 *
 * Building derivations that a command found, and the result links for them. */
#pragma once

#include "cli/evaluate.h"

struct result {
	const struct drv_ref *drv;
	const char *link; /* where the link of output `out` goes, or NULL for none */
	/* filled by results_build(): the paths of drv->outputs, in their order */
	struct str *paths;
};

/* Builds every derivation's outputs and makes the links (each a root): `link` for the first, and
 * `link-<output>` for others. With dry_run only the plan is told, and paths stay NULL. */
ATTR_MUST_CHECK errint results_build(struct cli *cli, struct arena *a, struct result *v, size_t n,
				     struct build_request *r, struct err *err);
