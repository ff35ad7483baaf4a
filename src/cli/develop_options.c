/* SPDX-License-Identifier: MIT
 *
 * The options that say what is done in a build environment: a phase, a command, or to stay. */
#include "cli/develop_options.h"

#include <ctype.h>
#include <unistd.h>

static errint take_phase(void *at, const struct option_given *g, struct err *err)
{
	struct develop_options *o = at;

	if (o->phase)
		return err_set(err, ERR_USAGE, "one phase at a time: '%s' is too much", g->name);
	o->phase = g->row->text ? g->row->text : g->args[0];
	return 0;
}

errint develop_word_given(void *at, const struct option_given *g, struct err *err)
{
	struct develop_options *o = at;
	struct cli *cli = g->frame;

	if (o->command.given)
		option_list_add(&cli->a, &o->command.words, g->args[0]);
	else if (!o->name)
		o->name = g->args[0];
	else {
		err_set(err, ERR_USAGE, "one environment at a time: '%s' is too much", g->args[0]);
		return err_hint(err, "a command stands behind -c");
	}
	return 0;
}

#define PHASE(names_, phase_, help_)                                                 \
	{                                                                            \
		.names = names_, .help = help_, .kind = OPTION_CALL, .text = phase_, \
		.call = take_phase                                                   \
	}

const struct option develop_option_rows[] = {
	OPT_TABLE(struct develop_options, command, NULL, option_command_rows),
	{.names = "--phase",
	 .args = "NAME",
	 .help = "run this phase of the build instead of a shell",
	 .kind = OPTION_CALL,
	 .call = take_phase},
	PHASE("--unpack", "unpack", "run the unpack phase"),
	PHASE("--configure", "configure", "run the configure phase"),
	PHASE("--build", "build", "run the build phase"),
	PHASE("--check", "check", "run the check phase"),
	PHASE("--install", "install", "run the install phase"),
	PHASE("--installcheck", "installCheck", "run the installCheck phase"),
	OPT_TABLE(struct develop_options, develop, NULL, develop_env_rows),
	OPT_END,
};

/* A phase is a text of the derivation's or, without one, a function of the setup; it runs as in a
 * build, and its status is the shell's. */
static errint phase_text(const char *name, struct buf *b, struct err *err)
{
	struct str plain = str_drop_suffix(str_c(name), S("Phase"));

	for (size_t i = 0; i < plain.n; i++)
		if (!isalnum((unsigned char)plain.p[i]) && plain.p[i] != '_')
			plain.n = 0;
	if (!plain.n || isdigit((unsigned char)plain.p[0]))
		return err_set(err, ERR_USAGE, "'%s' is no name of a phase", name);
	buf_printf(
		b,
		"curPhase=%.*sPhase\n"
		"if [ -z \"${!curPhase}\" ] && [ \"$(type -t \"$curPhase\")\" != function ]; then\n"
		"echo \"error: the derivation has no phase '$curPhase'\" >&2; curPhase=; exit 1; fi\n"
		"set -e\n"
		"if [ -n \"${!curPhase}\" ]; then eval \"${!curPhase}\"; else $curPhase; fi\n"
		"exit\n",
		STR_ARG(plain));
	return 0;
}

errint develop_options_check(struct develop_options *o, struct arena *a, struct err *err)
{
	BUF(b, LIMIT_SMALL_FILE);
	errint rc = 0;

	if (o->phase && o->command.given)
		return err_set(err, ERR_USAGE, "a phase and a command: only one is possible");
	if (o->phase)
		rc = phase_text(o->phase, &b, err);
	else if (o->command.given)
		develop_put_command(&b, &o->command.words);
	else if (!isatty(STDIN_FILENO))
		/* What bash would read as a script it would read without this environment. */
		buf_putz(&b, "source /dev/stdin; exit");
	else
		o->develop.interactive = true;
	o->develop.no_hook = o->phase != NULL;
	if (!rc)
		rc = buf_check(&b, "command", err);
	if (!rc && b.n)
		o->develop.command = arena_strz(a, buf_str(&b));
	return rc;
}
