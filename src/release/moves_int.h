/* SPDX-License-Identifier: MIT
 *
 * What the files of moves.h share. */
#pragma once

#include "base/process.h"
#include "release/moves.h"

/* What a remote made of a push. */
enum moves_there {
	THERE_NONE, /* nothing was to go there */
	THERE_LEFT, /* all is as it was, or somebody else's */
	THERE_MOVED,
};
ATTR_MUST_CHECK errint moves_ask(struct release_plan *p, enum moves_there *out, struct err *err);
ATTR_MUST_CHECK errint moves_here(struct release_plan *p, struct err *err);
ATTR_MUST_CHECK errint moves_follow(struct release_plan *p, struct err *err);

/* moves_journal.c: the plan as bytes, on the disk before anything moves. */
ATTR_MUST_CHECK errint journal_write(const struct release_plan *p, struct err *err);
/* ERR_NOT_FOUND when there is none. */
ATTR_MUST_CHECK errint journal_read(struct release *r, struct release_plan *out, struct err *err);
