/* SPDX-License-Identifier: MIT
 *
 * kiln gc: deletes what no root keeps. */
#include "base/arena.h"
#include "base/report.h"
#include "cli/command.h"
#include "store/store.h"

struct gc_command {
	bool dry_run, roots, json;
	uint64_t max_freed;
};

static const struct option rows[] = {
	OPT_FLAG(struct gc_command, dry_run, "-n --dry-run", "list what would go, delete nothing"),
	OPT_CALL(struct gc_command, max_freed, option_bytes, "--max-freed", "BYTES",
		 "stop after that many bytes"),
	OPT_FLAG(struct gc_command, roots, "--roots", "list the roots and what they keep"),
	OPT_FLAG(struct gc_command, json, "--json", "print JSON"),
	OPT_END,
};

static errint print_roots(struct cli *cli, struct store *s, struct err *err)
{
	ARENA(a);
	struct root *roots;
	size_t n;
	errint rc = store_roots(s, &a, &roots, &n, err);

	if (rc)
		return rc;
	if (cli->json)
		out_str(S("["));
	for (size_t i = 0; i < n; i++) {
		if (!cli->json) {
			out_printf("%.*s -> %.*s\n", STR_ARG(roots[i].link),
				   STR_ARG(roots[i].path));
			continue;
		}
		out_printf("%s\n {\"link\": ", i ? "," : "");
		out_json(roots[i].link);
		out_str(S(", \"path\": "));
		out_json(roots[i].path);
		out_str(S("}"));
	}
	if (cli->json)
		out_str(S("\n]\n"));
	return 0;
}

static void print_result(struct cli *cli, const struct gc_options *o, const struct gc_result *r)
{
	if (!cli->json) {
		for (size_t i = 0; i < r->paths.n; i++)
			out_printf("%.*s\n", STR_ARG(r->paths.v[i]));
		report_msg(cli_report(cli), REPORT_NOTE, "%zu store paths %s, %.1f MiB freed",
			   r->paths.n, o->dry_run ? "would be deleted" : "deleted",
			   (double)r->freed / (1 << 20));
		return;
	}
	out_str(S("{\"paths\": ["));
	for (size_t i = 0; i < r->paths.n; i++) {
		out_str(i ? S(",\n ") : S("\n "));
		out_json(r->paths.v[i]);
	}
	out_printf("],\n \"freed\": %llu}\n", (unsigned long long)r->freed);
}

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct gc_command *c = ctx;
	struct gc_options gc = {
		.dry_run = c->dry_run,
		.measure = c->dry_run,
		.keep_outputs = cli->settings->keep_outputs,
		.drop_derivations = !cli->settings->keep_derivations,
	};
	struct gc_result result = {0};

	cli->json = c->json;
	if (c->roots)
		return print_roots(cli, cli->store, err);
	store_gc_bound(&gc, c->max_freed);
	errint rc = store_gc(cli->store, &cli->a, &gc, &result, err);
	if (rc)
		return err_wrap(err, "collecting garbage");
	print_result(cli, &gc, &result);
	return 0;
}

const struct command command_gc = {
	.name = "gc",
	.summary = "delete what no root keeps",
	.topic = TOPIC_STORE,
	.needs = NEEDS_STORE | NEEDS_SETTINGS,
	.rows = rows,
	.size = sizeof(struct gc_command),
	.defaults = &(const struct gc_command){.max_freed = GC_UNBOUNDED},
	.run = run,
};
