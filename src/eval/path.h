/* SPDX-License-Identifier: MIT
 *
 * The table behind files and paths of one evaluation; its users are in eval_int.h. */
#pragma once

#include "eval/eval_int.h"
#include "store/path_map.h"

/* Files that are part of the evaluator: <nix/…>. */
#define INTERNAL_DIR "/__kiln_internal"

/* What restricted modes may read: all below these, and the names of the folders that lead to them.
 * Empty where everything is allowed. */
struct access {
	struct path_map below, on_the_way;
};

struct paths {
	struct access access;
	struct path_map warned;  /* search path entries that were told to be missing */
	struct path_map files;   /* resolved path: the box of its value */
	struct path_map imports; /* path as given to import, canonical: import.c's own */
	struct path_map plain;   /* folders on the way to what was read that are no links */
	struct path_map copies;  /* path: a struct str *, its copy in the store */
	size_t n_files;
};

struct paths *paths_new(struct eval *E);
void paths_free(struct paths *p);
/* access.c */
void access_init(struct eval *E);
void access_release(struct access *a);
/* Is path dir, or below it? Canonical paths. */
bool path_is_below(struct str path, struct str dir);
/* Follows symlinks in all components, or in all but the last. What does not exist stays. */
errint path_resolve(struct eval *E, pos_t pos, struct str path, bool last, struct str *out);
/* "path '…' does not exist", with the cure of a recipe's. */
ATTR_COLD errint path_absent(struct eval *E, struct str path);
/* The text of a symlink. */
errint path_target(struct eval *E, pos_t pos, struct str path, struct str *out);
/* `prefix=path` entries. */
void search_path_split(struct str entry, struct str *prefix, struct str *path);
