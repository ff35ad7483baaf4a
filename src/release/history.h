/* SPDX-License-Identifier: MIT
 *
 * What has happened to tracks: versions that were kept, which everybody sees, and the moves that
 * this clone's logs have. And how two commits differ. */
#pragma once

#include "release/release.h"

struct release_event {
	int64_t when;    /* seconds since 1970 */
	size_t order;    /* of those of one second */
	struct str what; /* "promote latest-testing"; "tag" */
	struct str name; /* the track, or the tag */
	struct str who;
	const char *was, *commit; /* was: "" for a tag */
	const char *version;      /* for people */
};
struct release_history {
	struct release_event *v; /* the newest first */
	size_t n, cap;
};
void release_history_release(struct release_history *h);
/* Of one track alone, or of all and the tags. limit 0: all. */
ATTR_MUST_CHECK errint release_history(struct release *r, const struct track *only, uint64_t limit,
				       struct release_history *out, struct err *err);

/* One side of a comparison. */
struct release_side {
	const char *name, *commit;
	struct release_version version;
	struct str *commits; /* "ID<tab>SUMMARY" of those that the other side has not */
	size_t n;
};
struct release_diff {
	struct release_side from, to;
	struct str *files; /* of the project: "M<tab>PATH" */
	size_t n_files;
};
/* Tracks, or whatever git calls a commit. */
ATTR_MUST_CHECK errint release_diff(struct release *r, const char *from, const char *to,
				    struct release_diff *out, struct err *err);
