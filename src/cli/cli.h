/* SPDX-License-Identifier: MIT
 *
 * What every command shares: the global options, and the session's parts, each made when first
 * asked for. A command is `errint cmd_NAME(cli, argc, argv, err)` in
 * cmd_NAME.c, with its row in commands.def; main.c only dispatches and prints the error. */
#pragma once

#include <sys/types.h>
#include "base/buf.h"
#include "cli/options.h"
#include "project/session.h"

struct cli;

struct command {
	const char *name;
	errint (*run)(struct cli *cli, int argc, char **argv, struct err *err);
	const char *synopsis; /* what follows the name in usage, '\n' between forms */
	const char *summary;
	const struct option_row *options;
};

struct cli {
	const struct command *command;
	const char *called;    /* how the user spells it: "kiln eval", "nix-build" */
	const char *store_dir; /* --store, or NULL */
	char **words;          /* the command line: whose store is meant */
	int verbosity;
	bool json;
	mode_t umask; /* the caller's */
	int status;   /* exit status when no error is returned */
	struct store *store;
	struct report *report;
	struct settings *settings;
	struct session session; /* of these three */
};

/* The rows that every command accepts: --help --version --store -v -q … */
extern const struct option_row cli_global_options[];

/* options_next() with the global options and the settings' flags taken care of. --help prints and
 * gives OPTION_END with *done set: return 0 at once. */
ATTR_MUST_CHECK int cli_next(struct cli *cli, struct options *o, bool *done, struct err *err);
void cli_options(struct cli *cli, struct options *o, int argc, char **argv);

/* The report, made on first use so that -v counts. */
struct report *cli_report(struct cli *cli);
/* The settings of nix.conf files and the flags so far, read on first use. Borrowed. */
ATTR_MUST_CHECK errint cli_settings(struct cli *cli, struct settings **out, struct err *err);
/* The store, opened on first use. Borrowed. */
ATTR_MUST_CHECK errint cli_store(struct cli *cli, struct store **out, struct err *err);
/* The session of them, made on first use. Borrowed. */
ATTR_MUST_CHECK errint cli_session(struct cli *cli, struct session **out, struct err *err);

/* Standard output is one buffer, written when it is full and at the end; a failed write is an
 * error of the command. */
void out_str(struct str s);
ATTR_PRINTF(1, 2) void out_printf(const char *fmt, ...);
/* A JSON string with its quotes. */
void out_json(struct str s);
ATTR_MUST_CHECK errint out_flush(struct err *err);

/* A sub-command by name in a table that ends with name NULL; ERR_USAGE with 'did you mean'. */
ATTR_MUST_CHECK errint command_find(const struct command *table, const char *name,
				    const struct command **out, struct err *err);

#define X(id, name, synopsis, summary)                                            \
	errint cmd_##id(struct cli *cli, int argc, char **argv, struct err *err); \
	extern const struct option_row cmd_##id##_options[];
#include "cli/commands.def"
#undef X
