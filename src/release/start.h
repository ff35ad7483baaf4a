/* SPDX-License-Identifier: MIT
 *
 * A new version begins its way: the first track's versions.nix names it, committed and pushed. What
 * the versions's sources are stands in its table `releases`, or whoever is asked brings it. */
#pragma once

#include "release/moves.h"

struct release_start {
	const char *version;
	/* Brings the recipes in the work tree to the version, when versions.nix has no release of
	 * that name; or NULL. */
	errint (*update)(void *ctx, const char *version, struct err *err);
	void *ctx;
	bool dry_run;
};
/* The first track on the way of new versions. */
ATTR_MUST_CHECK errint release_first_track(struct release *r, const struct track **out,
					   struct err *err);
/* Edits and commits where the first track is checked out; the plan takes it to the remote. Run
 * again it goes on where it was interrupted. *changed: there is something new. */
ATTR_MUST_CHECK errint release_start(struct release *r, const struct release_start *s,
				     struct release_plan *out, bool *changed, struct err *err);
