/* SPDX-License-Identifier: MIT
 *
 * Dispatch: `kiln COMMAND …`, or one of the tools' names that compat/ links to this program. The
 * one place that prints an error and decides the exit status. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/process.h"
#include "base/report.h"
#include "cli/cli.h"
#include "store/store.h"

static const struct command commands[] = {
#define X(id, name, synopsis, summary) {name, cmd_##id, synopsis, summary, cmd_##id##_options},
#include "cli/commands.def"
#undef X
	{0},
};

/* Not a command of `kiln`, only a name of the program. */
static bool is_foreign(const char *name)
{
	return strncmp(name, "nix", 3) == 0 || strcmp(name, "flox") == 0;
}

static void print_usage(void)
{
	out_printf(
		"usage: kiln COMMAND [OPTION…] [ARGUMENT…]\n\n"
		"Reproducible builds, publishing and running of ComfyUI and other Python ML stacks.\n\n"
		"commands:\n");
	for (const struct command *c = commands; c->name; c++)
		if (!is_foreign(c->name))
			out_printf("  %-12s %s\n", c->name, c->summary);
	out_printf("\n'kiln COMMAND --help' tells a command's options; 'man kiln-COMMAND' more.\n");
}

static errint dispatch(struct cli *cli, int argc, char **argv, struct err *err)
{
	struct str base = path_base(str_c(argv[0]));
	static char called[64];
	const char *name = base.p;
	int rc;

	if (!is_foreign(name)) {
		if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0 ||
		    strcmp(argv[1], "-h") == 0) {
			print_usage();
			cli->status = argc < 2 ? err_exit_status(ERR_USAGE) : 0;
			return 0;
		}
		if (strcmp(argv[1], "--version") == 0) {
			out_printf("kiln %s\n", KILN_VERSION);
			return 0;
		}
		argc--;
		argv++;
		name = argv[0];
		snprintf(called, sizeof(called), "kiln %s", name);
	} else {
		snprintf(called, sizeof(called), "%s", name);
		if (strcmp(name, "nix-store") == 0)
			name = "store";
	}
	cli->called = called;
	rc = command_find(commands, name, &cli->command, err);
	return rc < 0 ? rc : cli->command->run(cli, argc, argv, err);
}

/* Wherever it came from: a full disk has one cure. */
static void hint_full_disk(struct err *err)
{
	if ((err->sys == ENOSPC || err->sys == EDQUOT) && !err->hint)
		err_hint(err, "the disk is full: 'kiln gc' frees what no result needs, --store or "
			      "KILN_STORE name a store elsewhere; then do the same again");
}

int main(int argc, char **argv)
{
	struct cli cli = {.called = "kiln", .words = argv};
	ERR(err);
	int rc;

	/* Files that we make must not depend on the caller's umask, but for what is the caller's
	 * own. */
	cli.umask = umask(022);
	rc = argc > 0 ? dispatch(&cli, argc, argv, &err) : 0;
	/* What was added is not there before it is registered. */
	if (rc == 0 && cli.store && store_flush(cli.store, &err) < 0)
		rc = err.code;
	if (out_flush(rc < 0 ? &(struct err){0} : &err) < 0 && rc == 0)
		rc = err.code;
	session_release(&cli.session);
	if (cli.store)
		store_close(cli.store);
	settings_free(cli.settings);
	report_free(cli.report);
	if (rc < 0) {
		hint_full_disk(&err);
		char *text CLEANUP_FREE = err_format(&err);

		fputs(text, stderr);
		return err_status(&err);
	}
	return cli.status;
}
