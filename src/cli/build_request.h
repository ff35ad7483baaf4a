/* SPDX-License-Identifier: MIT
 *
 * Building, as commands ask for it: the options that every building command takes, and what they
 * add up to. */
#pragma once

#include "cli/cli.h"
#include "cli/setting_options.h"
#include "project/project.h"

enum {
	O_CHECK = 30001,
	O_BUILD_DRY_RUN,
	O_OUT_LINK,
	O_NO_LINK,
	O_LOGS,
	O_QUIET_LOGS,
};

/* What any command that may come to build takes. */
#define BUILD_SETTING_ROWS                                                                      \
	{SETTING_max_jobs, "-j --jobs --max-jobs", "N", "build this many derivations at once"}, \
		{SETTING_cores, "--cores", "N", "what a builder is told to use"},               \
		{SETTING_keep_going, "-k --keep-going", NULL,                                   \
		 "build what does not depend on a failure"},                                    \
		{SETTING_keep_failed, "-K --keep-failed", NULL,                                 \
		 "keep the build folder of a failure"},                                         \
		{SETTING_timeout, "--timeout", "SECONDS", "end a build that takes longer"},     \
		{SETTING_max_silent_time, "--max-silent-time", "SECONDS",                       \
		 "end a build that is silent longer"},                                          \
		{SETTING_NOT_sandbox, "--no-sandbox", NULL, "build without namespaces"},        \
	{                                                                                       \
		SETTING_fallback, "--fallback", NULL, NULL                                      \
	}

#define BUILD_OPTION_ROWS                                                                        \
	{O_OUT_LINK, "-o --out-link", "LINK", "name the result link"},                           \
		{O_NO_LINK, "--no-link --no-out-link", NULL, "make no result link"},             \
		{O_BUILD_DRY_RUN, "-n --dry-run", NULL, "tell what would be built and fetched"}, \
		{O_CHECK, "--check", NULL, "build again what is there, and compare"},            \
		{O_LOGS, "-L --print-build-logs", NULL, "show every line of the builders"},      \
		{O_QUIET_LOGS, "-Q --no-build-output", NULL, NULL}, BUILD_SETTING_ROWS

struct build_request {
	struct build_options options;
	const char *link; /* or NULL: the command's own name for it */
	bool no_link, dry_run;
};

/* Takes the option that options_next() just gave; false when it is none of these. */
bool build_option(struct build_request *r, int id, const struct options *o);
/* Builds, or with dry_run tells the plan on standard error. */
ATTR_MUST_CHECK errint build_request_run(const struct build_request *r, struct session *s,
					 const struct build_wanted *w, size_t n, struct err *err);
