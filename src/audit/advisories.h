/* SPDX-License-Identifier: MIT
 *
 * Exports of advisories: archives (zip, or tar) of JSON files in the Open Source Vulnerability
 * format. Taking one apart takes seconds, so what it says is kept, a record for each package, as
 * `<cache>/advisories-N/<hash of the file's path>`, as long as the file is the same. */
#pragma once

#include "audit/osv.h"
#include "store/store.h"

struct advisories {
	struct osv_affected *v; /* of the packages that were asked for; malloc'd */
	size_t n, cap;
	size_t n_entries;       /* of all files */
	size_t n_unread;        /* that are none, or too big */
	struct str unread, why; /* the first of these */
};
void advisories_release(struct advisories *l);

/* What a package is called there; in the arena. */
struct str advisories_key(struct arena *a, enum osv_ecosystem e, struct str package);
/* Adds what a file says of those packages; the rest lives in the arena. ERR_CORRUPT for what is no
 * such archive, or holds none, ERR_TOO_BIG for what becomes more than it may. */
ATTR_MUST_CHECK errint advisories_read(const char *file, struct str_set packages, struct arena *a,
				       struct advisories *io, struct err *err);
