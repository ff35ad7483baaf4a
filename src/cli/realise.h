/* SPDX-License-Identifier: MIT
 *
 * Building, as commands ask for it: the options that every building command takes, the table of
 * built-in builders (from layers that src/build must not know), the sandbox's shell. */
#pragma once

#include "build/build.h"
#include "cli/cli.h"

enum {
	O_JOBS = 30001,
	O_CORES,
	O_KEEP_GOING,
	O_KEEP_FAILED,
	O_CHECK,
	O_BUILD_DRY_RUN,
	O_OUT_LINK,
	O_NO_LINK,
	O_LOGS,
	O_QUIET_LOGS,
	O_TIMEOUT,
	O_MAX_SILENT,
	O_NO_SANDBOX,
	O_FALLBACK,
};

#define BUILD_OPTION_ROWS                                                                        \
	{O_OUT_LINK, "-o --out-link", "LINK", "name the result link"},                           \
		{O_NO_LINK, "--no-link --no-out-link", NULL, "make no result link"},             \
		{O_BUILD_DRY_RUN, "-n --dry-run", NULL, "tell what would be built and fetched"}, \
		{O_JOBS, "-j --jobs --max-jobs", "N", "build this many derivations at once"},    \
		{O_CORES, "--cores", "N", "what a builder is told to use"},                      \
		{O_KEEP_GOING, "-k --keep-going", NULL,                                          \
		 "build what does not depend on a failure"},                                     \
		{O_KEEP_FAILED, "-K --keep-failed", NULL, "keep the build folder of a failure"}, \
		{O_CHECK, "--check", NULL, "build again what is there, and compare"},            \
		{O_LOGS, "-L --print-build-logs", NULL, "show every line of the builders"},      \
		{O_QUIET_LOGS, "-Q --no-build-output", NULL, NULL},                              \
		{O_TIMEOUT, "--timeout", "SECONDS", "end a build that takes longer"},            \
		{O_MAX_SILENT, "--max-silent-time", "SECONDS",                                   \
		 "end a build that is silent longer"},                                           \
		{O_NO_SANDBOX, "--no-sandbox", NULL, "build without namespaces"},                \
	{                                                                                        \
		O_FALLBACK, "--fallback", NULL, NULL                                             \
	}

struct build_request {
	struct build_options options;
	const char *link; /* or NULL: the command's own name for it */
	bool no_link, dry_run;
};

/* Takes the option that options_next() just gave: 1 when it was one of these, 0 when not. */
ATTR_MUST_CHECK int build_option(struct build_request *r, int id, const struct options *o,
				 struct err *err);
/* Fills what commands need not know: built-in builders, the sandbox's shell. cli outlives it. */
void build_request_complete(struct cli *cli, struct build_request *r);
/* Builds, or with dry_run prints the plan to standard error. */
ATTR_MUST_CHECK errint realise(struct cli *cli, struct store *s, const struct build_wanted *w,
			       size_t n, struct build_request *r, struct err *err);
