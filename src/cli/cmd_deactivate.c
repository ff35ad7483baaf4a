/* SPDX-License-Identifier: MIT
 *
 * kiln deactivate: prints what leaves the environment that was entered last. */
#include <unistd.h>
#include "cli/activate_environment.h"
#include "cli/command.h"

struct deactivate_command {
	bool prints, restore;
	const char *shell;
	uint64_t pid;
};

static const struct option rows[] = {
	OPT_FLAG(struct deactivate_command, prints, "--print-script",
		 "print what the shell has to evaluate, also to a terminal"),
	OPT_TEXT(struct deactivate_command, shell, "--shell", "SHELL",
		 "print it for bash, zsh, fish, tcsh or sh"),
	{.names = "--restore",
	 .kind = OPTION_FLAG,
	 .flags = OPTION_HIDDEN,
	 .offset = OPT_PLACE(struct deactivate_command, restore, bool),
	 .value = true},
	{.names = "--pid",
	 .args = "PID",
	 .kind = OPTION_NUMBER,
	 .flags = OPTION_HIDDEN,
	 .offset = OPT_PLACE(struct deactivate_command, pid, uint64_t)},
	OPT_END,
};

static errint run(struct cli *cli, void *ctx, struct err *err)
{
	const struct deactivate_command *c = ctx;
	const char *called = activate_called(cli), *kiln = activate_program(cli);
	enum activation_shell shell =
		c->shell ? activation_shell_of(str_c(c->shell)) : activation_shell_around();
	BUF(text, LIMIT_TOML_TEXT);
	errint rc;

	if (shell == ACTIVATION_COMMON) {
		err_set(err, ERR_USAGE, "there is no shell '%s' to print for", c->shell);
		return err_hint(err, "bash, zsh, fish, tcsh, sh");
	}
	if (!c->prints && !c->restore && isatty(STDOUT_FILENO)) {
		err_set(err, ERR_USAGE, "a program cannot change the shell that started it");
		return err_hint(err,
				shell == ACTIVATION_FISH   ? "%s deactivate | source"
				: shell == ACTIVATION_TCSH ? "eval \"`%s deactivate`\""
							   : "eval \"$(%s deactivate)\"",
				called);
	}
	rc = c->restore ? activation_restore(kiln, shell, (pid_t)c->pid, &text, err)
			: activation_leave(kiln, shell, c->pid ? (pid_t)c->pid : getppid(), &text,
					   err);
	if (rc)
		out_str(c->restore ? S("") : S("false\n"));
	else
		out_str(buf_str(&text));
	if (rc)
		out_now();
	return rc;
}

const struct command command_deactivate = {
	.name = "deactivate",
	.summary = "leave the environment that was entered last",
	.topic = TOPIC_BUILD,
	.rows = rows,
	.size = sizeof(struct deactivate_command),
	.run = run,
};
