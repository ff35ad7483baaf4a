/* SPDX-License-Identifier: MIT
 *
 * Command lines as data. A row says how an option or operand is spelled, what --help tells of it
 * and where its value goes: an offset into the command's context and how to store there. The
 * parser, the help text and the test that compares manual pages read the same rows.
 *
 * Spellings are getopt's: `-A x`, `--attr x`, `--attr=x`, clusters of flags `-qR`, and `--` before
 * operands. A row without names is an operand's; operands go to these rows in their order, and a
 * command without one takes none. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { OPTION_ARGS_MAX = 2, OPTION_TABLES_MAX = 4 };

enum option_kind {
	OPTION_NOWHERE, /* a mistake, which the tests refuse */
	OPTION_FLAG,    /* bool = value */
	OPTION_CHOICE,  /* int = value; another one of the same `text` is an error */
	OPTION_COUNT,   /* int += value */
	OPTION_BITS,    /* uint64_t |= value */
	OPTION_TEXT,    /* const char * */
	OPTION_NUMBER,  /* uint64_t */
	OPTION_LIST,    /* struct option_list */
	OPTION_CALL,    /* call(context + offset, …) */
	OPTION_TABLE,   /* the rows of a struct at that offset */
	OPTION_IGNORED, /* accepted for other tools' scripts; `help` says why it does nothing */
};

enum option_flags {
	OPTION_NEEDED = 1 << 0, /* an operand that must be there */
	OPTION_LAST = 1 << 1,   /* what follows are operands, however spelled */
	OPTION_ENDS = 1 << 2,   /* nothing behind is looked at or missed: --help */
	OPTION_HIDDEN = 1 << 3, /* accepted, not shown */
};

struct option_list {
	const char **v; /* in the parser's arena */
	size_t n, cap;
};

struct option;
struct option_given {
	const struct option *row;
	const char *name; /* the spelling used; NULL for an operand */
	const char *args[OPTION_ARGS_MAX];
	void *frame;      /* the parser's */
	uint64_t readers; /* the row's, or those of the table that it stands in */
};

struct option {
	const char *names; /* "-A --attr": blank-separated; NULL for an operand */
	const char *args;  /* "PATH", "NAME VALUE", or NULL for a flag */
	const char *help;  /* one line */
	enum option_kind kind;
	unsigned flags;
	size_t offset;
	int64_t value;
	const char *text; /* of a choice: what they are called, "operations"; else call's own */
	uint64_t readers; /* of nix-store: which operations read it; 0: all */
	const struct option *rows; /* of a table */
	errint (*call)(void *at, const struct option_given *g, struct err *err);
};

#define OPT_PLACE(type, field, place) \
	offsetof(type, field) + 0 * sizeof((place *)0 == &((type *)0)->field)
#define OPT_FLAG(type, field, names_, help_)                          \
	{                                                             \
		.names = names_, .help = help_, .kind = OPTION_FLAG,  \
		.offset = OPT_PLACE(type, field, bool), .value = true \
	}
#define OPT_UNFLAG(type, field, names_, help_)                         \
	{                                                              \
		.names = names_, .help = help_, .kind = OPTION_FLAG,   \
		.offset = OPT_PLACE(type, field, bool), .value = false \
	}
#define OPT_CHOICE(type, field, value_, among_, names_, help_)                                  \
	{                                                                                       \
		.names = names_, .help = help_, .kind = OPTION_CHOICE,                          \
		.offset = offsetof(type, field) +                                               \
			  0 * sizeof(char[sizeof(((type *)0)->field) == sizeof(int) ? 1 : -1]), \
		.value = value_, .text = among_                                                 \
	}
#define OPT_COUNT(type, field, by, names_, help_)                     \
	{                                                             \
		.names = names_, .help = help_, .kind = OPTION_COUNT, \
		.offset = OPT_PLACE(type, field, int), .value = by    \
	}
#define OPT_BITS(type, field, bits, names_, help_)                        \
	{                                                                 \
		.names = names_, .help = help_, .kind = OPTION_BITS,      \
		.offset = OPT_PLACE(type, field, uint64_t), .value = bits \
	}
#define OPT_TEXT(type, field, names_, args_, help_)                                 \
	{                                                                           \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_TEXT, \
		.offset = OPT_PLACE(type, field, const char *)                      \
	}
#define OPT_NUMBER(type, field, names_, args_, help_)                                 \
	{                                                                             \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_NUMBER, \
		.offset = OPT_PLACE(type, field, uint64_t)                            \
	}
