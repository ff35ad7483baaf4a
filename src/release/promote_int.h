/* SPDX-License-Identifier: MIT
 *
 * What the files of promote.h share: looking at tracks, and refusing. */
#pragma once

#include "release/promote.h"

/* The track and its version. As a source it must be the same here and there; as a target it may be
 * behind here, and there need not be one. */
ATTR_MUST_CHECK errint state_source(struct release *r, const struct track *t,
				    struct track_state *out, struct err *err);
ATTR_MUST_CHECK errint state_target(struct release *r, const struct track *t,
				    struct track_state *out, struct err *err);
/* Adds the move of `to` to a commit, fast-forward, which its files follow where it is checked out.
 */
ATTR_MUST_CHECK errint plan_forward(struct release_plan *p, const struct track_state *from,
				    const struct track_state *to, struct err *err);
/* Keeps a commit under its version. */
ATTR_MUST_CHECK errint plan_keep(struct release_plan *p, const struct track_state *t,
				 struct err *err);
/* Files that are changed where a branch of the plan is checked out; a work tree elsewhere. */
ATTR_MUST_CHECK errint check_work_trees(struct release_plan *p, const struct track_state *from,
					struct err *err);
ATTR_MUST_CHECK errint check_version(const struct release *r, const struct track_state *from,
				     const struct track_state *to, struct err *err);
/* Every gate of a track has passed for what is at it. */
ATTR_MUST_CHECK errint check_gates(struct release *r, const struct track_state *from,
				   struct err *err);
