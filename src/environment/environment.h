/* SPDX-License-Identifier: MIT
 *
 * An environment: a folder with `.flox/env/manifest.toml`, and what was made of it.
 *
 *	.flox/env.json                 its name
 *	.flox/env/manifest.toml        what is wanted, a person's file
 *	.flox/env/manifest.lock        what that meant when it was locked
 *	.flox/run/generations/N/       a generation: manifest.toml and manifest.lock as they were,
 *	                               generation.json, and the link `profile` into the store, a
 *root .flox/run/current              the link to the current one .flox/cache  .flox/log what
 *activations and services keep
 *
 * A generation is complete before the manifest is replaced, and is known by the bytes of manifest
 *and lock that it was made of: killed anywhere, what is found next is the old one or the new one.
 *Opening reads these few files and neither evaluates nor asks the store's database. */
#pragma once

#include <sys/types.h>
#include "project/session.h"

struct manifest;

struct environment {
	struct str dir;  /* absolute, the folder that has .flox */
	struct str name; /* env.json's, else the folder's own */
	bool is_default; /* the user's own, that is there without a project */
	struct str manifest_file, lock_file;
	struct str cache_dir, run_dir, log_dir; /* environment_open() makes them */
	struct str manifest_text;               /* the bytes of the file */
	struct manifest *own;                   /* what they say, */
	struct manifest *manifest;              /* and with what it includes */
	uint64_t generation;                    /* 0: there is none yet */
	struct str profile;                     /* that one's store path, or "" */
	/* The generation is what manifest and lock say, and is there: environment_ready() has
	 * nothing to do. */
	bool fits;
};

/* The environment's folder: start (NULL: the working folder) or the nearest above. malloc'd;
 * ERR_NOT_FOUND with the cure. With `only` those above do not count. */
ATTR_MUST_CHECK errint environment_find(const char *start, bool only, char **out, struct err *err);
/* The user's own folder, whether it is there or not: `~/.config/kiln/default`. malloc'd;
 * ERR_NOT_FOUND where it cannot be known who the user is. */
ATTR_MUST_CHECK errint environment_default_dir(char **out, struct err *err);

/* Makes the user's own, empty, where it is not there. */
ATTR_MUST_CHECK errint environment_make_default(const char *dir, struct err *err);

/* Reads the environment of that folder, and which generation is current. Costs milliseconds:
 * nothing is evaluated, built or asked of the database. Texts live in the arena. */
ATTR_MUST_CHECK errint environment_open(struct session *s, const char *dir, struct arena *a,
					struct environment *out, struct err *err);
/* Makes profile what manifest and lock say: locks what the lock lacks, builds, and makes a
 * generation of it. Nothing when it fits. On failure all is as it was. The environment's folder is
 * locked meanwhile, so that two do it one after the other. */
ATTR_MUST_CHECK errint environment_ready(struct session *s, struct environment *env,
					 struct arena *a, struct err *err);
/* What a command makes of an environment. */
struct environment_change {
	struct str manifest; /* the bytes that the manifest is to have */
	const struct str
		*upgrade; /* install ids that are looked up again, whatever the lock says */
	size_t n_upgrade;
	const struct str *added; /* install ids that no file has said yet: no place is told */
	size_t n_added;
	bool upgrade_all;
	const char *did; /* what history tells: "install hello" */
};
/* The same for a manifest that is to be another: locked, built, and only then put in its place.
 * *made is whether that changed anything; then there is a new generation. */
ATTR_MUST_CHECK errint environment_change(struct session *s, struct environment *env,
					  const struct environment_change *change, struct arena *a,
					  bool *made, struct err *err);
/* The bytes of the lock, "" where there is none. */
ATTR_MUST_CHECK errint environment_lock_text(const struct environment *env, struct arena *a,
					     struct str *out, struct err *err);
/* A root for the profile that lasts as long as the process does: collections spare it, whatever
 * becomes of its generation. Of a process that is somebody else's ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint environment_hold(struct session *s, const struct environment *env, pid_t pid,
					struct err *err);
