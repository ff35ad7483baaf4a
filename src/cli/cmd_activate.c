/* SPDX-License-Identifier: MIT
 *
 * kiln activate: an environment for a command, a shell of its own, or the shell that asks. Shells
 * come back for the second step of it with options that no person types. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/report.h"
#include "cli/activate_environment.h"
#include "cli/command.h"
#include "cli/services_verbs.h"
#include "cli/slot_told.h"
#include "env/view.h"
#include "manifest/manifest.h"

struct activate_command {
	struct activate_options o;
	bool prints, starts_services, no_services;
	const char *text, *shell;
	const char *tell, *resume, *settle, *watch;
	uint64_t pid;
	struct option_list command;
};

#define STEP(field, names_, args_)                                                           \
	{                                                                                    \
		.names = names_, .args = args_, .kind = OPTION_TEXT, .flags = OPTION_HIDDEN, \
		.offset = OPT_PLACE(struct activate_command, field, const char *)            \
	}

static const struct option rows[] = {
	OPT_TEXT(struct activate_command, o.dir, "-d --dir", "DIR",
		 "the environment of this folder"),
	OPT_FLAG(struct activate_command, starts_services, "-s --start-services",
		 "start its services, for as long as somebody is in it"),
	OPT_FLAG(struct activate_command, no_services, "--no-start-services",
		 "do not, whatever the manifest says"),
	OPT_TEXT(struct activate_command, text, "-c --command", "TEXT",
		 "run this text by the shell, profiles sourced"),
	OPT_FLAG(struct activate_command, prints, "--print-script",
		 "print what the shell that asks has to evaluate"),
	OPT_TEXT(struct activate_command, shell, "--shell", "SHELL",
		 "print it for bash, zsh, fish, tcsh or sh"),
	OPT_LIST(struct activate_command, o.slots, "--slot --with", "SLOT=FILLING",
		 "fill a slot: with cpu, cuda, venv:PATH, PATH or none"),
	OPT_TEXT(struct activate_command, o.mode, "-m --mode", "MODE",
		 "dev, or run: no headers and libraries to build with"),
	OPT_FLAG(struct activate_command, o.sbin, "--add-sbin", "put its sbin on PATH, too"),
	OPT_FLAG(struct activate_command, o.no_prompt, "--no-prompt", "leave the prompt alone"),
	OPT_IGNORED("-t --trust", NULL, "an environment of a folder is the person's own"),
	STEP(tell, "--tell", "FILE"),
	STEP(resume, "--continue", "FILE"),
	STEP(settle, "--settle", "FILE"),
	STEP(watch, "--watch", "DIR"),
	{.names = "--pid",
	 .args = "PID",
	 .kind = OPTION_NUMBER,
	 .flags = OPTION_HIDDEN,
	 .offset = OPT_PLACE(struct activate_command, pid, uint64_t)},
	OPERANDS(struct activate_command, command, "COMMAND ARG"),
	OPT_END,
};

static errint shell_named(const char *name, enum activation_shell *out, struct err *err)
{
	*out = name ? activation_shell_of(str_c(name)) : activation_shell_around();
	if (*out != ACTIVATION_COMMON)
		return 0;
	err_set(err, ERR_USAGE, "there is no shell '%s' to print for", name);
	return err_hint(err, "bash, zsh, fish, tcsh, sh");
}

/* ---- second steps ---- */

static bool is_step(const struct activate_command *c)
{
	return c->tell || c->resume || c->settle || c->watch;
}

/* The shell's process keeps the profile from now on. */
static errint hold_for(struct cli *cli, pid_t pid, struct err *err)
{
	struct activation_here here;
	struct environment env = {0};
	struct session *s;
	errint rc = activation_here(&cli->a, &here, err);

	if (rc || !here.level || !pid)
		return rc;
	env.dir = here.dir;
	env.profile = here.env;
	rc = cli_session(cli, &s, err);
	return rc ? rc : environment_hold(s, &env, pid, err);
}

static errint step(struct cli *cli, const struct activate_command *c, struct err *err)
{
	enum activation_shell shell;
	BUF(text, LIMIT_TOML_TEXT);
	pid_t pid = (pid_t)c->pid;
	errint rc = shell_named(c->shell ? c->shell : "bash", &shell, err);

	if (rc)
		return rc;
	if (c->tell)
		return activation_tell(c->tell, err);
	if (c->watch)
		return activation_watch(c->watch, err);
	if (c->settle)
		rc = activation_settle(c->settle, shell, pid, &text, err);
	else
		rc = activation_continue(c->resume, shell, activate_program(cli), &text, err);
	if (!rc && c->settle)
		rc = hold_for(cli, pid, err);
	if (!rc)
		out_str(buf_str(&text));
	return rc;
}

/* ---- the first ---- */

/* A shell that runs cannot be given another view of the machine. */
static errint see_store(struct cli *cli, const struct activate_environment *e, bool in_place,
			struct err *err)
{
	const struct slot_told *told = e->told;
	char *profile CLEANUP_FREE = str_dupz(e->env.profile);
	bool seen = access(profile, F_OK) == 0;

