/* SPDX-License-Identifier: MIT
 *
 * manifest.lock, Flox's public format (lockfile-version 1, JSON): the manifest that was locked, and
 * for each package and system what it became:
 *
 *	{ "lockfile-version": 1, "manifest": { … }, "packages": [ { … } ],
 *	  "compose": { "composer": { … }, "include": [ … ], "warnings": [ ] } }
 *
 * "manifest" is what is built: with includes, the merged one, and composer the one that includes.
 * Written as Flox writes it, byte for byte: two spaces, keys in the order below, a newline. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/buf.h"
#include "manifest/manifest_parts.h"

struct manifest;

struct manifest_locked_output {
	struct str name, path;
};

/* A text whose p is NULL, a list whose v is NULL, a flag below 0 are not there. */
struct manifest_locked_list {
	struct str *v;
	size_t n;
};

struct manifest_locked {
	enum manifest_package_kind kind;
	struct str install_id, system;
	uint64_t priority;
	struct str store_path; /* MANIFEST_STORE_PATH; the rest is of the other kinds */
	struct str attr_path;  /* of a flake: locked-flake-attr-path */
	struct str derivation, description, locked_url, name, pname, version;
	struct manifest_locked_list licenses; /* of a catalog at most one, "license" */
	int broken, unfree;
	struct manifest_locked_output *outputs; /* sorted by name */
	size_t n_outputs;
	struct manifest_locked_list outputs_to_install;
	/* MANIFEST_CATALOG */
	struct str group, rev, rev_date, scrape_date;
	int64_t rev_count;
	struct manifest_locked_list stabilities;
	/* MANIFEST_FLAKE */
	struct str flake_description, package_system;
	struct manifest_locked_list output_names, requested_outputs;
};

/* An empty one that is not set: MANIFEST_LOCKED_INIT with kind and the ids put in. */
#define MANIFEST_LOCKED_INIT                                                      \
	{                                                                         \
		.priority = MANIFEST_DEFAULT_PRIORITY, .broken = -1, .unfree = -1 \
	}

struct manifest_lock {
	struct str manifest; /* JSON */
	struct str compose;  /* JSON, or empty */
	struct manifest_locked *packages;
	size_t n;
};

/* Reads a lock; file names it in messages, all lives in the arena. Unknown members are passed over.
 * ERR_CORRUPT, ERR_UNSUPPORTED for another lockfile-version. */
ATTR_MUST_CHECK errint manifest_lock_parse(struct str text, const char *file, struct arena *a,
					   struct manifest_lock *out, struct err *err);
/* The same of DIR/.flox/env/manifest.lock; ERR_NOT_FOUND when there is none. */
ATTR_MUST_CHECK errint manifest_lock_read(const char *dir, struct arena *a,
					  struct manifest_lock *out, struct err *err);
/* Sets manifest and compose of a lock: m is the manifest, whole what manifest_compose() made of it
 * (m itself where it includes nothing). */
void manifest_lock_take(struct manifest_lock *l, const struct manifest *m,
			const struct manifest *whole, struct arena *a);
/* Was it made of this manifest (its packages may be old, of course)? m and whole as above. */
bool manifest_lock_is_of(const struct manifest_lock *l, const struct manifest *m,
			 const struct manifest *whole);
/* Appends the file's bytes. */
void manifest_lock_print(const struct manifest_lock *l, struct buf *out);
/* NULL when there is none. */
const struct manifest_locked *manifest_lock_find(const struct manifest_lock *l, struct str id,
						 struct str system);
