/* SPDX-License-Identifier: MIT
 *
 * narinfo: what Nix writes comes back byte for byte, and whatever else a cache may say is refused
 * with its place. */
#include "cache/narinfo.h"

#include "cache/cache_url.h"
#include "tap.h"

#define HASH_A "00000000000000000000000000000000"
#define HASH_B "11111111111111111111111111111111"
#define NAR    "sha256:1s0b3fhyzg8fnjd5gxpns214d1m6kmmyk9000465glap5g7nc6zz"
#define PATH   "StorePath: /nix/store/" HASH_A "-a\n"
#define URL    "URL: nar/x.nar.zst\n"
#define REST   "NarHash: " NAR "\nNarSize: 168\nReferences: \n"

static const char whole[] =
	PATH URL "Compression: zstd\n"
		 "FileHash: sha256:1asc4pzs3d2vdxf6gcr2aqi91pm3xmr4x0lpjszxpyi4xndfl1b2\n"
		 "FileSize: 129\n"
		 "NarHash: " NAR "\n"
		 "NarSize: 168\n"
		 "References: " HASH_A "-a " HASH_B "-b\n"
		 "Deriver: " HASH_B "-a.drv\n"
		 "Sig: k-1:xxxx\n"
		 "Sig: k-2:yyyy\n"
		 "CA: fixed:r:sha256:1asc4pzs3d2vdxf6gcr2aqi91pm3xmr4x0lpjszxpyi4xndfl1b2\n";

static errint parse(struct arena *a, const char *text, struct narinfo *out, struct err *err)
{
	return narinfo_parse(a, S("/nix/store"), str_c(text), "n", out, err);
}

static void comes_back(void)
{
	ARENA(a);
	ERR(err);
	BUF(b, LIMIT_SMALL_FILE);
	struct narinfo n;

	IS_OK(parse(&a, whole, &n, &err), err, "what Nix writes is read");
	narinfo_print(&n, &b);
	IS_STR(buf_str(&b), str_c(whole), "and written the same");
	IS_INT((intmax_t)n.info.n_refs, 2, "references");
	IS_STR(n.info.sigs, S("k-1:xxxx k-2:yyyy"), "signatures");
	IS_INT(n.packing, PACKING_ZSTD, "compression");
}

static void little_is_enough(void)
{
	ARENA(a);
	ERR(err);
	struct narinfo n;

	IS_OK(parse(&a, PATH URL REST "Unheard: of\n", &n, &err), err, "a short one, with more");
	IS_INT(n.packing, PACKING_BZIP2, "without a word it is bzip2, as in Nix");
	IS_INT(n.file_hash.algo, HASH_NONE, "no hash of the file");
	IS_OK(parse(&a, PATH URL REST "Deriver: unknown-deriver", &n, &err), err,
	      "no newline at the end");
	IS_STR(n.info.deriver, S(""), "a deriver that is unknown");
	IS_OK(parse(&a, PATH "URL: https://h/x.nar\n" REST, &n, &err), err, "another server");
}

