/* SPDX-License-Identifier: MIT
 *
 * Built-in builders: derivations whose builder is `builtin:NAME` run C code of ours in a sandboxed
 * child instead of a program. The table is handed to the builder by the cli, because the layers
 * that know wheels and .debs stand above this one. A built-in's output bits are final: a change
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
};

struct builtin_builder {
	const char *name; /* "builtin:kiln-wheel-1" */
	/* Writes every output at its store path. Inputs are at theirs. No network. */
	errint (*run)(const struct builtin_ctx *ctx, struct err *err);
};
