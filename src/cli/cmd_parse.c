/* SPDX-License-Identifier: MIT
 *
 * kiln parse: prints parsed expressions. */
#include "cli/cli.h"
#include "cli/instantiate.h"

const struct option_row cmd_parse_options[] = {
	{O_EXPR, "-E --expr", "EXPR", "parse this text"},
	{O_FILE, "-f --file", "FILE", "parse this file"},
	{O_SETTINGS, .table = setting_rows},
	{0},
};

errint cmd_parse(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct instantiation c CLEANUP(instantiation_release) = {.what = INSTANTIATE_PARSED,
								 .read_only = true};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		instantiation_source(&c, o.args[0], id == O_EXPR);
	}
	if (done)
		return 0;
	if (!c.n_sources) {
		err_set(err, ERR_USAGE, "nothing to parse");
		return err_hint(err, "name a file, or give an expression with -E");
	}
	return instantiation_run(&c, cli, err);
}
