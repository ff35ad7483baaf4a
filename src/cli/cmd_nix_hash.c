/* SPDX-License-Identifier: MIT
 *
 * nix-hash: hashes of paths, md5 of their NARs unless told otherwise, and conversions. */
#include "cli/command.h"
#include "cli/hash_options.h"
#include "store/path_hash.h"

enum { TRUNCATED = 20 };

struct nix_hash_command {
	enum hash_algo algo;
	enum hash_format format;
	bool flat, truncate, type_given, convert;
	struct option_list operands;
};

static errint take_type(void *at, const struct option_given *g, struct err *err)
{
	struct nix_hash_command *c = at;

	c->type_given = true;
	return hash_algo_given(&c->algo, g, err);
}

static errint take_conversion(void *at, const struct option_given *g, struct err *err)
{
	struct nix_hash_command *c = at;

	c->convert = true;
	c->format = (enum hash_format)g->row->value;
	return 0;
}

#define CONVERSION(format_, names_, help_)                                             \
	{                                                                              \
		.names = names_, .help = help_, .kind = OPTION_CALL, .value = format_, \
		.call = take_conversion                                                \
	}

static const struct option rows[] = {
	OPT_FLAG(struct nix_hash_command, flat, "--flat",
		 "hash the bytes of files, not their NARs"),
	OPT_TABLE(struct nix_hash_command, format, NULL, hash_spelling_rows),
	OPT_FLAG(struct nix_hash_command, truncate, "--truncate", "fold longer hashes to 160 bits"),
	{.names = "--type",
	 .args = "ALGORITHM",
	 .help = "md5 (the default), sha1, sha256 or sha512",
	 .kind = OPTION_CALL,
	 .call = take_type},
	CONVERSION(HASH_BASE16, "--to-base16", "operands are hashes: write them in base 16"),
	CONVERSION(HASH_NIX32, "--to-base32", "operands are hashes: write them in base 32"),
	CONVERSION(HASH_BASE64, "--to-base64", "operands are hashes: write them in base 64"),
	CONVERSION(HASH_SRI, "--to-sri", "operands are hashes: write them as SRI"),
	OPERANDS(struct nix_hash_command, operands, "PATH"),
	OPT_END,
};

/* Any algorithm has 160 bits once it is folded; only its spelling without a name is left. */
static void print_truncated(const struct hash *h, enum hash_format format)
{
	struct hash folded = {.algo = HASH_SHA1};

	hash_compress(h, folded.b, TRUNCATED);
	hash_print(&folded, format);
}

static errint convert(const struct nix_hash_command *c, const char *text, struct err *err)
{
	bool named = strchr(text, ':') || (strchr(text, '-') && !c->type_given);
	struct hash h;
	errint rc = hash_parse(str_c(text), named && !c->type_given ? HASH_ANY : c->algo, &h, err);

	if (!rc)
		hash_print(&h, c->format);
	return rc;
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct nix_hash_command *c = ctx;
	errint rc = 0;

	if (c->truncate && c->format == HASH_SRI)
		return err_set(err, ERR_USAGE, "a folded hash has no SRI; leave out '--truncate'");
	for (size_t i = 0; !rc && i < c->operands.n; i++) {
		struct hash h;

		if (c->convert) {
			rc = convert(c, c->operands.v[i], err);
			continue;
		}
		rc = path_hash(c->operands.v[i], c->flat, c->algo, &h, err);
		if (rc)
			return rc;
		if (c->truncate && hash_size(h.algo) > TRUNCATED)
			print_truncated(&h, c->format);
		else
			hash_print(&h, c->format);
	}
	return rc;
}

const struct command command_nix_hash = {
	.name = "nix-hash",
	.summary = "compute and convert hashes, as nix-hash does",
	.topic = TOPIC_FOREIGN,
	.rows = rows,
	.size = sizeof(struct nix_hash_command),
	.defaults = &(const struct nix_hash_command){.algo = HASH_MD5},
	.run = run,
};
