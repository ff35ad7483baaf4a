/* SPDX-License-Identifier: MIT
 *
 * Whose signatures count, as a project says it in .flox/kiln.toml, a table a key:
 *
 *	[keys.ci-1]
 *	public = "ci-1:BASE64"
 *	from = 2026-01-01			# optional, as until: dates or date-times
 *	until = 2027-01-01T00:00:00Z
 *	gates = ["build", "check"]		# optional: nothing else may be signed with it
 *	retired = 2026-11-29T19:00:00Z		# the rest is written when it retires
 *	reason = "laptop sold"
 *	compromised = false
 *	evidence = "COMMIT"			# what refs/kiln/evidence was then
 *
 * Times within what is signed are claims of whoever signed. from and until are held against that
 * claim. Retirement is not: what a compromised key signed never counts, and of another retired one
 * what was there when it retired, which no clock decides (release/evidence.h). */
#pragma once

#include "store/signing_key.h"

struct trusted_key {
	struct public_key key;
	int64_t from, until; /* INT64_MIN and INT64_MAX when not told */
	struct str *gates;
	size_t n_gates; /* 0: all */
	bool retired, compromised;
	int64_t retired_at;
	struct str reason, evidence; /* "" when not told */
};

struct key_ring {
	struct trusted_key *v; /* as the file has them */
	size_t n;
};

/* The keys of a kiln.toml, none where it has no [keys]. All lives in the arena. ERR_CORRUPT with
 * the place. */
ATTR_MUST_CHECK errint key_ring_parse(struct str text, const char *file, struct arena *a,
				      struct key_ring *out, struct err *err);
/* The same of a file; an absent one has none. */
ATTR_MUST_CHECK errint key_ring_read(const char *file, struct arena *a, struct key_ring *out,
				     struct err *err);
/* NULL when there is none of that name. */
struct trusted_key *key_ring_find(const struct key_ring *r, struct str name);
/* Retires in r what is retired in other: a retirement counts wherever it is told. */
void key_ring_restrict(struct key_ring *r, const struct key_ring *other);

enum key_standing {
	KEY_GOOD,
	KEY_NOT_YET,     /* `at` is before its `from` */
	KEY_EXPIRED,     /* or not before its `until` */
	KEY_RETIRED,     /* the caller knows what was there before */
	KEY_COMPROMISED, /* nothing of it counts */
};
enum key_standing key_standing(const struct trusted_key *k, int64_t at);
/* May it sign for that gate? */
bool key_may_sign(const struct trusted_key *k, struct str gate);

/* kiln.toml's text with one more key, or with one retired; all else stays byte for byte.
 * ERR_EXISTS, ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint key_ring_trust(struct str text, const char *file,
				      const struct trusted_key *k, struct buf *out,
				      struct err *err);
ATTR_MUST_CHECK errint key_ring_retire(struct str text, const char *file,
				       const struct trusted_key *k, struct buf *out,
				       struct err *err);
