/* SPDX-License-Identifier: MIT
 *
 * A project's own lock of Python projects, `.flox/python.lock`, and one for each release that asks
 * for it, `.flox/python-NAME.lock`. Locks stack: over the set's lies the project's, over that a
 * release's. Each has just the projects that the ones below it have not, or in another version;
 * recipes find them all in python3.pkgs (pkgs/python/stack.nix).
 *
 * What is wanted stands in requirements files or in pyproject.toml; the lock keeps their names. The
 * versions of the locks below, and of the lock that was there, are kept wherever the requirements
 * allow that. */
#pragma once

#include "project/session.h"
#include "py/lock_fit.h"

struct python_request {
	const char *dir;                 /* the project's */
	const char *const *requirements; /* files, as seen from the working folder */
	size_t n_requirements;
	const char *pyproject; /* or NULL */
	const char *release;   /* or NULL: the project's lock itself */
	bool upgrade;          /* what the lock had counts no more; with names, of these alone */
	const char *const *names;
	size_t n_names;
};

/* What differs from the lock that was there. */
struct python_move {
	struct str name, from, to; /* versions; "" is none */
	struct str below;          /* of the lock below it, or "" */
	bool source;               /* built from its source archive */
	unsigned missing;          /* machines that it has no file for */
};
struct python_locked {
	const char *file;
	struct python_move *moves;
	size_t n;
	/* Of the set: what asks for another version than the lock has, and goes with it no more. */
	struct py_misfits misfits;
	bool untracked; /* by git, which has the rest of the project */
};

/* Finds versions and writes the lock, all or nothing. Everything lives in the arena. */
ATTR_MUST_CHECK errint python_lock(struct session *s, const struct python_request *r,
				   struct arena *a, struct python_locked *out, struct err *err);
/* Asks nobody: does the lock fit what is wanted, and the set? ERR_DIFFERS with the first places
 * where it does not, ERR_NOT_FOUND without a lock. */
ATTR_MUST_CHECK errint python_lock_check(struct session *s, const struct python_request *r,
					 struct arena *a, struct err *err);
/* The lock of a package set itself: of folder/requirements.txt its lock.json, about.json and
 * metadata.json. Of r, what moves counts. */
ATTR_MUST_CHECK errint python_lock_set(struct session *s, const struct python_request *r,
				       const char *folder, struct arena *a,
				       struct python_locked *out, struct err *err);
