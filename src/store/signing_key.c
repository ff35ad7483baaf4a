/* SPDX-License-Identifier: MIT
 *
 * The two halves of OpenSSL's Ed25519: keys as raw bytes, and one-shot signing without a digest. */
#include "store/signing_key.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>
#include "base/encoding.h"
#include "base/file.h"
#include "store/store.h"

enum { SEED_SIZE = 32, KEY_TEXT_MAX = 4096 };

static void free_pkey(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}

static void free_md(EVP_MD_CTX **c)
{
	EVP_MD_CTX_free(*c);
}

void signing_key_wipe(struct signing_key *k)
{
	OPENSSL_cleanse(k->b, sizeof(k->b));
}

errint key_name_check(struct str name, struct err *err)
{
	bool fine = name.n > 0 && name.n <= KEY_NAME_MAX;
	const char *bad, *end = name.p + name.n;

	for (size_t i = 0; fine && i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		fine = c > ' ' && c != ':' && c != '/' && c != 0x7f;
	}
	for (const char *p = name.p; fine && p < end;) {
		size_t n = utf8_sequence(p, end, &bad);

		fine = n > 0;
		p += n;
	}
	if (fine)
		return 0;
	err_set(err, ERR_CORRUPT, "a key's name has 1 to %d letters, no ':', '/' and no blank",
		KEY_NAME_MAX);
	return err_hint(err, "such as 'ci-1' or 'example.org-2'");
}

/* NAME:BASE64 of exactly n bytes. */
static errint parse(struct arena *a, struct str text, const char *what, struct str *name,
		    uint8_t *bytes, size_t n, struct err *err)
{
	struct str head, tail;

	text = str_trim(text);
	if (!str_cut(text, ':', &head, &tail))
		return err_set(err, ERR_CORRUPT, "%s is NAME:BASE64, and this has no ':'", what);
	errint rc = key_name_check(head, err);
	if (rc)
		return rc;
	if (!base64_decode(tail, bytes, n))
		return err_set(err, ERR_CORRUPT, "%s '%.*s' is not the base64 of %zu bytes", what,
			       STR_ARG(head), n);
	*name = arena_str(a, head);
	return 0;
}

errint public_key_parse(struct arena *a, struct str text, struct public_key *out, struct err *err)
{
	struct public_key k;
	errint rc = parse(a, text, "public key", &k.name, k.b, sizeof(k.b), err);

	if (rc && str_trim(text).n > BASE64_LEN(KEY_SECRET_SIZE))
		return err_hint(err, "is it a secret key? the public one is half as long");
	if (!rc)
		*out = k;
	return rc;
}

errint signature_parse(struct arena *a, struct str text, struct signature *out, struct err *err)
{
	struct signature s;
	errint rc = parse(a, text, "signature", &s.name, s.b, sizeof(s.b), err);

	if (!rc)
		*out = s;
	return rc;
}

/* Of a secret key that somebody put together, do both halves belong to each other? */
static bool halves_fit(const struct signing_key *k)
{
	EVP_PKEY *pkey CLEANUP(free_pkey) =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->b, SEED_SIZE);
	uint8_t public[KEY_PUBLIC_SIZE];
	size_t n = sizeof(public);

	return pkey && EVP_PKEY_get_raw_public_key(pkey, public, &n) == 1 && n == sizeof(public) &&
	       memcmp(public, k->b + SEED_SIZE, n) == 0;
}

errint signing_key_parse(struct arena *a, struct str text, struct signing_key *out, struct err *err)
{
	struct signing_key k CLEANUP(signing_key_wipe);
	errint rc = parse(a, text, "secret key", &k.name, k.b, sizeof(k.b), err);

	if (rc)
		return rc;
	if (!halves_fit(&k))
		return err_set(err, ERR_CORRUPT, "secret key '%.*s' and its public half do not fit",
			       STR_ARG(k.name));
	*out = k;
	return 0;
}

static void put(struct buf *b, struct str name, const uint8_t *p, size_t n)
{
	char text[BASE64_LEN(SIGNATURE_SIZE) + 1];

	base64_encode(p, n, text);
	buf_printf(b, "%.*s:%s", STR_ARG(name), text);
	OPENSSL_cleanse(text, sizeof(text));
}

void public_key_print(const struct public_key *k, struct buf *b)
{
	put(b, k->name, k->b, sizeof(k->b));
}

void signature_print(const struct signature *s, struct buf *b)
{
	put(b, s->name, s->b, sizeof(s->b));
}

