/* SPDX-License-Identifier: MIT
 *
 * Hashes by OpenSSL's functions for one algorithm each. What chooses among them by name, EVP, first
 * reads the system's configuration and sets up providers, which takes a fifth of evaluating a
 * package and is about TLS: a system that forbids MD5 or wants FIPS does not change the names of
 * store paths. */
#define OPENSSL_SUPPRESS_DEPRECATED /* for new programs, EVP is meant */
#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include "base/process.h"

/* ORDER hash_algo */
static const struct {
	const char *name;
	size_t size;
} algos[] = {
#define X(id, name_, size_) [HASH_##id] = {name_, size_},
	HASH_ALGOS(X)
#undef X
};
_Static_assert(ARRAY_LEN(algos) == HASH_COUNT_, "a row for each algorithm");

union state {
	MD5_CTX md5;
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha512;
};

static void start(enum hash_algo algo, union state *s)
{
	int ok = 0;

	switch (algo) {
	case HASH_MD5:
		ok = MD5_Init(&s->md5);
		break;
	case HASH_SHA1:
		ok = SHA1_Init(&s->sha1);
		break;
	case HASH_SHA256:
		ok = SHA256_Init(&s->sha256);
		break;
	case HASH_SHA512:
		ok = SHA512_Init(&s->sha512);
		break;
	default:
		break;
	}
	if (!ok)
		BUG("cannot start hash %d", (int)algo);
}

static void update(enum hash_algo algo, union state *s, const void *p, size_t n)
{
	int ok = 0;

	switch (algo) {
	case HASH_MD5:
		ok = MD5_Update(&s->md5, p, n);
		break;
	case HASH_SHA1:
		ok = SHA1_Update(&s->sha1, p, n);
		break;
	case HASH_SHA256:
		ok = SHA256_Update(&s->sha256, p, n);
		break;
	case HASH_SHA512:
		ok = SHA512_Update(&s->sha512, p, n);
		break;
	default:
		break;
	}
	if (!ok)
		BUG("cannot continue hash %d", (int)algo);
}

static void finish(enum hash_algo algo, union state *s, struct hash *out)
{
	int ok = 0;

	*out = (struct hash){.algo = algo};
	switch (algo) {
	case HASH_MD5:
		ok = MD5_Final(out->b, &s->md5);
		break;
	case HASH_SHA1:
		ok = SHA1_Final(out->b, &s->sha1);
		break;
	case HASH_SHA256:
		ok = SHA256_Final(out->b, &s->sha256);
		break;
	case HASH_SHA512:
		ok = SHA512_Final(out->b, &s->sha512);
		break;
	default:
		break;
	}
	if (!ok)
		BUG("cannot finish hash %d", (int)algo);
}

size_t hash_size(enum hash_algo algo)
{
	BUG_ON(algo <= HASH_NONE || algo >= HASH_COUNT_);
	return algos[algo].size;
}

const char *hash_algo_name(enum hash_algo algo)
{
	BUG_ON(algo <= HASH_NONE || algo >= HASH_COUNT_);
	return algos[algo].name;
}

bool hash_algo_parse(struct str name, enum hash_algo *out)
{
	for (size_t i = HASH_NONE + 1; i < HASH_COUNT_; i++) {
		if (!str_eqz(name, algos[i].name))
			continue;
		*out = (enum hash_algo)i;
		return true;
	}
	return false;
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
	return a->algo == b->algo &&
	       (a->algo == HASH_NONE || memcmp(a->b, b->b, hash_size(a->algo)) == 0);
}

bool hash_is_zero(const struct hash *h)
{
	static const uint8_t zeroes[HASH_MAX];

	return memcmp(h->b, zeroes, hash_size(h->algo)) == 0;
}

struct hash_ctx {
	enum hash_algo algo;
	union state state;
};

struct hash_ctx *hash_ctx_new(enum hash_algo algo)
{
	struct hash_ctx *c = xmalloc(sizeof(*c));

	c->algo = algo;
	start(algo, &c->state);
	return c;
}

void hash_ctx_free(struct hash_ctx *c)
{
	free(c);
}

void hash_ctx_cleanup(struct hash_ctx **c)
{
	hash_ctx_free(*c);
}

