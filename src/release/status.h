/* SPDX-License-Identifier: MIT
 *
 * Where all tracks and kept versions are. The answer is remembered as long as no ref of the
 * repository, nothing of kiln.toml and not kiln itself is another one: whoever asks twice gets it
 * in the time that reading the refs takes. The remote is not asked: what is known of it is what the
 * last fetch or push found. */
#pragma once

#include "release/release.h"

/* X(field, is it a number). Every one is text, "" where it is not known. */
#define RELEASE_STATUS_FIELDS(X)                                                  \
	X(kind, false) /* track, tag, branch: the latter two are kept versions */ \
	X(name, false)                                                            \
	X(ref, false)                                                             \
	X(commit, false)                                                          \
	X(version, false)                                                         \
	X(build, true)                                                            \
	X(closure, false)     /* its hash, as evidence has it */                  \
	X(next, false)        /* of a track: the one that it is promoted to */    \
	X(ahead, true)        /* commits that the next one has not */             \
	X(behind, true)       /* and that the next one has more */                \
	X(remote, false)      /* the commit there */                              \
	X(remoteAhead, true)  /* commits that are not there */                    \
	X(remoteBehind, true) /* and that are not here */                         \
	X(passed, false)      /* gates of the track, with blanks between */       \
	X(missing, false)

enum release_status_field {
#define X(name, number) STATUS_##name,
	RELEASE_STATUS_FIELDS(X)
#undef X
		STATUS_FIELDS
};

struct release_status_row {
	struct str v[STATUS_FIELDS];
};
struct release_status {
	struct release_status_row *v;
	size_t n, cap;
};
void release_status_release(struct release_status *s);

/* Texts live in r's arena. */
ATTR_MUST_CHECK errint release_status(struct release *r, struct release_status *out,
				      struct err *err);
