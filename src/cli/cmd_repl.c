/* SPDX-License-Identifier: MIT
 *
 * kiln repl: an interactive session. */
#include "cli/build_request.h"
#include "cli/eval_options.h"
#include "cli/repl.h"

const struct option_row cmd_repl_options[] = {
	{O_EXPR, "-E --expr", "EXPR", "add the attributes of this text's value"},
	{O_FILE, "-f --file", "FILE", "add the attributes of this file's value"},
	EVAL_OPTION_ROWS,
	BUILD_SETTING_ROWS,
	{0},
};

errint cmd_repl(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct eval_request request CLEANUP(eval_request_release) = {0};
	struct eval_source source = {0};
	struct repl r CLEANUP(repl_release) = {0};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		if (id == OPTION_OPERAND) {
			repl_add_file(&r, o.args[0]);
		} else if (id == O_EXPR || id == O_FILE) {
			if (source.text)
				return err_set(err, ERR_USAGE,
					       "one expression at a time: '%s' is "
					       "too much",
					       o.args[0]);
			source = (struct eval_source){o.args[0], id == O_EXPR};
		} else {
			eval_option(&request, id, &o);
		}
	}
	if (done)
		return 0;
	errint rc = repl_open(&r, cli, &request, source, 0, err);
	return rc ? rc : repl_loop(&r, err);
}