void hash_update(struct hash_ctx *c, const void *p, size_t n)
{
	if (n)
		update(c->algo, &c->state, p, n);
}

void hash_finish(struct hash_ctx *c, struct hash *out)
{
	finish(c->algo, &c->state, out);
	hash_ctx_free(c);
}

void hash_bytes(enum hash_algo algo, struct str s, struct hash *out)
{
	union state state;
	struct hash h;

	start(algo, &state);
	if (s.n)
		update(algo, &state, s.p, s.n);
	/* The text may lie in *out. */
	finish(algo, &state, &h);
	*out = h;
}

errint hash_big(enum hash_algo algo, struct str s, struct hash *out, struct err *err)
{
	enum { PIECE = 1 << 20 };

	if (s.n <= PIECE) {
		hash_bytes(algo, s, out);
		return 0;
	}
	struct hash_ctx *c CLEANUP(hash_ctx_cleanup) = hash_ctx_new(algo);

	for (; s.n; s = str_skip(s, MIN(s.n, (size_t)PIECE))) {
		errint rc = interrupt_check(err);

		if (rc)
			return rc;
		hash_update(c, s.p, MIN(s.n, (size_t)PIECE));
	}
	hash_finish(STEAL(c), out);
	return 0;
}

errint hash_fd(enum hash_algo algo, int fd, struct hash *out, struct err *err)
{
	struct hash_ctx *c CLEANUP(hash_ctx_cleanup) = hash_ctx_new(algo);
	enum { CHUNK = 128 << 10 };
	char *chunk CLEANUP_FREE = xmalloc(CHUNK);

	for (;;) {
		ssize_t n = read(fd, chunk, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "cannot read");
		if (n == 0)
			break;
		hash_update(c, chunk, (size_t)n);
		errint rc = interrupt_check(err);

		if (rc)
			return rc;
	}
	hash_finish(STEAL(c), out);
	return 0;
}

char *hash_format(const struct hash *h, enum hash_format f, bool prefix, char *out)
{
	size_t n = hash_size(h->algo);
	char *p = out;

	if (prefix || f == HASH_SRI) {
		p = stpcpy(p, algos[h->algo].name);
		*p++ = f == HASH_SRI ? '-' : ':';
	}
	switch (f) {
	case HASH_BASE16:
		base16_encode(h->b, n, p);
		break;
	case HASH_NIX32:
		base32_encode(h->b, n, p);
		break;
	case HASH_BASE64:
	case HASH_SRI:
		base64_encode(h->b, n, p);
		break;
	}
	return out;
}

/* base64 as Nix reads it, since recipes have such hashes: padding may be missing or too long, and
 * bits of the last letter that no byte gets are ignored. */
static bool decode_base64(struct str text, struct hash *h)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = hash_size(h->algo), used = (n * 8 + 5) / 6, stray = used * 6 - n * 8;
	char exact[BASE64_LEN(HASH_MAX) + 1];

	while (text.n > used && text.p[text.n - 1] == '=')
		text.n--;
	if (text.n != used)
		return false;
	memset(exact, '=', sizeof(exact));
	memcpy(exact, text.p, used);
	const char *last = memchr(letters, exact[used - 1], 64);

	if (!last)
		return false;
	exact[used - 1] = letters[(size_t)(last - letters) >> stray << stray];
	return base64_decode(str_n(exact, BASE64_LEN(n)), h->b, n);
}

static bool decode_by_length(struct str digest_text, struct hash *h)
{
	size_t n = hash_size(h->algo);

	if (digest_text.n == BASE16_LEN(n))
		return base16_decode(digest_text, h->b, n);
	if (digest_text.n == BASE32_LEN(n))
		return base32_decode(digest_text, h->b, n);
	return digest_text.n == BASE64_LEN(n) && decode_base64(digest_text, h);
}

/* Splits off `algo:` or `algo-`; *sri tells which. false when there is neither. */
static bool split_algo(struct str s, struct str *name, struct str *rest, bool *sri)
{
	*sri = false;
	if (str_cut(s, ':', name, rest))
		return true;
	*sri = str_cut(s, '-', name, rest);
	return *sri;
}

