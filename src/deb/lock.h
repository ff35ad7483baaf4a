/* SPDX-License-Identifier: MIT
 *
 * `kiln lock debian`: from roots.control (what is wanted) and a signed suite to lock.json (pool
 * path, hash and dependencies of every package), which names no host. The same suite gives the same
 * bytes. What people are told of the packages goes into about.json beside the lock. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "deb/moves.h"
#include "deb/resolve.h"
#include "deb/roots.h"

struct ladder;
struct report;
struct deb_release;

#define DEB_KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

struct deb_lock_options {
	const char *roots;       /* file to read */
	const char *lock;        /* file to write, atomically */
	const char *keyring;     /* NULL: DEB_KEYRING */
	bool check;              /* write nothing */
	bool accept_changed;     /* other bytes under the same version are no error */
	bool accept_old;         /* an expired suite, or one from before the lock's, is no error */
	struct deb_moves *moves; /* is told what differs from the lock that was there */
	struct ladder *ladder;
	struct report *report;
};
/* All or nothing: where it fails, the old lock stays. What moves says lives in the arena. */
ATTR_MUST_CHECK errint deb_lock(const struct deb_lock_options *o, struct arena *a, struct err *err);

/* Appends the lock's JSON for closures in the order of r->architectures; the releases are the
 * suite's, then its pockets'. */
void deb_lock_print(const struct deb_roots *r, const struct deb_release *releases,
		    const struct deb_closure *closures, struct buf *out);
/* Appends the JSON of about.json for n closures. */
void deb_about_print(const struct deb_closure *closures, size_t n, struct buf *out);
/* Where it stands: about.json beside lock.json, X.about.json beside X.json. malloc'd. */
ATTR_MALLOC char *deb_about_file(const char *lock);
