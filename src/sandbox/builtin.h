/* SPDX-License-Identifier: MIT
 *
 * Built-in builders: derivations whose builder is `builtin:NAME` run C code of ours in a sandboxed
 * child instead of a program. The table is handed in by who builds (project/session.c), because the
 * rooms that know wheels and .debs include this one. A built-in's output bits are final: a change
 * of bits is a new name with the next version number. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct drv;

struct builtin_ctx {
	const struct drv *drv;
	struct str store_dir;
	const char *tmp; /* the build folder; also the working folder */
	int log;         /* lines for the build log */
	/* how many builds run at this time, in memory that is shared with who started them, so that
	 * nobody takes processors that another one needs; NULL: none but this one */
	const unsigned *busy;
};

struct builtin_builder {
	const char *name; /* "builtin:kiln-wheel-1" */
	/* Writes every output at its store path. Inputs are at theirs. No network. */
	errint (*run)(const struct builtin_ctx *ctx, struct err *err);
};

/* Becomes the built-in: its failure goes to standard error, and is this process's end. */
ATTR_NORETURN void builtin_become(const struct builtin_builder *b, const struct builtin_ctx *ctx);

/* What a builder that is a program may call in the midst of its build. It writes the built-in's
 * name, KEY=VALUE of what would be the derivation's environment (with `out`) and an empty word to
 * the one descriptor, each with a NUL behind it; the other then has a line, "0" or "1", and the
 * build's log what the built-in said. One call at a time. */
struct builtin_services {
	const struct builtin_builder *v;
	size_t n;
	const struct builtin_ctx *ctx; /* drv: the whole build's */
};
enum { BUILTIN_REQUEST_FD = 250, BUILTIN_ANSWER_FD = 251 };
/* Starts the serving process, a child of the builder-to-be, which ends with it. */
ATTR_MUST_CHECK errint builtin_serve(const struct builtin_services *s, struct err *err);
