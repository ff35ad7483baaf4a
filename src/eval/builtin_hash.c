/* SPDX-License-Identifier: MIT
 *
 * Builtins on hashes. Messages are Nix's; base/hash.h knows the spellings. */
#include "eval/builtin_int.h"

#include "base/report.h"

errint hash_algo_arg(struct eval *E, struct str name, enum hash_algo *out)
{
	if (hash_algo_parse(name, out))
		return 0;
	if (str_eq(name, S("blake3")))
		return eval_fail(E, 0,
				 "experimental Nix feature 'blake3-hashes' is disabled; add "
				 "'--extra-experimental-features blake3-hashes' to enable it");
	return eval_fail(
		E, 0,
		"unknown hash algorithm '%.*s', expect 'blake3', 'md5', 'sha1', 'sha256', or "
		"'sha512'",
		STR_ARG(name));
}

static errint digest_arg(struct eval *E, struct str digest, struct str whole, enum hash_algo algo,
			 bool sri, struct hash *out)
{
	size_t n = hash_size(algo);
	bool ok, fits = true;

	*out = (struct hash){.algo = algo};
	if (sri)
		ok = base64_decode(digest, out->b, n);
	else if (digest.n == BASE16_LEN(n))
		ok = base16_decode(digest, out->b, n);
	else if (digest.n == BASE32_LEN(n))
		ok = base32_decode(digest, out->b, n);
	else if (digest.n == BASE64_LEN(n))
		ok = base64_decode(digest, out->b, n);
	else
		ok = false, fits = false;
	if (ok)
		return 0;
	if (fits)
		eval_fail(E, 0, "invalid %s hash '%.*s'", hash_algo_name(algo), STR_ARG(whole));
	else
		eval_fail(E, 0, "hash '%.*s' has wrong length for hash algorithm '%s'",
			  STR_ARG(digest), hash_algo_name(algo));
	return eval_cure(E,
			 "as an SRI hash this is '%s-' and %zu characters; with hash = \"\" the "
			 "build tells the right one",
			 hash_algo_name(algo), (size_t)BASE64_LEN(n));
}

errint hash_arg(struct eval *E, struct str text, enum hash_algo algo, struct hash *out)
{
	struct str name, digest;
	enum hash_algo named;
	bool sri = false;

	if (text.n == 0 && algo != HASH_ANY) {
		char shown[HASH_TEXT_MAX];

		*out = (struct hash){.algo = algo};
		eval_tell(E, REPORT_WARN, "found empty hash, assuming '%s'",
			  hash_format(out, HASH_SRI, true, shown));
		return 0;
	}
	if (text.n == 0)
		return eval_fail(E, 0, "empty hash requires explicit hash algorithm");
	if (!str_cut(text, ':', &name, &digest)) {
		sri = str_cut(text, '-', &name, &digest);
		if (!sri) {
			if (algo != HASH_ANY)
				return digest_arg(E, text, text, algo, false, out);
			return eval_fail(E, 0,
					 "hash '%.*s' does not include a type, nor is the type "
					 "otherwise known from context",
					 STR_ARG(text));
		}
	}
	TRY(hash_algo_arg(E, name, &named));
	if (algo != HASH_ANY && algo != named)
		return eval_fail(E, 0, "hash '%.*s' should have type '%s'", STR_ARG(text),
				 hash_algo_name(algo));
	return digest_arg(E, digest, text, named, sri, out);
}

static struct value hash_value(struct eval *E, const struct hash *h, enum hash_format f)
{
	char text[HASH_TEXT_MAX];

	return string_copy(E, str_c(hash_format(h, f, f == HASH_SRI, text)), NULL);
}

/* builtins' digest: a long one can be interrupted. */
static errint digest_value(struct eval *E, enum hash_algo algo, struct str s, struct value *out)
{
	struct hash h;
	ERR(err);

	if (hash_big(algo, s, &h, &err))
		return eval_fail_err(E, 0, &err);
	*out = hash_value(E, &h, HASH_BASE16);
	return 0;
}

