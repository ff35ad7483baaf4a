/* SPDX-License-Identifier: MIT
 *
 * The options that every evaluating command takes, as rows to put into its table, and what they
 * add up to. */
#pragma once

#include "cli/setting_options.h"
#include "project/evaluation.h"

enum {
	O_ATTR = 20001,
	O_EXPR,
	O_FILE,
	O_ARG,
	O_ARGSTR,
	O_ARG_FILE,
	O_ARG_STDIN,
	O_INCLUDE,
	O_NIXPKGS,
	O_SETTINGS,
};

#define EVAL_OPTION_ROWS                                                                           \
	{O_ATTR, "-A --attr", "PATH", "take this attribute of the value"},                         \
		{O_ARG, "--arg", "NAME EXPR", "argument of the top function, an expression"},      \
		{O_ARGSTR, "--argstr", "NAME TEXT", "argument of the top function, a string"},     \
		{O_ARG_FILE, "--arg-from-file", "NAME FILE", "the same, what the file holds"},     \
		{O_ARG_STDIN, "--arg-from-stdin", "NAME", "the same, what standard input holds"},  \
		{O_INCLUDE, "-I --include", "PATH", "entry of the search path for <…>"},           \
		{O_NIXPKGS, "--nixpkgs", "PATH",                                                   \
		 "evaluate on this package set instead of kiln's"},                                \
		{SETTING_show_trace, "--show-trace", NULL,                                         \
		 "show every step that led to an error"},                                          \
		{SETTING_pure_eval, "--pure-eval", NULL, "nothing but what is named with a hash"}, \
		{SETTING_restrict_eval, "--restrict-eval", NULL,                                   \
		 "read only what is on the search path"},                                          \
		{SETTING_NOT_pure_eval, "--impure", NULL,                                          \
		 "the default: environment, time and files may be read"},                          \
		{SETTING_OPTION, "--option", "NAME VALUE", "a setting of nix.conf"},               \
	{                                                                                          \
		O_SETTINGS, .table = setting_rows                                                  \
	}

/* For commands that keep what an evaluation found. */
#define EVAL_CACHE_OPTION_ROW                                                        \
	{                                                                            \
		SETTING_NOT_eval_cache, "--no-eval-cache", NULL,                     \
			"evaluate even when nothing has changed since the last time" \
	}

/* Takes the option that options_next() just gave; false when it is none of these. */
bool eval_option(struct eval_request *r, int id, const struct options *o);
