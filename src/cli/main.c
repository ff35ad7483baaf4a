/* SPDX-License-Identifier: MIT
 *
 * Dispatch: `kiln COMMAND …`, or one of the tools' names that compat/ links to this program. The
 * one place that prints an error and decides the exit status. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/process.h"
#include "base/report.h"
#include "cli/command.h"
#include "service/service.h"
#include "store/store.h"

/* `kiln help X…` is `kiln X… --help`. */
static void help_of(int *argc, char **argv)
{
	static char help[] = "--help";

	memmove(argv + 1, argv + 2, (size_t)(*argc - 2) * sizeof(*argv));
	argv[*argc - 1] = help;
}

/* All of it: every command is a verb. */
static const struct command kiln = {
	.name = "kiln",
	.summary = "reproducible builds, publishing and running of Python ML stacks",
	.verbs = commands,
};

static errint dispatch(struct cli *cli, int argc, char **argv, struct err *err)
{
	const char *name = path_base(str_c(argv[0])).p;
	const struct command *c;
	ERR(none);
	errint rc;

	if (strcmp(name, SERVICE_SUPERVISOR) == 0)
		return service_supervise(argc, argv, err);
	if (command_is_foreign(name)) {
		cli->called = name;
		rc = command_find(commands, "", name, &c, err);
		return rc ? rc : command_start(cli, c, argc, argv, err);
	}
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		commands_print();
		cli->status = argc < 2 ? err_exit_status(ERR_USAGE) : 0;
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "help") == 0 &&
	    !command_find(commands, "", argv[2], &c, &none))
		help_of(&argc, argv);
	return command_start(cli, &kiln, argc, argv, err);
}

/* Wherever it came from: a full disk has one cure. */
static void hint_full_disk(struct err *err)
{
	if ((err->sys == ENOSPC || err->sys == EDQUOT) && !err->hint)
		err_hint(err, "the disk is full: 'kiln gc' frees what no result needs, --store or "
			      "KILN_STORE name a store elsewhere; then do the same again");
}

/* A standard descriptor that the caller closed would be given to the next file that is opened, the
 * database say, and what is printed would land in it. What is put there instead cannot be used the
 * way the descriptor would be, so that using it fails as it did. */
static void hold_standard_descriptors(void)
{
	static const int flags[] = {O_WRONLY, O_RDONLY, O_RDONLY};
	int fd;

	for (int want = 0; want <= STDERR_FILENO; want++)
		if (fcntl(want, F_GETFD) < 0 && errno == EBADF)
			do
				fd = open("/dev/null", flags[want]);
			while (fd >= 0 && fd < want);
}

int main(int argc, char **argv)
{
	struct cli cli = {.called = "kiln", .words = argv};
	ERR(err);
	errint rc;

	hold_standard_descriptors();
	/* Files that we make must not depend on the caller's umask, but for what is the caller's
	 * own. */
	cli.umask = umask(022);
	rc = argc > 0 ? dispatch(&cli, argc, argv, &err) : 0;
	/* What was added is not there before it is registered. */
	if (!rc && cli.store)
		rc = store_flush(cli.store, &err);
	errint flushed = out_flush(rc ? &(struct err){0} : &err);
	if (!rc)
		rc = flushed;
	session_release(&cli.session);
	if (cli.store)
		store_close(cli.store);
	settings_free(cli.settings);
	report_free(cli.report);
	arena_release(&cli.a);
	if (rc) {
		hint_full_disk(&err);
		char *text CLEANUP_FREE = err_format(&err);

		fputs(text, stderr);
		/* As a shell has it of whoever a signal ended. */
		return err.code == ERR_INTERRUPTED && interrupt_signal() ? 128 + interrupt_signal()
									 : err_status(&err);
	}
	return cli.status;
}
