/* SPDX-License-Identifier: MIT
 *
 * `[build.NAME]` of a manifest: a command that makes $out with the environment's programs. With
 * sandbox = "pure" it is a derivation's build, on the files that git tracks, without a network;
 * with "off", the default, it runs in the project's folder as anybody would run it, and what it
 * made is then put into the store by a derivation. `${other}` in a command is the result of another
 * build, which is made first. */
#pragma once

#include "environment/environment.h"

struct environment_built {
	struct str name, version, drv, path;
};
/* Makes one, and what its command refers to; the environment is ready. Texts live in the arena.
 * ERR_NOT_FOUND for a build that there is not. */
ATTR_MUST_CHECK errint environment_build(struct session *s, const struct environment *env,
					 struct str name, struct arena *a,
					 struct environment_built *out, struct err *err);
