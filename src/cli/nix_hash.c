/* SPDX-License-Identifier: MIT
 *
 * nix hash: hashes of files and trees, and one spelling of a hash for another. `kiln store hash` is
 * its verb path. */
#include "cli/hash_options.h"
#include "cli/nix_verbs.h"
#include "store/path_hash.h"

/* ---- of files and trees ---- */

struct hash_command {
	enum hash_algo algo;
	enum hash_format format;
	struct option_list paths;
};

static const struct option path_rows[] = {
	OPT_TABLE(struct hash_command, format, NULL, hash_spelling_rows),
	OPT_HASH_FORMAT(struct hash_command, format, "--format",
			"write it as base16, nix32, base64 or sri (the default)"),
	OPT_HASH_ALGO(struct hash_command, algo, "--type --algo",
		      "md5, sha1, sha256 (the default) or sha512"),
	OPERANDS_NEEDED(struct hash_command, paths, "PATH"),
	OPT_END,
};

static const struct hash_command hash_defaults = {.algo = HASH_SHA256, .format = HASH_SRI};

static errint hash_all(const struct hash_command *c, bool flat, struct err *err)
{
	errint rc = 0;

	for (size_t i = 0; !rc && i < c->paths.n; i++) {
		struct hash h;

		rc = path_hash(c->paths.v[i], flat, c->algo, &h, err);
		if (!rc)
			hash_print(&h, c->format);
	}
	return rc;
}

static errint path_run(struct cli *cli, void *ctx, struct err *err)
{
	return hash_all(ctx, false, err);
}

static errint file_run(struct cli *cli, void *ctx, struct err *err)
{
	return hash_all(ctx, true, err);
}

#define HASH_COMMAND \
	.rows = path_rows, .size = sizeof(struct hash_command), .defaults = &hash_defaults

static const struct command hash_path = {
	.name = "path",
	HASH_COMMAND,
	.summary = "print the hash of the NAR of paths",
	.run = path_run,
};

static const struct command hash_file = {
	.name = "file",
	HASH_COMMAND,
	.summary = "print the hash of the bytes of files",
	.run = file_run,
};

const struct command store_verb_hash = {
	.name = "hash",
	HASH_COMMAND,
	.summary = "print the hash that a path has in recipes",
	.run = path_run,
};

/* ---- spellings ---- */

struct convert_command {
	enum hash_algo algo;
	enum hash_format to;
	enum hash_format from;
	struct option_list hashes;
};

static const struct option convert_rows[] = {
	OPT_HASH_ALGO(struct convert_command, algo, "--type --hash-algo",
		      "the algorithm, where the hash does not name it"),
	OPT_HASH_FORMAT(struct convert_command, to, "--to", "what to write: sri (the default)"),
	OPT_HASH_FORMAT(struct convert_command, from, "--from", "what the hash must be written in"),
	OPERANDS_NEEDED(struct convert_command, hashes, "HASH"),
	OPT_END,
};

static const struct option to_rows[] = {
	OPT_HASH_ALGO(struct convert_command, algo, "--type --hash-algo",
		      "the algorithm, where the hash does not name it"),
	OPERANDS_NEEDED(struct convert_command, hashes, "HASH"),
	OPT_END,
};

#define FROM_ANY ((enum hash_format)100)

/* The digest that was read, written as `from` says, is what was given. */
static errint check_from(const struct hash *h, enum hash_format from, struct str text,
			 struct err *err)
{
	char again[HASH_TEXT_MAX];
	struct str prefix = str_c(hash_algo_name(h->algo)), bare = text;

	if (from == FROM_ANY)
		return 0;
	if (from != HASH_SRI && str_starts(text, prefix) && text.n > prefix.n &&
	    text.p[prefix.n] == ':')
		bare = str_skip(text, prefix.n + 1);
	if (str_eqz(bare, hash_format(h, from, false, again)))
		return 0;
	return err_set(err, ERR_USAGE, "hash '%.*s' is not written as --from says", STR_ARG(text));
}

static errint convert_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct convert_command *c = ctx;
	errint rc = 0;

	for (size_t i = 0; !rc && i < c->hashes.n; i++) {
		struct str text = str_c(c->hashes.v[i]);
		struct hash h;

		rc = hash_parse(text, c->algo, &h, err);
		if (!rc)
			rc = check_from(&h, c->from, text, err);
		if (!rc)
			hash_print(&h, c->to);
	}
	return rc;
}

#define TO_VERB(id, name_, format_, what)                                                      \
	static const struct command id = {                                                     \
		.name = name_,                                                                 \
		.summary = "write hashes " what,                                               \
		.rows = to_rows,                                                               \
		.size = sizeof(struct convert_command),                                        \
		.defaults = &(const struct convert_command){HASH_ANY, format_, FROM_ANY, {0}}, \
		.run = convert_run,                                                            \
	}

TO_VERB(to_base16, "to-base16", HASH_BASE16, "in base 16");
TO_VERB(to_base32, "to-base32", HASH_NIX32, "in Nix's base 32");
TO_VERB(to_base64, "to-base64", HASH_BASE64, "in base 64");
TO_VERB(to_sri, "to-sri", HASH_SRI, "as SRI");

static const struct command convert = {
	.name = "convert",
	.summary = "write hashes in another way",
	.rows = convert_rows,
	.size = sizeof(struct convert_command),
	.defaults = &(const struct convert_command){HASH_ANY, HASH_SRI, FROM_ANY, {0}},
	.run = convert_run,
};

static const struct command *const verbs[] = {
	&convert, &hash_file, &hash_path, &to_base16, &to_base32, &to_base64, &to_sri, NULL,
};

const struct command nix_verb_hash = {
	.name = "hash",
	.summary = "compute and convert hashes",
	.verbs = verbs,
};
