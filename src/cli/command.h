/* SPDX-License-Identifier: MIT
 *
 * What a command is: a row that says all about it. Its file cmd_<name>.c defines the row, its
 * options and what it does; commands.def names the rows, and command.c reads them for running,
 * for help and for completion. A command with verbs (`kiln store ls`, `nix store ls`) has a table
 * of further rows. */
#pragma once

#include "cli/cli.h"

/* What the list of commands is ordered by. X(id, what a person reads) */
#define COMMAND_TOPICS(X)                \
	X(BUILD, "build and run")        \
	X(LOOK, "look at what is there") \
	X(STORE, "keep the store")       \
	X(LANGUAGE, "the Nix language")  \
	X(OTHER, "about kiln")           \
	X(FOREIGN, "other tools' names")

enum command_topic {
#define X(id, text) TOPIC_##id,
	COMMAND_TOPICS(X)
#undef X
};

enum command_needs {
	NEEDS_STORE = 1 << 0,    /* cli->store is open */
	NEEDS_SETTINGS = 1 << 1, /* cli->settings are read */
};

struct command {
	const char *name;
	const char *synopsis; /* what follows the name in usage, '\n' between forms; NULL: as the
				 rows say */
	const char *summary;
	enum command_topic topic;
	unsigned needs;
	const struct option *rows; /* NULL: verbs only */
	size_t size;               /* of the context that rows store into, zeroed or */
	const void *defaults;      /* a copy of this */
	/* Makes another line of the one that was given, before it is read; or NULL. */
	errint (*expand)(struct cli *cli, void *ctx, int *argc, char ***argv, struct err *err);
	errint (*run)(struct cli *cli, void *ctx, struct err *err);
	void (*release)(void *ctx);         /* or NULL */
	bool hidden;                        /* from people: programs call it */
	const char *manual;                 /* page; NULL: by its name */
	const struct command *const *verbs; /* NULL, or ends with NULL */
	const char *const
		*elsewhere; /* verbs that are not here: name, what does it (or ""), …, NULL */
};

#define X(id) extern const struct command command_##id;
#include "cli/commands.def"
#undef X

/* All commands, sorted by name; ends with NULL. */
extern const struct command *const commands[];
/* Only a name of the program (nix-build), not a command of `kiln`. */
bool command_is_foreign(const char *name);
/* By name; ERR_USAGE with what may have been meant. `called` stands before it in messages. */
ATTR_MUST_CHECK errint command_find(const struct command *const *table, const char *called,
				    const char *name, const struct command **out, struct err *err);
/* Reads the line and runs; cli->called is how the command was named. */
ATTR_MUST_CHECK errint command_start(struct cli *cli, const struct command *c, int argc,
				     char **argv, struct err *err);
/* The help of a command, or the list of all, to standard output. */
void command_print_help(const struct cli *cli, const struct command *c);
void commands_print(void);
/* Calls fn for every command and verb, with how it is called. */
void commands_each(void (*fn)(void *ctx, const char *called, const struct command *c), void *ctx);