	for (size_t i = 0; seen && i < told->slots.n_path; i++) {
		char *folder CLEANUP_FREE = str_dupz(told->slots.path[i]);

		seen = access(folder, F_OK) == 0;
	}
	if (seen)
		return 0;
	if (!in_place)
		return view_enter(cli->store, err);
	err_set(err, ERR_UNSUPPORTED,
		"the store is not at its place here ('%s'), and a shell that runs cannot be shown "
		"it there",
		profile);
	err_hint(err,
		 "'%s activate' without eval starts a shell that sees it, 'exec %s activate' "
		 "in place of this one",
		 activate_called(cli), activate_called(cli));
	return err_hint(err, "or make '/nix' once, as root, and give it to the user");
}

static errint in_place(struct activation_entry *entry, enum activation_shell shell, struct err *err)
{
	BUF(text, LIMIT_TOML_TEXT);
	errint rc = activation_print(entry, shell, &text, err);

	if (!rc)
		out_str(buf_str(&text));
	return rc;
}

static errint become_shell(struct cli *cli, const struct activate_command *c,
			   struct activation_entry *entry, const struct activation *a,
			   struct err *err)
{
	char *program CLEANUP_FREE = NULL, *instead_of CLEANUP_FREE = NULL;
	enum activation_shell shell = activation_shell_wanted(&program, &instead_of);

	if (activation_was_active(entry) && !c->text) {
		err_set(err, ERR_EXISTS, "environment '%.*s' is active already", STR_ARG(a->name));
		return err_hint(err, "'%s deactivate' leaves it", activate_called(cli));
	}
	if (instead_of)
		report_msg(cli_report(cli), REPORT_WARN,
			   "the shell '%s' is none that an activation knows; bash is started\n"
			   "hint: '%s activate -- %s' starts it, without the profile's scripts",
			   instead_of, activate_called(cli), instead_of);
	return activation_become_shell(entry, shell, program, c->text, err);
}

/* Those that do not start are told; the environment is there without them, too. */
static errint start_services(struct cli *cli, struct activation_entry *entry,
			     const struct activate_environment *e, struct err *err)
{
	struct services_command *services = ARENA_NEW(&cli->a, struct services_command);
	ERR(failed);
	errint rc;

	services->project = arena_strz(&cli->a, e->env.dir);
	if (!e->env.manifest->n_services)
		report_msg(cli_report(cli), REPORT_WARN, "environment '%.*s' has no services",
			   STR_ARG(e->env.name));
	rc = services_command_open(cli, services, err);
	if (!rc && services->n && services_start_here(cli, services, &failed))
		report_err(cli_report(cli), &failed);
	if (!rc && services->started.n)
		rc = activation_stop_later(entry, services->started.v, services->started.n, err);
	services_command_release(services);
	return rc;
}

static errint start(struct cli *cli, struct activate_command *c, struct err *err)
{
	struct activation_entry *entry CLEANUP(activation_entry_cleanup) = NULL;
	struct activate_environment e = {0};
	enum activation_shell shell = ACTIVATION_BASH;
	size_t skip = c->command.n && strcmp(c->command.v[0], "--") == 0;
	char *const *command = (char *const *)c->command.v + skip;
	size_t n = c->command.n - skip;
	bool prints = !n && !c->text && (c->prints || !isatty(STDOUT_FILENO));
	errint rc = prints ? shell_named(c->shell, &shell, err) : 0;

	if (!rc)
		rc = activate_open(cli, &c->o, n ? command[0] : NULL, &e, err);
	if (!rc)
		rc = see_store(cli, &e, prints, err);
	if (rc)
		return rc;
	umask(cli->umask);
	bool services = !c->no_services && (c->starts_services || e.env.manifest->auto_start.on);
	e.activation.keeps_services = services;
	rc = activation_enter(&e.activation, &entry, err);
	if (!rc)
		rc = slot_try(cli, e.told, err);
	if (!rc && services)
		rc = start_services(cli, entry, &e, err);
	if (rc)
		return rc;
	if (prints)
		return in_place(entry, shell, err);
	if (n)
		option_list_add(&cli->a, &c->command, NULL);
	return n ? activation_exec(entry, (char *const *)c->command.v + skip, err)
		 : become_shell(cli, c, entry, &e.activation, err);
}

/* What evaluates the output sees the failure, too. */
static errint run(struct cli *cli, void *ctx, struct err *err)
{
	struct activate_command *c = ctx;
	bool evaluated = !c->command.n && !c->text && !isatty(STDOUT_FILENO);
	errint rc;

	if (is_step(c))
		return step(cli, c, err);
	rc = start(cli, c, err);
	if (rc && evaluated) {
		out_str(S("false\n"));
		out_now();
	}
	return rc;
}

const struct command command_activate = {
	.name = "activate",
	.synopsis = "[OPTION…] [-- COMMAND [ARG…]]",
	.summary = "enter an environment: a shell, a command, or this shell by eval",
	.topic = TOPIC_BUILD,
	.rows = rows,
	.size = sizeof(struct activate_command),
	.run = run,
};
