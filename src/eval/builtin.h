/* SPDX-License-Identifier: MIT
 *
 * The table of builtins. Each subject has a file builtin_<subject>.c that ends in its rows;
 * builtin_table.c concatenates them. A row says everything about its builtin.
 *
 * How a builtin works:
 *	errint builtin_foo(struct eval *E, pos_t pos, struct value **args, struct value *out)
 * args has `arity` pointers, none of them forced; want_*() forces and checks. The result is written
 * to *out last, after everything that can fail or call back (out may be the thunk that is being
 * evaluated). On failure the function returns the negative code that eval_fail() and its like
 * give, and *out is untouched. */
#pragma once

#include "base/err.h"
#include "eval/value.h"

typedef errint (*builtin_fn)(struct eval *E, pos_t pos, struct value **args, struct value *out);

enum builtin_flags {
	BUILTIN_GLOBAL = 1 << 0, /* in scope under its own name: map, import, toString, … All others
				  * are in scope as __name, and all are in `builtins` as name */
	BUILTIN_HIDDEN =
		1 << 1, /* in scope as __name (or name with GLOBAL) but not in `builtins` */
	BUILTIN_NO_FRAME = 1 << 2, /* adds no "while calling the '…' builtin" to traces */
	BUILTIN_IMPURE = 1 << 3,   /* absent in pure evaluation (currentTime, currentSystem) */
};

/* A row with arity 0 is a constant: fn is called once, when it is first used, with args NULL. */
struct builtin_row {
	const char *name; /* as in `builtins`, without underscores */
	uint8_t arity;
	uint8_t flags;
	builtin_fn fn;
	const char *args; /* names of the arguments for documentation: "list index" */
	const char *doc;  /* one to three lines */
};

/* The subjects, ended by a row of NULLs each. ORDER does not matter. */
#define BUILTIN_SUBJECTS(X) \
	X(basic)            \
	X(control)          \
	X(arithmetic)       \
	X(list)             \
	X(order)            \
	X(attrs)            \
	X(string)           \
	X(regex)            \
	X(hash)             \
	X(json)             \
	X(xml)              \
	X(toml)             \
	X(context)          \
	X(path)             \
	X(import)           \
	X(version)          \
	X(fetch)            \
	X(fetch_hg)         \
	X(fetch_tree)       \
	X(flake)            \
	X(derivation)

#define X(subject) extern const struct builtin_row builtins_##subject[];
BUILTIN_SUBJECTS(X)
#undef X

/* builtin_table.c: all rows, sorted by name; *n counts them. */
const struct builtin_row *const *builtin_table(size_t *n);
