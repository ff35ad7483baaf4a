/* SPDX-License-Identifier: MIT
 *
 * Ed25519 keys and signatures as Nix writes them, a name and base64 (RFC 8032, RFC 4648):
 *
 *	public     NAME:BASE64 of 32 bytes
 *	secret     NAME:BASE64 of 64 bytes, the seed and the public key
 *	signature  NAME:BASE64 of 64 bytes
 *
 * A name is for people and for finding the key; only the bytes decide. What is signed of a store
 * path is its fingerprint, "1;PATH;sha256:NARHASH;NARSIZE;REF,REF…" with the hash in Nix's base32.
 * Secret bytes are never printed but into the file that is to hold them. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

struct path_info;

enum { KEY_PUBLIC_SIZE = 32, KEY_SECRET_SIZE = 64, SIGNATURE_SIZE = 64, KEY_NAME_MAX = 128 };

struct public_key {
	struct str name;
	uint8_t b[KEY_PUBLIC_SIZE];
};

struct signing_key {
	struct str name;
	uint8_t b[KEY_SECRET_SIZE];
};

struct signature {
	struct str name; /* of the key that is said to have made it */
	uint8_t b[SIGNATURE_SIZE];
};

/* Overwrites the secret. */
void signing_key_wipe(struct signing_key *k);

/* Is it a name for a key: not empty, without ':', '/', blanks and control characters? */
ATTR_MUST_CHECK errint key_name_check(struct str name, struct err *err);

/* Texts around may have blanks at their ends; names live in the arena. ERR_CORRUPT; the words never
 * repeat what was to be a secret. */
ATTR_MUST_CHECK errint public_key_parse(struct arena *a, struct str text, struct public_key *out,
					struct err *err);
ATTR_MUST_CHECK errint signing_key_parse(struct arena *a, struct str text, struct signing_key *out,
					 struct err *err);
ATTR_MUST_CHECK errint signature_parse(struct arena *a, struct str text, struct signature *out,
				       struct err *err);
void public_key_print(const struct public_key *k, struct buf *b);
void signature_print(const struct signature *s, struct buf *b);

/* A new one from the system's randomness. */
ATTR_MUST_CHECK errint signing_key_new(struct arena *a, struct str name, struct signing_key *out,
				       struct err *err);
void signing_key_public(const struct signing_key *k, struct public_key *out);
/* A file of mode 0600 with the key and no newline, as Nix writes it. ERR_EXISTS: no key is ever
 * overwritten. */
ATTR_MUST_CHECK errint signing_key_write(const struct signing_key *k, const char *file,
					 struct err *err);
/* ERR_DENIED for a file that others than its owner may read. */
ATTR_MUST_CHECK errint signing_key_read(struct arena *a, const char *file, struct signing_key *out,
					struct err *err);

ATTR_MUST_CHECK errint key_sign(const struct signing_key *k, struct str bytes,
				struct signature *out, struct err *err);
/* Only the bytes count; names are not looked at. */
bool key_verify(const struct public_key *k, struct str bytes, const struct signature *s);

/* What is signed of a path. */
ATTR_MUST_CHECK errint path_fingerprint(const struct path_info *info, struct buf *out,
					struct err *err);
