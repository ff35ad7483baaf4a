/* SPDX-License-Identifier: MIT
 *
 * kiln instantiate: writes the derivations of expressions and prints their paths. */
#include "cli/build_request.h"
#include "cli/instantiate.h"

enum {
	O_ADD_ROOT = 1,
	O_JSON,
	O_DRY_RUN,
};

const struct option_row cmd_instantiate_options[] = {
	{O_EXPR, "-E --expr", "EXPR", "the derivations of this text"},
	{O_FILE, "-f --file", "FILE", "the derivations of this file"},
	{O_ADD_ROOT, "--add-root", "LINK", "make the derivation's link, a root"},
	{O_DRY_RUN, "-n --dry-run", NULL, "write nothing to the store"},
	{O_JSON, "--json", NULL, "print JSON, with outputs"},
	EVAL_OPTION_ROWS,
	BUILD_SETTING_ROWS,
	{0},
};

errint cmd_instantiate(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct instantiation c CLEANUP(instantiation_release) = {0};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		if (id == OPTION_OPERAND || id == O_FILE || id == O_EXPR)
			instantiation_source(&c, o.args[0], id == O_EXPR);
		else if (id == O_ADD_ROOT)
			c.root = o.args[0];
		else
			eval_option(&c.request, id, &o);
		c.read_only |= id == O_DRY_RUN;
		c.json |= id == O_JSON;
	}
	if (done)
		return 0;
	if (c.root && c.read_only)
		return err_set(err, ERR_USAGE,
			       "'--dry-run' writes nothing that '--add-root' could "
			       "link to");
	if (!c.n_sources)
		instantiation_source(&c, "./default.nix", false);
	return instantiation_run(&c, cli, err);
}
