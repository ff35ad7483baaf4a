/* SPDX-License-Identifier: MIT
 *
 * Store path text: what is one, and the digests, against paths that Nix 2.8 computed. */
#include "store/store_path.h"

#include "base/limits.h"
#include "tap.h"

static struct arena a;
static struct err err;
static const struct str dir = {"/nix/store", 10};

static void names(void)
{
	static const char *const good[] = {"a", "A-1.2+3_4?5=6", "x.drv", ".x", "-", "..x"};
	static const char *const bad[] = {"",    ".",    ".-x", "..",  "..-", "a/b",
					  "a b", "\xff", "a~",  "a:b", "a@b", "a,b"};
	char longest[LIMIT_STORE_NAME + 1];

	memset(longest, 'x', sizeof(longest));
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		IS_OK(store_name_check(str_c(good[i]), &err), err, good[i]);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(store_name_check(str_c(bad[i]), &err), err, ERR_FAILED, "refused name");
	IS_OK(store_name_check(str_n(longest, 211), &err), err, "211 letters");
	IS_ERR(store_name_check(str_n(longest, 212), &err), err, ERR_FAILED, "212 letters");
}

static void splitting(void)
{
	const char *p = "/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x";
	const char *deep = "/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x/bin/sh";
	struct str top, rest;

	OK(store_path_is(dir, str_c(p)), "a store path");
	OK(!store_path_is(dir, str_c(deep)), "a path inside one is not one");
	OK(store_path_split(dir, str_c(deep), &top, &rest), "a path inside one");
	IS_STR(top, str_c(p), "its top");
	IS_STR(rest, S("/bin/sh"), "its rest");
	OK(store_path_split(dir, str_c(p), &top, &rest) && rest.n == 0, "no rest");
	OK(!store_path_is(dir, S("/nix/store")), "the folder itself");
	OK(!store_path_is(dir, S("/nix/store/")), "the folder with a slash");
	OK(!store_path_is(dir, S("/nix/storelfngsssysp6h1v4ccqg23c52s9sjl779-x")), "no slash");
	OK(!store_path_is(dir, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-")), "no name");
	OK(!store_path_is(dir, S("/nix/store/efngsssysp6h1v4ccqg23c52s9sjl779-x")), "letter e");
	OK(!store_path_is(dir, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl77-xx")), "31 letters");
	OK(!store_path_is(dir, S("/other/lfngsssysp6h1v4ccqg23c52s9sjl779-x")), "another store");
	IS_STR(store_path_hash_part(str_c(p)), S("lfngsssysp6h1v4ccqg23c52s9sjl779"), "hash part");
	IS_STR(store_path_name(str_c(p)), S("x"), "name");
	OK(store_path_is_drv(S("/nix/store/x.drv")) && !store_path_is_drv(str_c(p)), "a .drv");
}

static struct hash sha256_of(const char *nix32)
{
	struct hash h;

	IS_OK(hash_parse(str_c(nix32), HASH_SHA256, &h, &err), err, nix32);
	return h;
}

static void digests(void)
{
	struct hash tree = sha256_of("1zqlxw8z7raz4c6wp3qgi2wvnrl3b50vmii6ni4ksnlzp2r1qp9m");
	struct hash file, y;
	struct str out;

	hash_bytes(HASH_SHA256, S("x"), &file);
	hash_bytes(HASH_SHA256, S("y"), &y);
	IS_OK(store_path_make_fixed(&a, dir, S("t"), true, &tree, NULL, 0, false, &out, &err), err,
	      "recursive");
	IS_STR(out, S("/nix/store/cvy1f9768c0wvc4kir6kvd79pglqgad4-t"), "recursive sha256");
	IS_OK(store_path_make_fixed(&a, dir, S("f"), false, &file, NULL, 0, false, &out, &err), err,
	      "flat");
	IS_STR(out, S("/nix/store/01h6b15ys4wgsaivd4z7g3n220csz5d4-f"), "flat sha256");
	hash_bytes(HASH_SHA512, S("x"), &file);
	IS_OK(store_path_make_fixed(&a, dir, S("f"), false, &file, NULL, 0, false, &out, &err), err,
	      "flat sha512");
	IS_STR(out, S("/nix/store/qab67z21q4qx45zvih02ssh3gl4995mk-f"), "flat sha512");
	IS_OK(store_path_make_text(&a, dir, S("x"), &y, NULL, 0, &out, &err), err, "text");
	IS_STR(out, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"), "text path");
	IS_ERR(store_path_make_fixed(&a, dir, S("f"), false, &file, &out, 1, false, &out, &err),
	       err, ERR_UNSUPPORTED, "a flat hash has no references");
	IS_ERR(store_path_make_text(&a, dir, S("a/b"), &y, NULL, 0, &out, &err), err, ERR_FAILED,
	       "a bad name");
	IS_STR(out, S("/nix/store/lfngsssysp6h1v4ccqg23c52s9sjl779-x"), "output untouched");
}

int main(void)
{
	names();
	splitting();
	digests();
	arena_release(&a);
	return tap_done();
}
