/* SPDX-License-Identifier: MIT
 *
 * What every command shares: the options that all take, the store and the settings (opened when
 * first asked for), the report, the package set's place, standard output. command.h says what a
 * command is; main.c only dispatches and prints the error. */
#pragma once

#include <sys/types.h>
#include "base/buf.h"
#include "cli/option.h"
#include "project/session.h"

struct command;
struct sink;

struct cli {
	const struct command *command;
	const char *called;    /* how the user spells it: "kiln eval", "nix-build" */
	const char *store_dir; /* --store, or NULL */
	char **words;          /* the command line: whose store is meant */
	int verbosity;
	bool help, version;
	bool json;
	mode_t umask; /* the caller's */
	int status;   /* exit status when no error is returned */
	struct store *store;
	struct report *report;
	struct settings *settings;
	struct session session;    /* of these three */
	struct arena a;            /* for the whole command */
	struct option_parser line; /* the command line as it was read */
};

/* The rows that every command accepts: --help --version --store -v -q … */
extern const struct option cli_global_rows[];

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
/* The same, or null for nothing. */
void out_json_or_null(struct str s);
/* A size in bytes, from 1 KiB on with what people read: "4096 (4.0 KiB)". */
void out_size(uint64_t n);
/* Bytes, behind what was printed before, and past the buffer. */
struct sink *out_sink(void);
/* The rest of a file, likewise. */
ATTR_MUST_CHECK errint out_file(int fd, struct err *err);
/* What was printed so far, for whoever waits for it; a failure is told by out_flush(). */
void out_now(void);
ATTR_MUST_CHECK errint out_flush(struct err *err);

enum { SIZE_TEXT_MAX = 24 };
/* "1.5 MiB": bytes for people. Returns text. */
const char *size_text(uint64_t bytes, char text[SIZE_TEXT_MAX]);