errint signing_key_new(struct arena *a, struct str name, struct signing_key *out, struct err *err)
{
	struct signing_key k CLEANUP(signing_key_wipe);
	EVP_PKEY *pkey CLEANUP(free_pkey) = NULL;
	size_t n = KEY_PUBLIC_SIZE;
	errint rc = key_name_check(name, err);

	if (rc)
		return rc;
	if (RAND_priv_bytes(k.b, SEED_SIZE) == 1)
		pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k.b, SEED_SIZE);
	if (!pkey || EVP_PKEY_get_raw_public_key(pkey, k.b + SEED_SIZE, &n) != 1)
		return err_set(err, ERR_FAILED, "OpenSSL makes no Ed25519 key");
	k.name = arena_str(a, name);
	*out = k;
	return 0;
}

void signing_key_public(const struct signing_key *k, struct public_key *out)
{
	out->name = k->name;
	memcpy(out->b, k->b + SEED_SIZE, KEY_PUBLIC_SIZE);
}

/* ---- files ---- */

errint signing_key_write(const struct signing_key *k, const char *file, struct err *err)
{
	char *temp CLEANUP_FREE = xasprintf("%s.%d.tmp", file, (int)getpid());
	BUF(text, KEY_TEXT_MAX);
	int fd CLEANUP_FD = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return err_sys(err, "writing '%s'", file);
	put(&text, k->name, k->b, sizeof(k->b));
	errint rc = fd_write_all(fd, text.p, text.n, err);
	OPENSSL_cleanse(text.p, text.n);
	if (!rc && fsync(fd))
		rc = err_sys(err, "writing '%s'", file);
	/* Of two who make it at once the second is told; a link never replaces. */
	if (!rc && link(temp, file)) {
		rc = err_sys(err, "writing '%s'", file);
		if (rc == ERR_EXISTS)
			rc = err_hint(err, "a key that is there is never overwritten: take another "
					   "name, or move it away");
	}
	unlink(temp);
	return rc;
}

errint signing_key_read(struct arena *a, const char *file, struct signing_key *out, struct err *err)
{
	BUF(text, KEY_TEXT_MAX);
	struct stat st;

	if (stat(file, &st))
		return err_sys(err, "reading the secret key '%s'", file);
	if (st.st_mode & 077) {
		err_set(err, ERR_DENIED, "secret key '%s' may be read by others (mode %04o)", file,
			st.st_mode & 07777);
		return err_hint(err, "chmod 600 '%s'; where others had it, make another key", file);
	}
	errint rc = file_read(AT_FDCWD, file, &text, err);
	if (!rc)
		rc = signing_key_parse(a, buf_str(&text), out, err);
	if (text.p)
		OPENSSL_cleanse(text.p, text.n);
	return rc ? err_wrap(err, "'%s'", file) : 0;
}

/* ---- signing ---- */

errint key_sign(const struct signing_key *k, struct str bytes, struct signature *out,
		struct err *err)
{
	EVP_PKEY *pkey CLEANUP(free_pkey) =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->b, SEED_SIZE);
	EVP_MD_CTX *c CLEANUP(free_md) = EVP_MD_CTX_new();
	struct signature s = {.name = k->name};
	size_t n = sizeof(s.b);

	if (!pkey || !c || EVP_DigestSignInit(c, NULL, NULL, NULL, pkey) != 1 ||
	    EVP_DigestSign(c, s.b, &n, (const uint8_t *)bytes.p, bytes.n) != 1 || n != sizeof(s.b))
		return err_set(err, ERR_FAILED, "OpenSSL does not sign with '%.*s'",
			       STR_ARG(k->name));
	*out = s;
	return 0;
}

bool key_verify(const struct public_key *k, struct str bytes, const struct signature *s)
{
	EVP_PKEY *pkey CLEANUP(free_pkey) =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->b, sizeof(k->b));
	EVP_MD_CTX *c CLEANUP(free_md) = EVP_MD_CTX_new();

	return pkey && c && EVP_DigestVerifyInit(c, NULL, NULL, NULL, pkey) == 1 &&
	       EVP_DigestVerify(c, s->b, sizeof(s->b), (const uint8_t *)bytes.p, bytes.n) == 1;
}

errint path_fingerprint(const struct path_info *info, struct buf *out, struct err *err)
{
	char hash[HASH_TEXT_MAX];

	if (info->nar_hash.algo != HASH_SHA256 || !info->nar_size)
		return err_set(err, ERR_CORRUPT, "no NAR hash and size are registered of '%.*s'",
			       STR_ARG(info->path));
	buf_printf(out, "1;%.*s;%s;%llu;", STR_ARG(info->path),
		   hash_format(&info->nar_hash, HASH_NIX32, true, hash),
		   (unsigned long long)info->nar_size);
	for (size_t i = 0; i < info->n_refs; i++) {
		buf_putz(out, i ? "," : "");
		buf_puts(out, info->refs[i]);
	}
	return buf_check(out, "fingerprint", err);
}
