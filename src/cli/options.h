/* SPDX-License-Identifier: MIT
 *
 * Command line options as a table: one row is the parser's rule, the help text's line and what
 * the man page is compared with. Spellings are getopt's: `-A x`, `--attr x`, `--attr=x`, clusters
 * of flags `-qR`, and `--` before operands. */
#pragma once

#include "base/err.h"
#include "base/str.h"

enum { OPTION_ARGS_MAX = 2 };

struct option_row {
	int id;            /* > 0 */
	const char *names; /* "-A --attr": blank-separated */
	const char *args;  /* "PATH", "NAME VALUE", or NULL for a flag */
	const char *help;  /* one line; NULL: accepted, not shown */
	/* Instead of an option of its own (names NULL): another table's rows, accepted, not shown.
	 */
	const struct option_row *table;
};

/* What options_next() gives besides a row's id. */
enum {
	OPTION_END = 0,
	OPTION_OPERAND = -100, /* args[0] is it */
};

struct options {
	const struct option_row *rows; /* ends with id 0 */
	const struct option_row *also; /* a second table, or NULL */
	int argc;
	char **argv;
	int next;
	const char *cluster; /* rest of a `-qR` */
	bool operands_only;
	const char *args[OPTION_ARGS_MAX];
	const char *name; /* the spelling used */
};

/* The table's own row of that spelling ("--attr"), or NULL. */
const struct option_row *option_row_find(const struct option_row *rows, struct str name);
/* argv[0] is the command's name and is skipped. */
void options_init(struct options *o, const struct option_row *rows, const struct option_row *also,
		  int argc, char **argv);
/* The next row's id, OPTION_OPERAND, OPTION_END, or ERR_USAGE with 'did you mean'. */
ATTR_MUST_CHECK int options_next(struct options *o, struct err *err);
/* All operands that are left, as they stand (for `-- COMMAND ARG…`). */
char **options_rest(struct options *o, int *n);
/* Appends the aligned table for --help. */
struct buf;
void options_help(const struct option_row *rows, struct buf *b);
/* A number argument with its option's name in the error. */
ATTR_MUST_CHECK errint options_number(const struct options *o, uint64_t *out, struct err *err);
