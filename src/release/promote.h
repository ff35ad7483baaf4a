/* SPDX-License-Identifier: MIT
 *
 * What may move where: plans of promotion, rotation and going back, each refused with the reason
 * and the cure. A plan changes nothing; release_apply() carries it out. */
#pragma once

#include "release/moves.h"

/* Where a track is. */
struct track_state {
	const struct track *track;
	const char *here, *there; /* commits, "" where there is no such branch */
	const char *at;           /* the one that counts */
	struct release_version version;
};

/* Before a plan: refuses shallow clones, locks, ends what an interrupted run left (*ended is which
 * command that was, or NULL) and asks the remote. To look only nothing is locked or ended. */
ATTR_MUST_CHECK errint release_begin(struct release *r, bool look_only, const char **ended,
				     struct err *err);

/* The track moves into the next one: a fast-forward of what is pushed, gated and of a higher
 * version. An empty plan: it is there already. */
ATTR_MUST_CHECK errint release_promote(struct release *r, const struct track *from,
				       struct release_plan *out, struct err *err);
/* The last track's version is kept under its tag; the candidate moves into it, and staging into the
 * candidate. version: what the last track is to have then, or NULL; where it has it the plan is
 * empty. */
ATTR_MUST_CHECK errint release_rotate(struct release *r, const char *version,
				      struct release_plan *out, struct err *err);
/* A track goes back, to a commit or, without one, to what it was before its last move. */
ATTR_MUST_CHECK errint release_rollback(struct release *r, const struct track *t, const char *to,
					struct release_plan *out, struct err *err);
/* What a track has is kept under its version, as a tag or, where so configured, a branch. */
ATTR_MUST_CHECK errint release_archive(struct release *r, const struct track *t,
				       struct release_plan *out, struct err *err);
/* The track of the branch that is checked out; ERR_USAGE with the cure. */
ATTR_MUST_CHECK errint release_track_here(struct release *r, const struct track **out,
					  struct err *err);
