/* SPDX-License-Identifier: MIT
 *
 * Building packages and becoming a shell that has them. */
#include "cli/path_shell_command.h"

#include <sys/stat.h>
#include "env/path_shell.h"
#include "project/project.h"
#include "store/store.h"

errint path_shell_word_given(void *at, const struct option_given *g, struct err *err)
{
	struct path_shell_command *c = at;
	struct cli *cli = g->frame;

	option_list_add(&cli->a, c->command.given ? &c->command.words : &c->names, g->args[0]);
	return 0;
}

const struct option path_shell_rows[] = {
	OPT_TABLE(struct path_shell_command, command, NULL, option_command_rows),
	OPT_FLAG(struct path_shell_command, pure, "-i --ignore-environment --pure",
		 "start with nothing of the environment"),
	OPT_LIST(struct path_shell_command, keep, "-k --keep", "NAME",
		 "keep this variable all the same"),
	OPT_LIST(struct path_shell_command, unset, "-u --unset", "NAME", "unset this variable"),
	OPT_END,
};

errint path_shell_run(struct cli *cli, const struct path_shell_command *c,
		      const struct build_wanted *w, size_t n_wanted, const struct str *paths,
		      size_t n, struct err *err)
{
	const struct build_options o = {0};
	char **command = ARENA_ARRAY(&cli->a, char *, c->command.words.n + 1);
	struct session *s;
	errint rc = cli_session(cli, &s, err);

	if (!rc)
		rc = project_realise_here(s, w, n_wanted, &o, err);
	if (!rc)
		rc = out_flush(err);
	if (rc)
		return rc;
	for (size_t i = 0; i < c->command.words.n; i++)
		command[i] = (char *)c->command.words.v[i];
	const struct path_shell shell = {
		.paths = paths,
		.n = n,
		.command = command,
		.pure = c->pure,
		.keep = c->keep.v,
		.n_keep = c->keep.n,
		.unset = c->unset.v,
		.n_unset = c->unset.n,
	};
	umask(cli->umask);
	return path_shell_start(cli->store, &shell, err);
}
