/* SPDX-License-Identifier: MIT
 *
 * An interactive session over one evaluator: a scope, the files it came from, and what a line of
 * input does. It reads no terminal and prints nothing: results are left in a buffer, and a failed
 * line leaves the session as it was, but for the name of a file to be loaded again. */
#pragma once

#include "cli/cli.h"
#include "eval/session.h"
#include "project/evaluation.h"

struct repl {
	struct cli *cli;
	struct evaluation e;
	struct eval_scope *scope;
	struct eval_source source; /* -f or -E: its attributes are loaded, too; or text NULL */
	struct repl_file {
		char *name;
		bool is_flake;
	} * files; /* in the order of loading, each once */
	size_t n_files, cap_files;
	struct value *last_loaded; /* a set, or NULL */
	struct buf out;            /* what the last line printed */
	bool colors, show_trace;
	bool quit; /* a line said so */
};
void repl_release(struct repl *r);
/* request and source are borrowed for the session; flags are more of enum evaluation_flags. */
ATTR_MUST_CHECK errint repl_open(struct repl *r, struct cli *cli,
				 const struct eval_request *request, struct eval_source source,
				 unsigned flags, struct err *err);

/* Remembers a file, or the reference of a flake, to be loaded by repl_load_all(). */
void repl_add_file(struct repl *r, const char *file);
void repl_add_flake(struct repl *r, const char *ref);
/* Empties the scope and loads all files and the source again. What fails is reported. */
void repl_load_all(struct repl *r);
/* Loads one, as :l and :lf do. */
ATTR_MUST_CHECK errint repl_load(struct repl *r, const char *name, bool is_flake, struct err *err);
/* Adds a set's attributes to the scope and tells them. */
ATTR_MUST_CHECK errint repl_add_attrs(struct repl *r, struct value *v, struct err *err);

/* Does what a line says. A failure is no end: eval_scope_wants_more() tells whether it goes on in
 * the next line. */
ATTR_MUST_CHECK errint repl_line(struct repl *r, struct str line, struct err *err);
/* Evaluates to a value's head; for repl_commands.c. */
ATTR_MUST_CHECK errint repl_eval(struct repl *r, struct str text, struct value **out,
				 struct err *err);

/* repl_commands.c: a line that starts with a colon. */
ATTR_MUST_CHECK errint repl_command(struct repl *r, struct str line, struct err *err);
/* The commands' names that start with prefix. */
void repl_command_names(struct str prefix, struct arena *a, struct str **out, size_t *n);

/* repl_complete.c: what could stand instead of line[*from..], sorted. Runs the program as far as
 * the names of a set need it; what fails offers nothing. */
void repl_complete(struct repl *r, struct str line, struct arena *a, struct str **out, size_t *n,
		   size_t *from);

/* repl_loop.c: reads, evaluates and prints until the end. */
ATTR_MUST_CHECK errint repl_loop(struct repl *r, struct err *err);
