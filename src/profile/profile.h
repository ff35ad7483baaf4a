/* SPDX-License-Identifier: MIT
 *
 * A profile: one folder of links to the files of many packages. The derivation that makes it is
 * `builtin:kiln-profile-1`, told by
 *
 *	packages	a line for each: priority, store path, install id; a smaller priority wins
 *	python		the interpreter of modules that bring none, or ""
 *	slots		words: slots that are asked for besides those of the packages
 *
 * What a package wants to be seen with (nix-support/propagated-user-env-packages, and of a Python
 * module the modules that it needs) comes too, behind all that was asked for. A folder that only
 *one package has is one link. A name that two packages of one priority have as different files is
 *an error, and so, whatever their priorities, are two packages of one Python distribution: mixed
 *file by file they would be neither. Interpreters are copied, and programs of modules start them,
 *so that `python` and a venv made of it see what the profile has. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "sandbox/builtin.h"

struct store;

struct profile_package {
	struct str path; /* store path of an output */
	struct str id;   /* how people call it; one line */
	unsigned priority;
};

/* Writes the derivation of these packages, which are valid, to the store; name is the profile's.
 * *drv and *out live in the arena. */
ATTR_MUST_CHECK errint profile_derivation(struct store *s, struct arena *a, struct str name,
					  const struct profile_package *v, size_t n,
					  struct str python, struct str slots, struct str *drv,
					  struct str *out, struct err *err);

extern const struct builtin_builder builder_profile_1;
