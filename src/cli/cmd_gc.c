/* SPDX-License-Identifier: MIT
 *
 * kiln gc: deletes what no root keeps. */
#include "base/arena.h"
#include "base/report.h"
#include "cli/cli.h"
#include "cli/setting_options.h"
#include "store/store.h"

enum {
	O_DRY_RUN = 1,
	O_JSON,
	O_MAX_FREED,
	O_ROOTS,
};

const struct option_row cmd_gc_options[] = {
	{O_DRY_RUN, "-n --dry-run", NULL, "list what would go, delete nothing"},
	{O_MAX_FREED, "--max-freed", "BYTES", "stop after that many bytes"},
	{O_ROOTS, "--roots", NULL, "list the roots and what they keep"},
	{O_JSON, "--json", NULL, "print JSON"},
	{0},
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

errint cmd_gc(struct cli *cli, int argc, char **argv, struct err *err)
{
	ARENA(a);
	struct gc_options gc = {0};
	struct gc_result result = {0};
	struct settings *settings;
	struct options o;
	struct store *s;
	bool done, roots = false;
	int id, rc;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id == OPTION_OPERAND)
			return err_set(err, ERR_USAGE, "'%s' takes no operand '%s'", cli->called,
				       o.args[0]);
		if (id < 0)
			return id;
		if (id == O_MAX_FREED) {
			rc = options_number(&o, &gc.max_freed, err);
			if (rc)
				return rc;
		}
		gc.dry_run |= id == O_DRY_RUN;
		roots |= id == O_ROOTS;
		cli->json |= id == O_JSON;
	}
	if (done)
		return 0;
	rc = cli_store(cli, &s, err);
	if (!rc)
		rc = cli_settings(cli, &settings, err);
	if (rc)
		return rc;
	gc.keep_outputs = settings->keep_outputs;
	gc.drop_derivations = !settings->keep_derivations;
	if (roots)
		return print_roots(cli, s, err);
	rc = store_gc(s, &a, &gc, &result, err);
	if (rc)
		return err_wrap(err, "collecting garbage");
	print_result(cli, &gc, &result);
	return 0;
}