errint hash_parse(struct str s, enum hash_algo algo, struct hash *out, struct err *err)
{
	struct str name, rest = s;
	bool sri = false;
	struct hash h = {.algo = algo};

	if (s.n >= HASH_TEXT_MAX)
		return err_set(err, ERR_CORRUPT, "a hash of %zu characters is too long", s.n);
	if (split_algo(s, &name, &rest, &sri)) {
		if (!hash_algo_parse(name, &h.algo)) {
			err_set(err, ERR_CORRUPT, "hash '%.*s' has an unknown algorithm '%.*s'",
				STR_ARG(s), STR_ARG(name));
			return err_hint(err, "known are md5, sha1, sha256 and sha512");
		}
		if (algo != HASH_ANY && h.algo != algo)
			return err_set(err, ERR_CORRUPT, "hash '%.*s' should be of type '%s'",
				       STR_ARG(s), algos[algo].name);
	} else if (algo == HASH_ANY) {
		err_set(err, ERR_CORRUPT, "hash '%.*s' does not name its algorithm", STR_ARG(s));
		return err_hint(err, "write it as 'sha256-<base64>' or 'sha256:<digest>'");
	}

	bool ok = sri ? decode_base64(rest, &h) : decode_by_length(rest, &h);

	if (!ok)
		return err_set(err, ERR_CORRUPT, "'%.*s' is not a valid %s%s hash", STR_ARG(s),
			       sri ? "SRI " : "", algos[h.algo].name);
	*out = h;
	return 0;
}

void hash_compress(const struct hash *h, uint8_t *out, size_t n)
{
	size_t size = hash_size(h->algo);

	BUG_ON(n == 0);
	memset(out, 0, n);
	for (size_t i = 0; i < size; i++)
		out[i % n] ^= h->b[i];
}

/* ---- mismatches ---- */

/* ORDER hash_of */
static const struct {
	const char *first; /* the line that ends before the hashes */
	const char *want, *got;
	enum hash_format format;
} mismatches[] = {
	{"hash mismatch in file downloaded from '%.*s':", "  specified: ", "  got:       ",
	 HASH_NIX32},
	{"hash mismatch in fixed-output derivation '%.*s':", "  specified: ", "     got:    ",
	 HASH_SRI},
	{"NAR hash mismatch in input '%.*s'", NULL, NULL, HASH_SRI},
	{"hash mismatch in '%.*s':", "  specified: ", "  got:       ", HASH_SRI},
	{"the package index has '%.*s' with another hash:", "  specified: ", "  got:       ",
	 HASH_SRI},
	{"hash mismatch importing path '%.*s'", "  specified: ", "  got:       ", HASH_NIX32},
	{"content address mismatch in '%.*s'", "  specified: ", "  got:       ", HASH_NIX32},
	{"'%.*s' is not what the wheel's RECORD says", "  specified: ", "  got:       ", HASH_SRI},
	{"the new contents of '%.*s' are not those that were registered",
	 "  registered: ", "  got:        ", HASH_SRI},
};

errint hash_mismatch(struct err *err, enum hash_of of, struct str name, const struct hash *want,
		     const struct hash *got)
{
	char a[HASH_TEXT_MAX], b[HASH_TEXT_MAX];

	hash_format(want, mismatches[of].format, true, a);
	hash_format(got, mismatches[of].format, true, b);
	err_set(err, ERR_MISMATCH, mismatches[of].first, STR_ARG(name));
	if (mismatches[of].want) {
		err_detail(err, "%s%s", mismatches[of].want, a);
		err_detail(err, "%s%s", mismatches[of].got, b);
	} else {
		char *first CLEANUP_FREE = xstrdup(err->msg);

		err_set(err, ERR_MISMATCH, "%s, expected '%s' but got '%s'", first, a, b);
	}
	if (hash_is_zero(want))
		err_hint(err, "if that content is right: hash = \"%s\";",
			 hash_format(got, HASH_SRI, true, b));
	return ERR_MISMATCH;
}

void hash_mismatch_packed(struct err *err, const struct hash *want, const struct hash *packed)
{
	if (err->code == ERR_MISMATCH && hash_eq(want, packed))
		err_hint(err,
			 "what is specified is the hash of the archive itself; expected is that "
			 "of the unpacked tree, which was got");
}
