/* SPDX-License-Identifier: MIT
 *
 * kiln repl: an interactive session. */
#include "cli/command.h"
#include "cli/option_eval.h"
#include "cli/repl.h"

struct repl_line {
	struct eval_request request;
	struct eval_source source;
	struct option_list files;
};

static const struct option rows[] = {
	OPT_SOURCE(struct repl_line, source, true, "-E --expr", "EXPR",
		   "add the attributes of this text's value"),
	OPT_SOURCE(struct repl_line, source, false, "-f --file", "FILE",
		   "add the attributes of this file's value"),
	OPT_TABLE(struct repl_line, request, "evaluation", eval_option_rows),
	OPT_TABLE_ALONE("building", build_setting_rows),
	OPERANDS(struct repl_line, files, "FILE"),
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct repl_line *c = ctx;
	struct repl r CLEANUP(repl_release) = {0};

	for (size_t i = 0; i < c->files.n; i++)
		repl_add_file(&r, c->files.v[i]);
	errint rc = repl_open(&r, cli, &c->request, c->source, 0, err);
	return rc ? rc : repl_loop(&r, err);
}

static void release(void *ctx)
{
	eval_request_release(&((struct repl_line *)ctx)->request);
}

const struct command command_repl = {
	.name = "repl",
	.summary = "evaluate what is typed, line by line",
	.topic = TOPIC_LANGUAGE,
	.rows = rows,
	.size = sizeof(struct repl_line),
	.run = run,
	.release = release,
};
