/* SPDX-License-Identifier: MIT
 *
 * Names of algorithms and spellings. */
#include "cli/hash_options.h"

struct hash_spelling {
	enum hash_format format;
};

const struct option hash_spelling_rows[] = {
	OPT_CHOICE(struct hash_spelling, format, HASH_BASE16, NULL, "--base16",
		   "write hashes in base 16"),
	OPT_CHOICE(struct hash_spelling, format, HASH_NIX32, NULL, "--base32",
		   "write hashes in Nix's base 32"),
	OPT_CHOICE(struct hash_spelling, format, HASH_BASE64, NULL, "--base64",
		   "write hashes in base 64"),
	OPT_CHOICE(struct hash_spelling, format, HASH_SRI, NULL, "--sri", "write hashes as SRI"),
	OPT_END,
};

errint hash_algo_given(void *at, const struct option_given *g, struct err *err)
{
	if (hash_algo_parse(str_c(g->args[0]), at))
		return 0;
	err_set(err, ERR_USAGE, "unknown hash algorithm '%s'", g->args[0]);
	return err_hint(err, "one of md5, sha1, sha256, sha512");
}

errint hash_format_given(void *at, const struct option_given *g, struct err *err)
{
	static const struct {
		const char *name;
		enum hash_format format;
	} names[] = {
		{"base16", HASH_BASE16}, {"hex", HASH_BASE16},    {"nix32", HASH_NIX32},
		{"base32", HASH_NIX32},  {"base64", HASH_BASE64}, {"sri", HASH_SRI},
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(g->args[0], names[i].name) != 0)
			continue;
		*(enum hash_format *)at = names[i].format;
		return 0;
	}
	err_set(err, ERR_USAGE, "unknown hash format '%s'", g->args[0]);
	return err_hint(err, "one of base16, nix32, base64, sri");
}

void hash_print(const struct hash *h, enum hash_format f)
{
	char text[HASH_TEXT_MAX];

	out_printf("%s\n", hash_format(h, f, false, text));
}
