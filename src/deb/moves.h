/* SPDX-License-Identifier: MIT
 *
 * What differs between two locks: packages that came, went and moved, and those whose bytes are
 * others under one version, which no archive does on purpose. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

struct deb_move {
	struct str arch, name;
	struct str from, to; /* versions; "" where it was, or is, not there */
	bool bytes;          /* the same version with another hash */
};

struct deb_moves { /* by architecture, then name */
	struct deb_move *v;
	size_t n;
};

/* When the suite that a lock is of was signed, or its pocket of that name ("": the suite itself);
 * "" where the text is empty or does not say. ERR_CORRUPT where it is no lock. */
ATTR_MUST_CHECK errint deb_lock_date(struct arena *a, struct str lock, struct str pocket,
				     struct str *out, struct err *err);
/* From one lock's JSON to another's; an empty text is a lock without packages. ERR_CORRUPT with the
 * entry where one is no lock. Slices live in the arena or borrow from the texts. */
ATTR_MUST_CHECK errint deb_moves_find(struct arena *a, struct str from, struct str to,
				      struct deb_moves *out, struct err *err);
