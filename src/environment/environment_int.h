/* SPDX-License-Identifier: MIT
 *
 * What the files of environment.h share. */
#pragma once

#include "environment/env_generation.h"

/* Where everything of an environment of that folder is; nothing is read. */
void env_places(struct arena *a, struct str dir, struct environment *out);
/* Reads these bytes as the environment's manifest, includes and all. */
ATTR_MUST_CHECK errint env_read_manifest(struct arena *a, struct environment *env, struct str text,
					 struct err *err);
/* The bytes of a file, "" when it is not there. */
ATTR_MUST_CHECK errint env_read_text(struct arena *a, struct str file, struct str *out,
				     struct err *err);
/* A hash of all that decides what is installed. */
ATTR_MUST_CHECK errint env_installs(struct arena *a, const struct manifest *m, struct str *out,
				    struct err *err);
/* Which generation is current, and whether it fits. */
ATTR_MUST_CHECK errint env_read_generation(struct session *s, struct arena *a,
					   struct environment *env, struct err *err);
/* Python's venvs in the cache lead to the environment's profile from now on, if it has their
 * Python; what cannot be done is told, and is nobody's failure. */
void env_venvs_follow(struct session *s, const struct environment *env);
