/* SPDX-License-Identifier: MIT
 *
 * What a source is called in a folder of vendored files, and how sources.json names where it comes
 * from: as mirror://, as a forge's reference, or by its package URL, and as a URL only where that
 * is no package registry's. Text alone. */
#pragma once

#include "base/arena.h"

/* The file's name: as its origin calls it; of a tree, whatever the archive was called there, with
 * .tar.zst behind. Never empty, and fit for a folder and for SHA256SUMS. */
struct str source_file_name(struct arena *a, struct str origin, struct str name, struct str rev,
			    bool tree);
/* The same with something of its hash in front, for when the name is taken. */
struct str source_other_name(struct arena *a, struct str file, struct str hex);

/* An origin as it is written down: "" when it names a package registry's host, of which only the
 * package URL tells. */
struct str source_origin(struct arena *a, struct str url);
/* The package URL (pkg:pypi/…, pkg:deb/…, pkg:github/…), or "". */
struct str source_purl(struct arena *a, struct str url);
