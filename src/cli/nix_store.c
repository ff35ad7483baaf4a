/* SPDX-License-Identifier: MIT
 *
 * nix store: its verbs. Those that are nix-store's operations under another name stand here. */
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "cli/nix_installables.h"
#include "cli/nix_verbs.h"
#include "store/store.h"

/* ---- gc ---- */

struct nix_gc_command {
	bool dry_run;
	uint64_t max;
};

static const struct option gc_rows[] = {
	OPT_FLAG(struct nix_gc_command, dry_run, "--dry-run", "delete nothing"),
	OPT_CALL(struct nix_gc_command, max, option_bytes, "--max", "BYTES",
		 "stop after that many"),
	OPT_END,
};

static struct gc_options gc_settings(const struct cli *cli)
{
	return (struct gc_options){.keep_outputs = cli->settings->keep_outputs,
				   .drop_derivations = !cli->settings->keep_derivations};
}

static void print_freed(const struct gc_result *r)
{
	out_printf("%zu store paths deleted, %.2f MiB freed\n", r->paths.n,
		   (double)r->freed / (1024 * 1024));
}

static errint gc_run(struct cli *cli, void *ctx, struct err *err)
{
	const struct nix_gc_command *c = ctx;
	struct gc_options o = gc_settings(cli);
	struct gc_result result = {0};

	o.dry_run = c->dry_run;
	store_gc_bound(&o, c->max);
	errint rc = store_gc(cli->store, &cli->a, &o, &result, err);
	if (!rc && c->dry_run)
		report_msg(cli_report(cli), REPORT_NOTE, "%zu store paths would be deleted",
			   result.paths.n);
	else if (!rc)
		print_freed(&result);
	return rc;
}

static const struct command gc = {
	.name = "gc",
	.summary = "delete what no root keeps",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = gc_rows,
	.size = sizeof(struct nix_gc_command),
	.defaults = &(const struct nix_gc_command){.max = GC_UNBOUNDED},
	.run = gc_run,
};

/* ---- delete ---- */

struct delete_command {
	struct nix_operands operands;
	bool ignore_liveness;
};

static const struct option delete_rows[] = {
	OPT_FLAG(struct delete_command, ignore_liveness, "--ignore-liveness",
		 "roots do not count, only what refers to a path"),
	NIX_OPERAND_ROWS(struct delete_command, operands),
	OPT_END,
};

static errint delete_run(struct cli *cli, void *ctx, struct err *err)
{
	struct delete_command *c = ctx;
	struct gc_options o = gc_settings(cli);
	struct gc_result result = {0};
	struct str *paths;
	errint rc = 0;

	if (!c->operands.words.n)
		return err_set(err, ERR_USAGE, "'%s' needs a path", cli->called);
	rc = nix_find_paths(cli, &c->operands, &paths, &o.n_paths, err);
	if (rc)
		return rc;
	o.paths = paths;
	o.ignore_liveness = c->ignore_liveness;
	rc = store_gc(cli->store, &cli->a, &o, &result, err);
	if (!rc)
		print_freed(&result);
	return rc;
}

static const struct command delete = {
	.name = "delete",
	.summary = "delete paths that nothing keeps",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = delete_rows,
	.size = sizeof(struct delete_command),
	.run = delete_run,
	.release = nix_operands_release,
};

/* ---- dump-path ---- */

struct dump_command {
	struct nix_operands operands;
};

static const struct option dump_rows[] = {
	NIX_OPERAND_ROWS(struct dump_command, operands),
	OPT_END,
};

static errint dump_run(struct cli *cli, void *ctx, struct err *err)
{
	struct dump_command *c = ctx;
	struct path_info info;
	struct str *paths;
	size_t n = 0;
	errint rc = nix_find_paths(cli, &c->operands, &paths, &n, err);

	if (!rc && n != 1)
		rc = err_set(err, ERR_USAGE, "'%s' takes one path", cli->called);
	if (!rc)
		rc = store_query(cli->store, &cli->a, paths[0], &info, err);
	if (rc)
		return rc;
	char *real CLEANUP_FREE = store_real_path(cli->store, paths[0]);
	return nar_dump(AT_FDCWD, real, out_sink(), NULL, NULL, err);
}

static const struct command dump_path = {
	.name = "dump-path",
	.summary = "write the NAR of a path to standard output",
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = dump_rows,
	.size = sizeof(struct dump_command),
	.run = dump_run,
	.release = nix_operands_release,
};

/* ---- optimise ---- */

static const struct option optimise_rows[] = {OPT_END};

static errint optimise_run(struct cli *cli, void *ctx, struct err *err)
{
	return store_optimise_told(cli, err);
}

static const struct command optimise = {
	.name = "optimise",
	.summary = "replace equal files by hard links",
	.needs = NEEDS_STORE,
	.rows = optimise_rows,
	.run = optimise_run,
};

static const struct command *const verbs[] = {
	&nix_store_add,
	&nix_store_add_file,
	&nix_store_add_path,
	&store_verb_cat,
	&delete,
	&nix_store_diff_closures,
	&dump_path,
	&gc,
	&nix_store_info,
	&store_verb_ls,
	&optimise,
	&nix_store_ping,
	&nix_store_repair,
	&nix_store_verify,
	NULL,
};

static const char *const elsewhere[] = {
	"copy-log",
	"",
	"copy-sigs",
	"",
	"make-content-addressed",
	"",
	"prefetch-file",
	"nix-prefetch-url",
	"sign",
	"",
	NULL,
};

const struct command nix_verb_store = {
	.name = "store",
	.summary = "work on the store",
	.verbs = verbs,
	.elsewhere = elsewhere,
};
