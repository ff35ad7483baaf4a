/* SPDX-License-Identifier: MIT
 *
 * The options that every evaluating command takes, as rows to put into its table, and what they
 * add up to. */
#pragma once

#include "base/arena.h"
#include "cli/options.h"

enum {
	O_ATTR = 20001,
	O_EXPR,
	O_FILE,
	O_ARG,
	O_ARGSTR,
	O_INCLUDE,
	O_SHOW_TRACE,
	O_OPTION,
	O_NIXPKGS,
	O_PURE,
	O_IMPURE,
	O_RESTRICT,
};

#define EVAL_OPTION_ROWS                                                                       \
	{O_ATTR, "-A --attr", "PATH", "take this attribute of the value"},                     \
		{O_ARG, "--arg", "NAME EXPR", "argument of the top function, an expression"},  \
		{O_ARGSTR, "--argstr", "NAME TEXT", "argument of the top function, a string"}, \
		{O_INCLUDE, "-I --include", "PATH", "entry of the search path for <…>"},       \
		{O_NIXPKGS, "--nixpkgs", "PATH",                                               \
		 "evaluate on this package set instead of kiln's"},                            \
		{O_SHOW_TRACE, "--show-trace", NULL, "show every step that led to an error"},  \
		{O_PURE, "--pure-eval", NULL, "nothing but what is named with a hash"},        \
		{O_RESTRICT, "--restrict-eval", NULL, "read only what is on the search path"}, \
		{O_IMPURE, "--impure", NULL,                                                   \
		 "the default: environment, time and files may be read"},                      \
	{                                                                                      \
		O_OPTION, "--option", "NAME VALUE", "a setting of nix.conf"                    \
	}

struct eval_arg {
	const char *name, *value;
	bool is_string;
};

struct eval_request {
	const char **attrs;
	size_t n_attrs, cap_attrs;
	struct eval_arg *args;
	size_t n_args, cap_args;
	const char **includes;
	size_t n_includes, cap_includes;
	const char *nixpkgs;
	bool show_trace, pure, restricted;
};
void eval_request_release(struct eval_request *r);

/* Takes the option that options_next() just gave; false when it is none of these. */
bool eval_option(struct eval_request *r, int id, const struct options *o);
