/* SPDX-License-Identifier: MIT
 *
 * The options of every command that evaluates, and of every one that may come to build: rows for
 * OPT_TABLE() with a struct eval_request and a struct build_request. */
#pragma once

#include "cli/build_request.h"
#include "cli/option.h"
#include "cli/option_setting.h"
#include "project/evaluation.h"

/* Into a struct eval_request. */
extern const struct option eval_option_rows[];
/* Into a struct build_request: links, plans, logs; the settings of building included. */
extern const struct option build_option_rows[];
/* Of any command that may come to build while it evaluates; no context. */
extern const struct option build_setting_rows[];

/* What is evaluated: one expression or file, into a struct eval_source. */
#define OPT_SOURCE(type, field, is_expr_, names_, args_, help_)                          \
	{                                                                                \
		.names = names_, .args = args_, .help = help_, .kind = OPTION_CALL,      \
		.offset = OPT_PLACE(type, field, struct eval_source), .value = is_expr_, \
		.call = eval_source_given                                                \
	}
errint eval_source_given(void *at, const struct option_given *g, struct err *err);

/* Nix's ways to tell progress: those that are a way to show it mean the one there is here. */
#define OPT_LOG_FORMAT                                                                \
	{                                                                             \
		.names = "--log-format", .args = "FORMAT",                            \
		.help = "Nix's ways to tell progress, of which there is one here",    \
		.kind = OPTION_CALL, .flags = OPTION_HIDDEN, .call = log_format_given \
	}
errint log_format_given(void *at, const struct option_given *g, struct err *err);

/* Of a command with a project's recipes. */
#define OPT_RELEASE(type, field)                   \
	OPT_TEXT(type, field, "--release", "NAME", \
		 "take this release of the project's versions.nix")

/* For commands that keep what an evaluation found. */
#define OPT_NO_EVAL_CACHE                                     \
	OPT_SETTING("eval-cache", 0, "--no-eval-cache", NULL, \
		    "evaluate even when nothing has changed since the last time")