static void is_refused(void)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"", "n: 'StorePath' is missing"},
		{PATH REST, "n: 'URL' is missing"},
		{PATH URL "NarSize: 1\n", "n: 'NarHash' is missing"},
		{PATH URL "NarHash: " NAR "\nNarSize: 0\n", "n: 'NarSize' is 0"},
		{PATH PATH URL REST, "n:2: a second 'StorePath'"},
		{PATH URL REST REST, "n:6: a second 'NarHash'"},
		{"StorePath: /nix/store/" HASH_A "-a/b\n" URL REST,
		 "n:1: '/nix/store/" HASH_A "-a/b' is no path of '/nix/store'"},
		{"StorePath: /gnu/store/" HASH_A "-a\n" URL REST,
		 "n:1: '/gnu/store/" HASH_A "-a' is no path of '/nix/store'"},
		{PATH "URL: ../x.nar\n" REST, "n:2: '../x.nar' is no URL of a NAR"},
		{PATH "URL: nar/../../x\n" REST, "n:2: 'nar/../../x' is no URL of a NAR"},
		{PATH "URL: /etc/passwd\n" REST, "n:2: '/etc/passwd' is no URL of a NAR"},
		{PATH "URL: file:///etc/passwd\n" REST,
		 "n:2: 'file:///etc/passwd' is no URL of a NAR"},
		{PATH "URL: nar/%2e%2e/x\n" REST, "n:2: 'nar/%2e%2e/x' is no URL of a NAR"},
		{PATH "URL: \n" REST, "n:2: '' is no URL of a NAR"},
		{PATH URL "Compression: lz4\n" REST, "n:3: unknown compression 'lz4'"},
		{PATH URL "References: x\n" REST, "n:3: 'x' is no name of a store path"},
		{PATH URL "References: ../" HASH_A "-a\n" REST,
		 "n:3: '../" HASH_A "-a' is no name of a store path"},
		{PATH URL "NarSize: -1\n" REST, "n:3: '-1' is no number"},
		{PATH URL "FileSize: 99999999999999999999\n" REST,
		 "n:3: '99999999999999999999' is no number"},
		{PATH URL "NarHash: md5:d41d8cd98f00b204e9800998ecf8427e\n",
		 "n:3: a NAR's hash has to be a sha256"},
		{"StorePath: /nix/store/" HASH_A "-a\r\n" URL REST, "n:1: a control character"},
		{"<html>\n", "n:1: a line without ':'"},
		{PATH URL REST "Sig: a b\n", "n:6: 'a b' is no signature"},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ARENA(a);
		ERR(err);
		struct narinfo n;

		IS_INT(parse(&a, cases[i].text, &n, &err), ERR_CORRUPT, "refused");
		IS_Z(err.msg, cases[i].words, "and so it is told");
	}
}

static void cache_info(void)
{
	ARENA(a);
	ERR(err);
	BUF(b, LIMIT_SMALL_FILE);
	struct cache_info c;
	struct str text = S("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 40\n");

	IS_OK(cache_info_parse(&a, text, "i", &c, &err), err, "what a cache says of itself");
	cache_info_print(&c, &b);
	IS_STR(buf_str(&b), text, "comes back");
	IS_OK(cache_info_parse(&a, S(""), "i", &c, &err), err, "it need not say anything");
	IS_INT((intmax_t)c.priority, 50, "then its priority is Nix's");
	IS_INT(cache_info_parse(&a, S("Priority: x\n"), "i", &c, &err), ERR_CORRUPT, "no number");
}

static void urls(void)
{
	static const struct {
		const char *text, *url;
		errint rc;
	} cases[] = {
		{"file:///a/b/?compression=xz", "file:///a/b", 0},
		{"https://me:secret@h/c?priority=3&trusted=1", "https://me:secret@h/c", 0},
		{"http://h", "http://h", 0},
		{"file://a", "", ERR_USAGE},
		{"h/c", "", ERR_USAGE},
		{"http://", "", ERR_USAGE},
		{"http://h?compression=lz4", "", ERR_USAGE},
		{"http://h?priority=x", "", ERR_USAGE},
		{"http://h?colour=red", "", ERR_USAGE},
		{"http://h?priority", "", ERR_USAGE},
		{"ssh://h", "", ERR_UNSUPPORTED},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		ARENA(a);
		ERR(err);
		struct cache_url u = {.url = S("")};

		IS_INT(cache_url_parse(&a, str_c(cases[i].text), &u, &err), cases[i].rc,
		       cases[i].text);
		IS_STR(u.url, str_c(cases[i].url), "its URL");
		OK(str_find(u.shown, S("secret")) < 0, "no secret is shown");
	}
}

int main(void)
{
	comes_back();
	little_is_enough();
	is_refused();
	cache_info();
	urls();
	return tap_done();
}
