/* SPDX-License-Identifier: MIT
 *
 * Where a file of a Debian package goes in a store path: the merged /usr flattened, multiarch
 *folders dissolved. Longest prefix wins; a package's own `layout` rules come before the table.
 *
 *	usr/bin usr/sbin bin sbin usr/games		-> bin
 *	usr/lib/<triplet> usr/lib64 lib64 usr/lib lib	-> lib
 *	usr/<other> etc opt				-> <other> etc opt
 *	anything else					left out */
#pragma once

#include "base/arena.h"

struct deb_rules;

struct deb_layout {
	struct deb_layout_row {
		struct str from, to; /* clean relative names; to is "" for the root */
	} * v;
	size_t n;
};

void deb_layout_init(struct arena *a, struct str triplet, const struct deb_rules *rules,
		     struct deb_layout *out);
/* name is clean and relative ("usr/bin/env"). False when it is left out. */
bool deb_layout_map(const struct deb_layout *l, struct arena *a, struct str name, struct str *out);
