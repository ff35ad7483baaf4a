/* SPDX-License-Identifier: MIT
 *
 * Keys and signatures: the vectors of RFC 8032, Nix's own key and signature, and what is no key. */
#include "tap.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "store/key_ring.h"
#include "store/store.h"

static struct arena mem;

static void hex(const char *text, uint8_t *out)
{
	base16_decode(str_c(text), out, strlen(text) / 2);
}

/* RFC 8032, 7.1: TEST 1 to 3. */
static void test_vectors(void)
{
	static const struct {
		const char *secret, *public, *message, *signature;
	} v[] = {
		{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
		 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
		 "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"},
		{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
		 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e"
		 "458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
		{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
		 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290"
		 "ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"},
	};

	for (size_t i = 0; i < ARRAY_LEN(v); i++) {
		struct signing_key k = {.name = S("k")};
		struct public_key p;
		struct signature s;
		uint8_t message[8], want[SIGNATURE_SIZE], public[KEY_PUBLIC_SIZE];
		struct str m = str_n((char *)message, strlen(v[i].message) / 2);
		ERR(err);

		hex(v[i].secret, k.b);
		hex(v[i].public, k.b + 32);
		hex(v[i].public, public);
		hex(v[i].message, message);
		hex(v[i].signature, want);
		signing_key_public(&k, &p);
		OK(memcmp(p.b, public, sizeof(public)) == 0, "the public half");
		IS_OK(key_sign(&k, m, &s, &err), err, "sign");
		OK(memcmp(s.b, want, sizeof(want)) == 0, "vector %zu", i + 1);
		OK(key_verify(&p, m, &s), "verify");
		s.b[i * 20] ^= 1;
		OK(!key_verify(&p, m, &s), "a bit of the signature");
		s.b[i * 20] ^= 1;
		OK(!key_verify(&p, S("other"), &s), "another message");
		/* The same group element with the order added: RFC 8032 refuses it. */
		static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
						  0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
						  0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
		unsigned carry = 0;
		for (size_t b = 0; b < 32; b++) {
			carry += s.b[32 + b] + order[b];
			s.b[32 + b] = (uint8_t)carry;
			carry >>= 8;
		}
		OK(!key_verify(&p, m, &s), "a malleable signature");
	}
}

/* A key that nix-store --generate-binary-cache-key made, and its signature of a path. */
static void test_fingerprint(void)
{
	struct str refs[] = {S("/nix/store/2jmiqxxd2z4ypk8am71rc6kffqzgma57-t"),
			     S("/nix/store/3jmiqxxd2z4ypk8am71rc6kffqzgma57-d")};
	struct path_info info = {.path = refs[0], .nar_size = 120, .refs = refs, .n_refs = 2};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(hash_parse(S("sha256:1impfw8zdgisxkghq9a3q7cn7jb9zyzgxdydiamp8z2nlyyl0h5h"),
			 HASH_SHA256, &info.nar_hash, &err),
	      err, "a hash");
	IS_OK(path_fingerprint(&info, &out, &err), err, "a fingerprint");
	IS_STR(buf_str(&out),
	       S("1;/nix/store/2jmiqxxd2z4ypk8am71rc6kffqzgma57-t;"
		 "sha256:1impfw8zdgisxkghq9a3q7cn7jb9zyzgxdydiamp8z2nlyyl0h5h;120;"
		 "/nix/store/2jmiqxxd2z4ypk8am71rc6kffqzgma57-t,"
		 "/nix/store/3jmiqxxd2z4ypk8am71rc6kffqzgma57-d"),
	       "as Nix writes it");
	info.nar_size = 0;
	IS_ERR(path_fingerprint(&info, &out, &err), err, ERR_CORRUPT, "without a size");
}

static void test_texts(void)
{
	static const char *const bad[] = {
		"",
		":",
		"a",
		"a:",
		":AAAA",
		"a b:AAAA",
		/* one letter short, one bit too many, another alphabet, 33 bytes */
		"a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=",
		"a:-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:",
	};
	struct public_key p;
	struct signing_key k, again;
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(public_key_parse(&mem, str_c(bad[i]), &p, &err), err, ERR_CORRUPT, bad[i]);
	IS_OK(public_key_parse(&mem, S(" a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"), &p,
			       &err),
	      err, "blanks around");
	IS_OK(signing_key_new(&mem, S("ü-1"), &k, &err), err, "a new one");
	IS_OK(signing_key_new(&mem, S("ü-1"), &again, &err), err, "another");
	OK(memcmp(k.b, again.b, 32) != 0, "they differ");
	char base64[BASE64_LEN(KEY_SECRET_SIZE) + 1];
	memcpy(k.b + 32, again.b + 32, 32);
	base64_encode(k.b, sizeof(k.b), base64);
	IS_ERR(signing_key_parse(&mem, str_c(arena_printf(&mem, "x:%s", base64)), &again, &err),
	       err, ERR_CORRUPT, "halves of two keys");
}

static void test_files(void)
{
	char *dir CLEANUP_FREE = NULL;
	struct signing_key k, again;
	struct stat st;
	ERR(err);

	IS_OK(temp_dir(temp_dir_root(), "t-key.", &dir, &err), err, "a folder");
	char *file CLEANUP_FREE = path_join(str_c(dir), S("k"));
	char *link CLEANUP_FREE = path_join(str_c(dir), S("l"));
	umask(0);
	IS_OK(signing_key_new(&mem, S("f"), &k, &err), err, "a key");
	IS_OK(signing_key_write(&k, file, &err), err, "is written");
	OK(stat(file, &st) == 0 && (st.st_mode & 07777) == 0600,
	   "for its owner, whatever the umask");
	IS_OK(signing_key_read(&mem, file, &again, &err), err, "is read");
	OK(memcmp(k.b, again.b, sizeof(k.b)) == 0, "it is the same");
	IS_ERR(signing_key_write(&k, file, &err), err, ERR_EXISTS, "never over another");
	OK(symlink("nowhere", link) == 0, "a link");
	IS_ERR(signing_key_write(&k, link, &err), err, ERR_EXISTS, "nor through a link");
	OK(chmod(file, 0640) == 0, "readable by a group");
	IS_ERR(signing_key_read(&mem, file, &again, &err), err, ERR_DENIED, "is not used");
	remove_tree_quietly(AT_FDCWD, dir);
}

static void test_ring(void)
{
	const char *text = "[keys.a]\npublic = \"a:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n"
			   "from = 2026-01-01\nuntil = 2027-01-01\ngates = [\"build\"]\n";
	const char *later =
		"[keys.b]\npublic = \"b:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\"\n"
		"retired = 2026-06-01\nevidence = \"abc\"\n";
	struct key_ring r, other;
	ERR(err);

	IS_OK(key_ring_parse(str_c(text), "f", &mem, &r, &err), err, "a ring");
	IS_INT(key_standing(&r.v[0], 1767225599), KEY_NOT_YET, "a second before");
	IS_INT(key_standing(&r.v[0], 1767225600), KEY_GOOD, "from then on");
	IS_INT(key_standing(&r.v[0], 1798761599), KEY_GOOD, "the last second");
	IS_INT(key_standing(&r.v[0], 1798761600), KEY_EXPIRED, "no longer");
	OK(key_may_sign(&r.v[0], S("build")) && !key_may_sign(&r.v[0], S("check")), "its gates");
	IS_OK(key_ring_parse(str_c(later), "f", &mem, &other, &err), err, "another ring");
	key_ring_restrict(&r, &other);
	IS_INT(key_standing(&r.v[0], 1767225600), KEY_RETIRED,
	       "the same key by another name retires");
	IS_STR(r.v[0].evidence, S("abc"), "with what was there then");
	OK(!key_ring_find(&r, S("b")), "nobody is added");
}

int main(void)
{
	test_vectors();
	test_fingerprint();
	test_texts();
	test_files();
	test_ring();
	arena_release(&mem);
	return tap_done();
}
