/* SPDX-License-Identifier: MIT
 *
 * Slots on a command line: `torch=cpu`, `torch=/nix/store/…`, `torch=./venv`. */
#pragma once

#include "cli/evaluate.h"

/* The attribute path of a filling in kiln's set. A filling that is a path is ERR_USAGE here. */
ATTR_MUST_CHECK errint slot_attr(struct arena *a, const char *text, const char **out,
				 struct err *err);
struct filling {
	const char *slot;
	struct str *folders; /* site-packages as the program will see them */
	size_t n;
};
/* Fills a slot: builds the named filling, or finds the site-packages of a path. */
ATTR_MUST_CHECK errint slot_fill(struct cli *cli, struct arena *a, const char *text,
				 struct filling *out, struct err *err);
