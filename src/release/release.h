/* SPDX-License-Identifier: MIT
 *
 * A project's releases, open for work: the repository around it, its tracks, its refs. Commands
 * open one, make a plan (moves.h) and have it carried out; nothing here prints. */
#pragma once

#include "git/git_program.h"
#include "git/git_repo.h"
#include "project/session.h"
#include "release/track.h"

struct release {
	struct session *session; /* borrowed */
	struct arena a;          /* for texts */
	struct git_place place;
	struct release_config config;
	struct git_refs refs;   /* here, as they are */
	struct git_refs before; /* as they were when it was opened */
	struct git_refs remote; /* there, once release_ask_remote() has */
	bool asked;
	struct git_repo *repo; /* NULL: not opened yet */
	int lock;              /* -1: not taken */
};

/* project: the folder with .flox. */
ATTR_MUST_CHECK errint release_open(struct session *s, const char *project, struct release *out,
				    struct err *err);
void release_close(struct release *r);
void release_cleanup(struct release *r);
/* libgit2's view of it, opened when first asked for. Borrowed. */
ATTR_MUST_CHECK errint release_repo(struct release *r, struct git_repo **out, struct err *err);
/* The remote's name, NULL when there is none: what the configuration says, or origin. */
const char *release_remote(const struct release *r);
/* Reads refs again. */
ATTR_MUST_CHECK errint release_reread(struct release *r, struct err *err);
/* Asks the remote, if there is one, for its refs, and brings what is not here of its tracks. */
ATTR_MUST_CHECK errint release_ask_remote(struct release *r, struct err *err);
/* One at a time changes a repository. Waits for nobody: ERR_EXISTS. */
ATTR_MUST_CHECK errint release_lock(struct release *r, struct err *err);

/* ---- versions ---- */

struct release_version {
	struct str version; /* "" where it cannot be told */
	uint64_t build;     /* of it, 0 when they are not counted */
	struct str why;     /* it cannot be told */
};
/* What versions.nix says of itself in a commit, remembered for ever. A commit that does not say is
 * no error. */
ATTR_MUST_CHECK errint release_version(struct release *r, const char *commit, struct arena *a,
				       struct release_version *out, struct err *err);
/* Negative, 0 or positive, as the first is lower, equal or higher. */
int release_version_compare(const struct release_version *a, const struct release_version *b);
/* "0.3.62", "0.3.62 build 2", "unknown". */
const char *release_version_text(const struct release_version *v, struct arena *a);
/* The tag of a version ("v0.3.62"). */
const char *release_tag_name(const struct release *r, const struct release_version *v,
			     struct arena *a);
