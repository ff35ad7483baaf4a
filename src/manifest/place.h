/* SPDX-License-Identifier: MIT
 *
 * Where an environment is kept: DIR/.flox/env/manifest.toml and what stands beside it. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

struct arena;

/* The folder whose environment is meant: start itself or the nearest above that holds
 * .flox/env/manifest.toml; start NULL is the working folder. One above that is another user's is
 * not meant (a manifest's scripts are run). malloc'd, a real path; ERR_NOT_FOUND with the cure. */
ATTR_MUST_CHECK errint manifest_find_dir(const char *start, char **out, struct err *err);
/* Appends the bytes of DIR/.flox/env/manifest.toml. */
ATTR_MUST_CHECK errint manifest_text(const char *dir, struct buf *out, struct err *err);
/* Replaces them, whole or not at all, and keeps the file's mode; where it is a symlink, what that
 * leads to. */
ATTR_MUST_CHECK errint manifest_replace(const char *dir, struct str text, struct err *err);
/* The same of DIR/.flox/env.json. */
ATTR_MUST_CHECK errint env_json_replace(const char *dir, struct str text, struct err *err);
/* The text as the manifest of DIR would be read: parsed, nothing unknown, includes found. file is
 * its name in messages. */
ATTR_MUST_CHECK errint manifest_check(struct str text, const char *file, const char *dir,
				      struct err *err);

/* What a new environment is made of. */
struct manifest_plan {
	const char *dir;    /* is made where it is not there */
	struct str name;    /* empty: by the folder's name */
	const char *text;   /* the manifest; NULL: an empty one with explanations */
	bool bare;          /* without explanations */
	const char *recipe; /* of .flox/pkgs/RECIPE.nix, or NULL */
};

/* Makes DIR/.flox: env/manifest.toml, env.json, .gitignore (lines are added to one that is there),
 * the recipe. ERR_EXISTS, and nothing is made, where an environment or that recipe is already. On
 * failure what was made is taken away again. *name is the environment's, the arena's. */
ATTR_MUST_CHECK errint manifest_create(const struct manifest_plan *plan, struct arena *a,
				       struct str *name, struct err *err);
