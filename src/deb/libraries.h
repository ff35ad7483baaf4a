/* SPDX-License-Identifier: MIT
 *
 * Which folder provides a library: file names of library folders, sorted once, so that resolving
 * every NEEDED of a big package stays a matter of binary searches. What counts is what the dynamic
 * linker would open: the name in the folder, not the object's SONAME. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct libraries {
	struct library_entry {
		struct str name;   /* "libz.so.1" */
		struct str folder; /* absolute */
		size_t rank;       /* of the folder: lower ones come first */
	} * v;
	size_t n, cap;
	size_t n_folders;
};

void libraries_release(struct libraries *l);
/* Adds the names in a folder that look like libraries; an absent folder is fine. */
ATTR_MUST_CHECK errint libraries_add(struct libraries *l, struct arena *a, struct str folder,
				     struct err *err);
/* Adds one name; folder is borrowed for good. */
void libraries_put(struct libraries *l, struct str name, struct str folder, size_t rank);
/* After the last addition, before the first search. */
void libraries_sort(struct libraries *l);
/* The folder with this name: `prefer` if it has it, else the one of lowest rank; false when none.
 */
bool libraries_find(const struct libraries *l, struct str name, struct str prefer, struct str *out);
/* A name that the dynamic linker may look for: "….so" or "….so.…". */
bool library_name(struct str name);