BUILTIN(hashString)
{
	enum hash_algo algo;
	struct str name, s;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.hashString",
			      &name));
	TRY(hash_algo_arg(E, name, &algo));
	TRY(want_string(E, args[1], 0,
			"while evaluating the second argument passed to builtins.hashString", &s,
			NULL));
	return digest_value(E, algo, s, out);
}

BUILTIN(hashFile)
{
	struct str name, path, bytes;
	enum hash_algo algo;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.hashFile",
			      &name));
	TRY(hash_algo_arg(E, name, &algo));
	TRY(realise_path(E, pos, args[1], REALISE_FOLLOW, &path));
	TRY(path_read(E, pos, path, &bytes));
	return digest_value(E, algo, bytes, out);
}

static errint hash_format_arg(struct eval *E, struct str name, enum hash_format *out)
{
	static const struct {
		const char *name;
		enum hash_format format;
	} formats[] = {
		{"base16", HASH_BASE16}, {"nix32", HASH_NIX32}, {"base32", HASH_NIX32},
		{"base64", HASH_BASE64}, {"sri", HASH_SRI},
	};

	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (str_eqz(name, formats[i].name)) {
			if (str_eq(name, S("base32")))
				eval_tell(E, REPORT_WARN,
					  "\"base32\" is a deprecated alias for hash format "
					  "\"nix32\".");
			*out = formats[i].format;
			return 0;
		}
	return eval_fail(
		E, 0, "unknown hash format '%.*s', expect 'base16', 'base32', 'base64', or 'sri'",
		STR_ARG(name));
}

BUILTIN(convertHash)
{
	enum hash_algo algo = HASH_ANY;
	struct attr *hash, *to;
	struct str text, format_name;
	const struct attr *algo_attr;
	enum hash_format format;
	struct hash h;

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the first argument passed to builtins.convertHash"));
	TRY(want_attr(E, args[0]->attrs, SYM_hash, 0, "while locating the attribute 'hash'",
		      &hash));
	TRY(want_string_plain(E, hash->v, 0, "while evaluating the attribute 'hash'", &text));
	algo_attr = attrs_get(args[0]->attrs, SYM_hashAlgo);
	if (algo_attr) {
		struct str name;

		TRY(want_string_plain(E, algo_attr->v, 0,
				      "while evaluating the attribute 'hashAlgo'", &name));
		TRY(hash_algo_arg(E, name, &algo));
	}
	TRY(want_attr(E, args[0]->attrs, SYM_toHashFormat, 0,
		      "while locating the attribute 'toHashFormat'", &to));
	TRY(want_string_plain(E, to->v, 0, "while evaluating the attribute 'toHashFormat'",
			      &format_name));
	TRY(hash_format_arg(E, format_name, &format));
	TRY(hash_arg(E, text, algo, &h));
	*out = hash_value(E, &h, format);
	return 0;
}

/* What stands for an output's path until the build knows it: a path in the root folder that no
 * file has. */
BUILTIN(placeholder)
{
	char text[HASH_TEXT_MAX];
	struct str name;
	struct hash h;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.placeholder",
			      &name));
	hash_bytes(HASH_SHA256, heap_printf(E, "nix-output:%.*s", STR_ARG(name)), &h);
	*out = v_str(heap_printf(E, "/%s", hash_format(&h, HASH_NIX32, false, text)));
	return 0;
}

const struct builtin_row builtins_hash[] = {
	{"hashString", 2, 0, builtin_hashString, "type s",
	 "The hash of a string in base 16; type is md5, sha1, sha256 or sha512."},
	{"hashFile", 2, 0, builtin_hashFile, "type p", "The hash of a file's bytes in base 16."},
	{"convertHash", 1, 0, builtin_convertHash, "args",
	 "Spells { hash; hashAlgo; } as toHashFormat says: base16, nix32, base64 or sri."},
	{"placeholder", 1, BUILTIN_GLOBAL, builtin_placeholder, "output",
	 "Text that the build replaces by the path of one of its outputs."},
	BUILTIN_END,
};
