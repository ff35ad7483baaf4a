/* SPDX-License-Identifier: MIT
 *
 * A derivation as an evaluation names it: where it was found, its .drv, and what of it is wanted.
 * What evaluates, what keeps an evaluation and what builds meet in it. */
#pragma once

#include "base/arena.h"

struct drv_ref {
	struct str attr;   /* attribute path below what was asked for, "" for that itself */
	struct str name;   /* its `name` */
	struct str system; /* its `system`, or "unknown" */
	struct str drv_path;
	struct str output;   /* outputName */
	struct str out_path; /* outPath */
	struct str *outputs; /* names to install: meta.outputsToInstall, or the selected output */
	size_t n_outputs;
};

/* Copies its texts into the arena. */
void drv_ref_own(struct arena *a, struct drv_ref *d);