#define OPT_LIST(type, field, names_, args_, help_)                                 \
	{                                                                           \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_LIST, \
		.offset = OPT_PLACE(type, field, struct option_list)                \
	}
#define OPT_CALL(type, field, call_, names_, args_, help_)                          \
	{                                                                           \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_CALL, \
		.offset = offsetof(type, field), .call = call_                      \
	}
/* `heading` stands above them in the help, and in manual pages of commands with verbs; without one
 * they are as the table's own. */
#define OPT_TABLE(type, field, heading, rows_)                        \
	{                                                             \
		.kind = OPTION_TABLE, .help = heading, .rows = rows_, \
		.offset = offsetof(type, field)                       \
	}
#define OPT_TABLE_ALONE(heading, rows_)                              \
	{                                                            \
		.kind = OPTION_TABLE, .help = heading, .rows = rows_ \
	}
#define OPT_IGNORED(names_, args_, why)                                             \
	{                                                                           \
		.names = names_, .args = args_, .help = why, .kind = OPTION_IGNORED \
	}
/* Operands: one that must be there, one that may, and all that are left. */
#define OPERAND(type, field, args_)                                         \
	{                                                                   \
		.args = args_, .kind = OPTION_TEXT, .flags = OPTION_NEEDED, \
		.offset = OPT_PLACE(type, field, const char *)              \
	}
#define OPERAND_OPTIONAL(type, field, args_)                                                       \
	{                                                                                          \
		.args = args_, .kind = OPTION_TEXT, .offset = OPT_PLACE(type, field, const char *) \
	}
#define OPERANDS(type, field, args_)                                 \
	{                                                            \
		.args = args_, .kind = OPTION_LIST,                  \
		.offset = OPT_PLACE(type, field, struct option_list) \
	}
#define OPERANDS_NEEDED(type, field, args_)                                 \
	{                                                                   \
		.args = args_, .kind = OPTION_LIST, .flags = OPTION_NEEDED, \
		.offset = OPT_PLACE(type, field, struct option_list)        \
	}
#define OPT_END                        \
	{                              \
		.kind = OPTION_NOWHERE \
	}

struct option_parser {
	const char *called; /* for messages: "kiln gc" */
	struct arena *a;
	void *frame; /* for calls */
	/* In order of precedence; rows end with OPT_END. */
	struct {
		const struct option *rows;
		void *ctx;
		bool many; /* too many to be suggested by a part of their names */
	} tables[OPTION_TABLES_MAX];
	size_t n_tables;
	bool full_words; /* no operand and no file, folder or link is empty */
	/* found: */
	bool ended; /* by an OPTION_ENDS row */
	struct option_given *used;
	size_t n_used, cap_used;
	/* at work: */
	int argc, next;
	char **argv;
	bool operands_only, of_program;
	size_t n_operands;
	char cluster[3];
};

/* Reads argv (argv[0] is the command's name and is skipped) and stores. ERR_USAGE tells what is
 * unknown, with a suggestion, missing or too much. */
ATTR_MUST_CHECK errint options_parse(struct option_parser *p, int argc, char **argv,
				     struct err *err);
/* The index of the first operand in argv, or argc: look() finds rows; a word that it does not know
 * ends the search at argc. Nothing is stored. */
int options_first_operand(const struct option *(*look)(const void *ctx, struct str name),
			  const void *ctx, int argc, char **argv);
/* For OPT_CALL: a uint64_t, with a unit K, M, G or T (of 1024) as Nix reads them. */
ATTR_MUST_CHECK errint option_bytes(void *at, const struct option_given *g, struct err *err);
/* Adds to a list, in the parser's arena. */
void option_list_add(struct arena *a, struct option_list *l, const char *word);
/* The words behind -c, to which operands add once it is given. */
struct option_command {
	bool given;
	struct option_list words;
};
/* -c and --command, into a struct option_command; for parsers whose frame is the struct cli. */
extern const struct option option_command_rows[];
/* The row of that spelling, tables within included, or NULL. */
const struct option *option_find(const struct option *rows, struct str name);
/* The row that takes the operand of that number, counted from 0, or NULL. */
const struct option *option_of_operand(const struct option *rows, size_t number);
/* Is there an end of rows here? */
static inline bool option_is_end(const struct option *row)
{
	return row->kind == OPTION_NOWHERE;
}

struct buf;
/* Calls fn for each row that is shown: own rows first, under `heading`, then those of tables. */
void options_each(const struct option *rows, const char *heading,
		  void (*fn)(void *ctx, const char *heading, const struct option *row), void *ctx);
/* Appends them as aligned tables for --help, each below its heading. */
void options_help(const struct option *rows, const char *heading, struct buf *b);
