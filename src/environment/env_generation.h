/* SPDX-License-Identifier: MIT
 *
 * Generations of an environment: what it was each time that it changed. Below `.flox/run`:
 *
 *	generations/N/manifest.toml, manifest.lock   the bytes of then
 *	generations/N/generation.json                number, time, what was done, hashes, the
 *profile generations/N/profile                        a root current -> generations/N switching "N"
 *while manifest, lock and `current` are replaced
 *
 * A switch that was cut off is finished by whoever comes next when the manifest is the new one
 * already, and else forgotten. */
#pragma once

#include "environment/environment.h"

struct env_generation {
	uint64_t number; /* 0: none */
	uint64_t parent; /* the one that was current when it was made; 0: none */
	int64_t created; /* Unix seconds */
	struct str did;  /* "install hello" */
	struct str profile;
	struct str manifest, lock; /* hashes of their bytes */
	struct str installs;       /* hash of what the manifest wants installed, includes too */
	bool current, whole;       /* its profile is kept */
};

/* The hash of bytes as generations have it; in the arena. */
struct str env_hash(struct arena *a, struct str bytes);

/* The text of a generation.json. */
ATTR_MUST_CHECK errint env_generation_parse(struct arena *a, struct str text,
					    struct env_generation *out, struct err *err);
/* Reads one. ERR_NOT_FOUND when it is not there, or was never finished. */
ATTR_MUST_CHECK errint env_generation_read(struct arena *a, struct str run_dir, uint64_t number,
					   struct env_generation *out, struct err *err);
/* The one that `current` leads to, or that a switch that was cut off had made so; number 0: there
 * is none. *pending: the switch is to be finished. */
ATTR_MUST_CHECK errint env_generation_current(struct arena *a, struct str run_dir,
					      struct str manifest, struct env_generation *out,
					      bool *pending, struct err *err);
/* All that are whole, by number. */
ATTR_MUST_CHECK errint env_generation_list(struct arena *a, struct str run_dir,
					   struct env_generation **out, size_t *n, struct err *err);
/* The bytes of its manifest.toml or manifest.lock; "" for a lock that it had not. */
ATTR_MUST_CHECK errint env_generation_file(struct arena *a, struct str run_dir, uint64_t number,
					   const char *name, struct str *out, struct err *err);

/* Whoever changes an environment holds this lock; it waits, and says so to the report. Closing the
 * descriptor lets go. */
ATTR_MUST_CHECK errint env_lock(struct session *s, const struct environment *env, int *out,
				struct err *err);
/* Under the lock: a switch that was cut off is finished, or forgotten. */
ATTR_MUST_CHECK errint env_generation_recover(struct arena *a, const struct environment *env,
					      struct err *err);
/* Under the lock: g with a number of its own and its root, complete on the disk. */
ATTR_MUST_CHECK errint env_generation_make(struct session *s, struct arena *a,
					   const struct environment *env, struct str manifest,
					   struct str lock, struct env_generation *g,
					   struct err *err);
/* Under the lock: manifest, lock and `current` become those of the generation. After a failure they
 * are what they were. */
ATTR_MUST_CHECK errint env_generation_switch(struct arena *a, const struct environment *env,
					     uint64_t number, struct err *err);
/* One that was made and not switched to is taken away. */
void env_generation_drop(const struct environment *env, uint64_t number);
