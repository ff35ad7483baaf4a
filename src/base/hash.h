/* SPDX-License-Identifier: MIT
 *
 * Cryptographic hashes and their spellings: `sha256:<base16|nix32|base64>`, SRI
 * (`sha256-<base64>`, W3C Subresource Integrity) and bare digests of a known algorithm. */
#pragma once

#include "base/encoding.h"
#include "base/err.h"
#include "base/str.h"

/* X(enum, name, bytes). ORDER hash_algo */
#define HASH_ALGOS(X)           \
	X(MD5, "md5", 16)       \
	X(SHA1, "sha1", 20)     \
	X(SHA256, "sha256", 32) \
	X(SHA512, "sha512", 64)

enum hash_algo {
	HASH_NONE = 0, /* what is zeroed has none */
#define X(id, name, size) HASH_##id,
	HASH_ALGOS(X)
#undef X
		HASH_COUNT_,
	HASH_ANY = -1, /* for parsers: not told */
};

enum { HASH_MAX = 64 };

struct hash {
	enum hash_algo algo;
	uint8_t b[HASH_MAX]; /* hash_size(algo) bytes count, the rest is zero */
};

enum hash_format {
	HASH_BASE16,
	HASH_NIX32,
	HASH_BASE64,
	HASH_SRI,
};

/* In bytes, of the digest. */
size_t hash_size(enum hash_algo algo);
const char *hash_algo_name(enum hash_algo algo);
/* By its name as Nix writes it ("md5", "sha1", "sha256", "sha512"); false for another. */
bool hash_algo_parse(struct str name, enum hash_algo *out);
/* Same algorithm, same digest. */
bool hash_eq(const struct hash *a, const struct hash *b);
/* All digits are zero, as where a hash is not known yet. */
bool hash_is_zero(const struct hash *h);

/* Incremental hashing; the context is opaque and ends with hash_finish() or hash_ctx_free(). */
struct hash_ctx;
struct hash_ctx *hash_ctx_new(enum hash_algo algo);
void hash_ctx_free(struct hash_ctx *c);
void hash_ctx_cleanup(struct hash_ctx **c);
void hash_update(struct hash_ctx *c, const void *p, size_t n);
/* Writes the digest and frees the context. */
void hash_finish(struct hash_ctx *c, struct hash *out);

/* In one go. */
void hash_bytes(enum hash_algo algo, struct str s, struct hash *out);
/* The same for what may be big; fails only when interrupted. */
ATTR_MUST_CHECK errint hash_big(enum hash_algo algo, struct str s, struct hash *out,
				struct err *err);
/* The whole of fd from its current offset. */
ATTR_MUST_CHECK errint hash_fd(enum hash_algo algo, int fd, struct hash *out, struct err *err);

/* Longest text incl. NUL: "sha512-" and 88 letters, or "sha512:" and 128. */
enum { HASH_TEXT_MAX = 144 };
/* With prefix: "sha256:…"; SRI always has its own. out has HASH_TEXT_MAX bytes; returns out. */
char *hash_format(const struct hash *h, enum hash_format f, bool prefix, char *out);
/* Parses `algo:digest`, SRI, or, when algo is known, a bare digest in base16, nix32 or base64
 * (told apart by length). With algo other than HASH_ANY, text of another algorithm is an error.
 * As in Nix, SRI may lack its padding, and unused bits of base64's last letter do not matter. */
ATTR_MUST_CHECK errint hash_parse(struct str s, enum hash_algo algo, struct hash *out,
				  struct err *err);
/* XOR-folds the digest to n bytes, as store path hashes need (n = 20). */
void hash_compress(const struct hash *h, uint8_t *out, size_t n);

/* Whose hash is wrong: the row of hash_mismatch(). ORDER hash_of */
enum hash_of {
	HASH_OF_DOWNLOAD, /* a file; the name is its URL */
	HASH_OF_OUTPUT,   /* that of a fixed-output derivation; the name is its .drv */
	HASH_OF_INPUT,    /* a tree; the name is its locator */
	HASH_OF_FILE,     /* what is at a path */
	HASH_OF_LISTED,   /* a file's, as an index lists it: nothing came yet */
	HASH_OF_IMPORT,   /* a store path's that is imported */
	HASH_OF_ADDRESS,  /* of a store path that is named after its content */
	HASH_OF_RECORD,   /* a file's within a wheel */
	HASH_OF_REPAIR,   /* what is to take the place of a damaged store path */
};
/* ERR_MISMATCH, in the words that Nix has for it: nobody else writes such an error. A hash of
 * zeroes stands for one that is not known yet: then the hint is the line to paste. */
ATTR_COLD errint hash_mismatch(struct err *err, enum hash_of of, struct str name,
			       const struct hash *want, const struct hash *got);
/* Adds to the mismatch of an unpacked tree: a hint when what was specified is the hash of the
 * archive as it came (`packed`). */
ATTR_COLD void hash_mismatch_packed(struct err *err, const struct hash *want,
				    const struct hash *packed);
