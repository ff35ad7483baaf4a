/* SPDX-License-Identifier: MIT
 *
 * Shared by signature.c and signature_tree.c. */
#pragma once

#include <sys/stat.h>
#include "memo/signature.h"

struct stamp stamp_of(const struct stat *st);
/* Is a ctime of that file system to be believed? path is on it. */
bool fs_trusted(struct inputs_check *c, uint64_t dev, const char *path);
/* Does it prove that nobody wrote to path since the notes were begun? */
bool stamp_proves(struct inputs_check *c, const struct stamp *before, const struct stamp *now,
		  const char *path);

/* Stamps of a tree's entries; without a filter they are found first. */
bool tree_stamp(struct arena *a, struct input *tree);
bool tree_matches(struct inputs_check *c, struct input *tree);
/* Sets why; returns false. */
ATTR_PRINTF(2, 3) bool differs(struct inputs_check *c, const char *fmt, ...);
