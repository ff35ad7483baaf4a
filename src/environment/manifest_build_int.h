/* SPDX-License-Identifier: MIT
 *
 * A manifest build in the making. */
#pragma once

#include "environment/manifest_build.h"

struct manifest_build;

struct manifest_making {
	struct session *s;
	const struct environment *env;
	const struct manifest_build *b;
	const struct manifest_making *up; /* which one needs it, or NULL */
	struct arena *a;
	struct str command; /* with the paths of others */
	struct str version; /* or "" */
	struct str runtime; /* profile that programs of the result find */
	struct str *needs;  /* results of others */
	size_t n_needs;
	struct str made, from; /* of what ran outside: its store path, and where it was */
};

ATTR_MUST_CHECK errint manifest_make(struct session *s, const struct environment *env,
				     const struct manifest_build *b,
				     const struct manifest_making *up, struct arena *a,
				     struct environment_built *out, struct err *err);
/* Runs the command in the project's folder, and puts what it made at $out into the store. */
ATTR_MUST_CHECK errint manifest_run_outside(struct manifest_making *m, struct err *err);
/* What version.command prints, run there. */
ATTR_MUST_CHECK errint manifest_version_of_command(struct manifest_making *m, struct err *err);
