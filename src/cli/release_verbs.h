/* SPDX-License-Identifier: MIT
 *
 * What the verbs of kiln release share: their project, and carrying out a plan that was printed. */
#pragma once

#include "cli/command.h"
#include "release/promote.h"

struct release_command {
	const char *project, *track, *to, *version, *other;
	bool dry_run, json, yes;
	uint64_t limit;
	const char *message;
};

#define RELEASE_ROWS                                                                           \
	OPT_TEXT(struct release_command, project, "--project", "DIR", "the project's folder"), \
		OPT_FLAG(struct release_command, json, "--json", "print JSON")
#define RELEASE_ROWS_MOVES                                                      \
	RELEASE_ROWS, OPT_FLAG(struct release_command, dry_run, "-n --dry-run", \
			       "print what would be moved, and move nothing")

/* Opens the project's releases. *r is closed also after a failure. */
ATTR_MUST_CHECK errint release_command_open(struct cli *cli, const struct release_command *c,
					    struct release *r, struct err *err);
/* The track that is named, or that of the branch that is checked out. */
ATTR_MUST_CHECK errint release_command_track(struct release *r, const char *name,
					     const struct track **out, struct err *err);
/* Begins, ending what was interrupted; *ended: that was `what` itself, and has been told. */
ATTR_MUST_CHECK errint release_command_begin(struct cli *cli, const struct release_command *c,
					     struct release *r, const char *what, bool *ended,
					     struct err *err);
/* Carries out what is not a dry run, and prints it. nothing: what is said of an empty plan. */
ATTR_MUST_CHECK errint release_command_finish(struct cli *cli, const struct release_command *c,
					      struct release_plan *p, const char *nothing,
					      struct err *err);

extern const struct command release_verb_approve, release_verb_archive, release_verb_bump,
	release_verb_ci, release_verb_diff, release_verb_evidence, release_verb_gate,
	release_verb_history, release_verb_init, release_verb_promote, release_verb_protect,
	release_verb_rollback, release_verb_rotate, release_verb_start, release_verb_status,
	release_verb_verify_push;
