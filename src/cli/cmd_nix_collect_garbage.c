/* SPDX-License-Identifier: MIT
 *
 * nix-collect-garbage: old generations of profiles, when asked, then what no root keeps. */
#include <time.h>
#include "cli/command.h"
#include "store/generations.h"

enum { DAY = 86400 };

struct collect_command {
	bool old, dry_run;
	int64_t days; /* older than that many; -1: not given */
	uint64_t max_freed;
};

static errint take_age(void *at, const struct option_given *g, struct err *err)
{
	struct str text = str_c(g->args[0]);
	struct collect_command *c = at;
	uint64_t days;

	if (!str_ends(text, S("d")) || !str_to_u64(str_sub(text, 0, text.n - 1), &days) ||
	    days > INT32_MAX) {
		err_set(err, ERR_USAGE, "'%s' is no age", g->args[0]);
		return err_hint(err, "a number of days: 30d");
	}
	c->old = true;
	c->days = (int64_t)days;
	return 0;
}

static const struct option rows[] = {
	OPT_FLAG(struct collect_command, old, "-d --delete-old",
		 "first remove all generations of profiles but the current ones"),
	{.names = "--delete-older-than",
	 .args = "DAYS",
	 .help = "first remove generations not in use for that long: 30d",
	 .kind = OPTION_CALL,
	 .call = take_age},
	OPT_FLAG(struct collect_command, dry_run, "-n --dry-run",
		 "tell what would go, delete nothing"),
	OPT_CALL(struct collect_command, max_freed, option_bytes, "--max-freed", "BYTES",
		 "stop after that many bytes"),
	OPT_END,
};

static errint remove_generations(struct cli *cli, const struct collect_command *c, struct err *err)
{
	int64_t before = c->days >= 0 ? (int64_t)time(NULL) - c->days * DAY : INT64_MIN;
	struct generation *gone;
	size_t n;

	return generations_remove(cli->store, &cli->a, before, c->dry_run, &gone, &n, err);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct collect_command *c = ctx;
	struct gc_options o = {.dry_run = c->dry_run,
			       .keep_outputs = cli->settings->keep_outputs,
			       .drop_derivations = !cli->settings->keep_derivations};
	struct gc_result result = {0};
	errint rc = c->old ? remove_generations(cli, c, err) : 0;

	store_gc_bound(&o, c->max_freed);
	if (!rc)
		rc = store_gc(cli->store, &cli->a, &o, &result, err);
	if (rc)
		return rc;
	for (size_t i = 0; c->dry_run && i < result.paths.n; i++)
		out_printf("%.*s\n", STR_ARG(result.paths.v[i]));
	if (!c->dry_run)
		out_printf("%zu store paths deleted, %.2f MiB freed\n", result.paths.n,
			   (double)result.freed / (1024 * 1024));
	return 0;
}

const struct command command_nix_collect_garbage = {
	.name = "nix-collect-garbage",
	.summary = "remove old generations and what no root keeps, as nix-collect-garbage does",
	.topic = TOPIC_FOREIGN,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct collect_command),
	.defaults = &(const struct collect_command){.days = -1, .max_freed = GC_UNBOUNDED},
	.run = run,
};
