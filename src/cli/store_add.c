/* SPDX-License-Identifier: MIT
 *
 * kiln store add, nix store add, add-path and add-file: copies into the store. */
#include "base/file.h"
#include "cli/command.h"
#include "cli/hash_options.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

struct add_command {
	enum hash_algo algo;
	bool flat, dry_run, json;
	const char *name;
	struct option_list paths;
};

#define ROW_NAME                                                \
	OPT_TEXT(struct add_command, name, "-n --name", "NAME", \
		 "what to call it in the store, instead of the file's name")
#define ROW_DRY_RUN OPT_FLAG(struct add_command, dry_run, "--dry-run", "tell the path, add nothing")
#define ROW_ALGO                                                      \
	OPT_HASH_ALGO(struct add_command, algo, "--hash-algo --algo", \
		      "md5, sha1, sha256 (the default) or sha512")

static errint take_mode(void *at, const struct option_given *g, struct err *err)
{
	struct add_command *c = at;

	c->flat = strcmp(g->args[0], "flat") == 0;
	if (c->flat || strcmp(g->args[0], "nar") == 0)
		return 0;
	err_set(err, ERR_USAGE, "unknown mode '%s'", g->args[0]);
	return err_hint(err, "flat or nar");
}

static const struct option path_rows[] = {
	ROW_NAME,
	ROW_DRY_RUN,
	OPERANDS_NEEDED(struct add_command, paths, "PATH"),
	OPT_END,
};

static const struct option add_rows[] = {
	ROW_NAME,
	ROW_DRY_RUN,
	ROW_ALGO,
	{.names = "--mode",
	 .args = "MODE",
	 .help = "what is hashed: nar (the default), or flat for a file's bytes",
	 .kind = OPTION_CALL,
	 .call = take_mode},
	OPERANDS_NEEDED(struct add_command, paths, "PATH"),
	OPT_END,
};

static const struct option kiln_rows[] = {
	ROW_NAME,
	ROW_DRY_RUN,
	ROW_ALGO,
	OPT_FLAG(struct add_command, flat, "--flat", "hash a file's bytes, not its NAR"),
	OPT_FLAG(struct add_command, json, "--json", "print JSON"),
	OPERANDS_NEEDED(struct add_command, paths, "PATH"),
	OPT_END,
};

static errint add_one(struct cli *cli, const struct add_command *c, const char *from,
		      struct str *out, struct err *err)
{
	char *path CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(from), &path, err);

	if (rc)
		return rc;
	struct str name = c->name ? str_c(c->name) : path_base(str_c(path));
	rc = store_name_check(name, err);
	if (rc) {
		err_wrap(err, "adding '%s'", from);
		return c->name ? rc : err_hint(err, "give it a name with --name");
	}
	return store_add_path(cli->store, &cli->a, name, path, !c->flat, c->algo, NULL, NULL, NULL,
			      out, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct add_command *c = ctx;
	errint rc = 0;

	if (c->name && c->paths.n > 1)
		return err_set(err, ERR_USAGE, "'--name' names one path, here are %zu", c->paths.n);
	store_set_readonly(cli->store, c->dry_run);
	store_set_mending(cli->store, true);
	struct str *out = ARENA_ARRAY(&cli->a, struct str, c->paths.n);
	for (size_t i = 0; !rc && i < c->paths.n; i++)
		rc = add_one(cli, c, c->paths.v[i], &out[i], err);
	if (!rc)
		rc = store_flush(cli->store, err);
	if (rc)
		return rc;
	if (c->json)
		out_str(S("["));
	for (size_t i = 0; i < c->paths.n; i++) {
		if (!c->json) {
			out_printf("%.*s\n", STR_ARG(out[i]));
			continue;
		}
		out_str(i ? S(",\n ") : S("\n "));
		out_json(out[i]);
	}
	if (c->json)
		out_str(S("\n]\n"));
	return 0;
}

#define ADD_COMMAND .needs = NEEDS_STORE, .size = sizeof(struct add_command), .run = run
static const struct add_command nar = {.algo = HASH_SHA256};
static const struct add_command flat = {.algo = HASH_SHA256, .flat = true};

const struct command store_verb_add = {
	.name = "add",
	ADD_COMMAND,
	.summary = "copy files and folders into the store",
	.rows = kiln_rows,
	.defaults = &nar,
};

const struct command nix_store_add = {
	.name = "add",
	ADD_COMMAND,
	.summary = "copy files and folders into the store",
	.rows = add_rows,
	.defaults = &nar,
};

const struct command nix_store_add_path = {
	.name = "add-path",
	ADD_COMMAND,
	.summary = "copy files and folders into the store, by the hash of their NAR",
	.rows = path_rows,
	.defaults = &nar,
};

const struct command nix_store_add_file = {
	.name = "add-file",
	ADD_COMMAND,
	.summary = "copy files into the store, by the hash of their bytes",
	.rows = path_rows,
	.defaults = &flat,
};
