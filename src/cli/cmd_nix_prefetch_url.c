/* SPDX-License-Identifier: MIT
 *
 * nix-prefetch-url: brings a file into the store and prints its hash. What fetches is the
 * evaluator's own fetchurl and fetchTarball. */
#include <stdlib.h>
#include "base/report.h"
#include "cli/command.h"
#include "cli/hash_options.h"
#include "project/evaluation.h"
#include "store/path_hash.h"
#include "store/store.h"

struct prefetch_command {
	enum hash_algo algo;
	bool unpack, print_path;
	const char *name, *url, *expected;
};

static const struct option rows[] = {
	OPT_HASH_ALGO(struct prefetch_command, algo, "--type",
		      "md5, sha1, sha256 (the default) or sha512"),
	OPT_FLAG(struct prefetch_command, unpack, "--unpack",
		 "unpack an archive and hash the tree"),
	OPT_TEXT(struct prefetch_command, name, "--name", "NAME", "what to call it in the store"),
	OPT_FLAG(struct prefetch_command, print_path, "--print-path", "print the store path, too"),
	OPERAND(struct prefetch_command, url, "URL"),
	OPERAND_OPTIONAL(struct prefetch_command, expected, "HASH"),
	OPT_END,
};

static errint fetch(struct cli *cli, const struct prefetch_command *c, struct str name,
		    struct str *out, struct err *err)
{
	struct eval_request request = {0};
	BUF(text, LIMIT_PATH_TEXT * 4);
	EVALUATION(e);
	struct session *s;
	struct value *v;

	/* What was fetched an hour ago does not count: that is what the command is for. */
	cli->settings->tarball_ttl = 0;
	cli->settings->given[SETTING_INDEX_tarball_ttl] = true;
	cli->settings->pure_eval = cli->settings->restrict_eval = false;
	buf_printf(&text, "builtins.%s { url = ", c->unpack ? "fetchTarball" : "fetchurl");
	eval_print_string(&text, str_c(c->url));
	buf_putz(&text, "; name = ");
	eval_print_string(&text, name);
	buf_putz(&text, "; }");
	errint rc = buf_check(&text, "URL", err);
	if (!rc)
		rc = cli_session(cli, &s, err);
	if (!rc)
		rc = evaluation_open(s, &request, 0, &e, err);
	if (!rc)
		rc = eval_string(e.eval, buf_str(&text), "/", "«command line»", &v, err);
	if (!rc)
		rc = eval_get_string(e.eval, v, out, err);
	if (rc) {
		/* The steps within are not the user's. */
		free(STEAL(err->trace));
		return rc;
	}
	*out = arena_str(&cli->a, *out);
	return 0;
}

/* Where a file with the expected hash is, if it is. */
static errint look(struct cli *cli, const struct prefetch_command *c, struct str name,
		   struct hash *want, struct str *path, bool *there, struct err *err)
{
	errint rc = hash_parse(str_c(c->expected), c->algo, want, err);

	if (!rc)
		rc = store_path_make_fixed(&cli->a, store_dir(cli->store), name, c->unpack, want,
					   NULL, 0, false, path, err);
	return rc ? rc : store_is_valid(cli->store, *path, there, err);
}

static errint bring(struct cli *cli, const struct prefetch_command *c, struct str name,
		    struct hash *hash, struct str *path, struct err *err)
{
	struct str fetched;
	errint rc = fetch(cli, c, name, &fetched, err);

	if (rc)
		return rc;
	char *real CLEANUP_FREE = store_real_path(cli->store, fetched);
	rc = path_hash(real, !c->unpack, c->algo, hash, err);
	/* Another algorithm gives another path. */
	if (!rc)
		rc = store_add_path(cli->store, &cli->a, name, real, c->unpack, c->algo, NULL, NULL,
				    NULL, path, err);
	return rc ? rc : store_flush(cli->store, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct prefetch_command *c = ctx;
	struct str name = c->name ? str_c(c->name) : path_base(str_c(c->url)), path;
	struct hash want, got;
	bool there = false;
	errint rc = store_name_check(name, err);

	if (rc) {
		err_wrap(err, "naming '%s'", c->url);
		return err_hint(err, "give it a name with --name");
	}
	if (c->expected)
		rc = look(cli, c, name, &want, &path, &there, err);
	if (!rc && there)
		got = want;
	else if (!rc)
		rc = bring(cli, c, name, &got, &path, err);
	if (rc)
		return rc;
	if (c->expected && !hash_eq(&want, &got))
		return hash_mismatch(err, HASH_OF_DOWNLOAD, str_c(c->url), &want, &got);
	if (!c->print_path)
		report_msg(cli_report(cli), REPORT_NOTE, "path is '%.*s'", STR_ARG(path));
	hash_print(&got, c->algo == HASH_MD5 ? HASH_BASE16 : HASH_NIX32);
	if (c->print_path)
		out_printf("%.*s\n", STR_ARG(path));
	return 0;
}

const struct command command_nix_prefetch_url = {
	.name = "nix-prefetch-url",
	.summary = "bring a file into the store and print its hash, as nix-prefetch-url does",
	.topic = TOPIC_FOREIGN,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct prefetch_command),
	.defaults = &(const struct prefetch_command){.algo = HASH_SHA256},
	.run = run,
};
