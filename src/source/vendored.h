/* SPDX-License-Identifier: MIT
 *
 * Folders of vendored files, and what is looked up in them: by its hash, where the folder's
 * sources.json knows it, and by its name. Read once, when a source is first looked for. */
#pragma once

#include "source/sources_file.h"

struct report;
struct vendored;

struct vendored *vendored_new(struct report *report);
void vendored_free(struct vendored *v);
/* One more folder, behind the others; named twice it is one. It need not exist. */
void vendored_add(struct vendored *v, const char *dir);
size_t vendored_count(const struct vendored *v);
const char *vendored_dir(const struct vendored *v, size_t i);

/* What the i-th folder's sources.json has of this hash, recursive or not, and where its file is
 * (malloc'd). NULL when it has none. */
const struct source_entry *vendored_find(struct vendored *v, size_t i, const struct hash *h,
					 bool recursive, char **path);
/* The entry of what evaluation fetches, by its text as locator_print() has it. */
const struct source_entry *vendored_find_input(struct vendored *v, size_t i, struct str input,
					       char **path);
/* A pointer of Git LFS stands for a file that was never fetched. */
bool vendored_is_lfs_pointer(const char *path);
