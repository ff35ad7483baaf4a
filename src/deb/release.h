/* SPDX-License-Identifier: MIT
 *
 * A suite's InRelease file: whether an archive key signed it, and the hashes of the index files
 * that it vouches for. Only the text that gpgv gives back is read, never what stands around it. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"

struct deb_release {
	struct str suite, codename, version; /* as written; "" when absent */
	struct str date, valid_until;        /* the same */
	struct str sha256;                   /* the field: lines "hash size name" */
	struct str asked;                    /* by which name it was fetched */
	bool by_hash;                        /* files are also there by their hash */
};

/* Runs gpgv over the file with a keyring and appends the signed text. One valid signature by a key
 * of the ring is enough, a bad one by such a key is ERR_DENIED; gpgv's exit code, which also counts
 * keys that this machine does not have, decides nothing. */
ATTR_MUST_CHECK errint deb_release_verify(const char *inrelease, const char *keyring,
					  struct buf *text, struct err *err);
/* Slices borrow from text. */
ATTR_MUST_CHECK errint deb_release_parse(struct str text, struct deb_release *out, struct err *err);
/* The hash and size of an index file; ERR_NOT_FOUND when the suite has none of this name. */
ATTR_MUST_CHECK errint deb_release_find(const struct deb_release *r, struct str name,
					struct hash *hash, uint64_t *size, struct err *err);
/* ERR_MISMATCH when the time (seconds since 1970) is past its Valid-Until, which not every suite
 * has. */
ATTR_MUST_CHECK errint deb_release_check_valid(const struct deb_release *r, int64_t now,
					       struct err *err);
/* ERR_MISMATCH when it is of an earlier date than the one that a lock names; "" is none. */
ATTR_MUST_CHECK errint deb_release_check_newer(const struct deb_release *r, struct str locked,
					       struct err *err);
/* Do gpgv's status lines (doc/DETAILS of GnuPG) tell of a good signature and of no bad one? */
ATTR_MUST_CHECK errint deb_release_status(struct str status, struct err *err);
