/* SPDX-License-Identifier: MIT
 *
 * flox: its verbs, for what exists here. */
#include "cli/build_command.h"
#include "cli/cli.h"

enum {
	O_DIR = 1,
	O_STABILITY,
};

const struct option_row cmd_flox_options[] = {
	{O_DIR, "-d --dir", "DIR", "the project's folder"},
	{O_STABILITY, "--stability", "NAME", NULL},
	EVAL_CACHE_OPTION_ROW,
	BUILD_OPTION_ROWS,
	{0},
};

static errint flox_build(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct build_command c CLEANUP(build_command_release) = {0};
	struct options o;
	bool done;
	int id;

	cli_options(cli, &o, argc, argv);
	while ((id = cli_next(cli, &o, &done, err)) != OPTION_END) {
		if (id < 0 && id != OPTION_OPERAND)
			return id;
		if (id == OPTION_OPERAND)
			build_command_name(&c, o.args[0]);
		else if (id == O_DIR)
			c.project = o.args[0];
		else
			build_option(&c.builds, id, &o);
	}
	return done ? 0 : build_command_run(&c, cli, err);
}

errint cmd_flox(struct cli *cli, int argc, char **argv, struct err *err)
{
	static const struct command verbs[] = {
		{"build", flox_build, NULL, NULL, NULL},
		{0},
	};
	const struct command *verb;

	if (argc < 2 || argv[1][0] == '-') {
		struct options o;
		bool done;

		cli_options(cli, &o, argc, argv);
		int id = cli_next(cli, &o, &done, err);
		if (id < 0 || done)
			return done ? 0 : id;
		err_set(err, ERR_USAGE, "no verb");
		return err_hint(err, "flox build NAME…");
	}
	errint rc = command_find(verbs, argv[1], &verb, err);
	return rc ? rc : verb->run(cli, argc - 1, argv + 1, err);
}
