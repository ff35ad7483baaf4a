/* SPDX-License-Identifier: MIT
 *
 * Which package set a project's recipes are called with. `.flox/kiln.lock` pins one by its version
 * and the hash of its folder, so that another kiln changes no bit of an old project:
 *
 *	{
 *	  "version": 1,
 *	  "set": { "version": "0.1.0", "narHash": "sha256-…" }
 *	}
 *
 * A set is a folder like kiln's own pkgs/; as a store path it is `kiln-set-<version>`, a source
 * addressed by its content. The pinned one is taken from kiln itself, the store, the project's
 * `.flox/sources/kiln-set-<version>/`, or mirror://kiln/kiln-set-<version>.tar.gz, in this order;
 * only its hash decides. A project without a pin has kiln's own; so has one inside the folder that
 * kiln's own set is in, with which it is one piece. */
#pragma once

#include "project/session.h"

struct set_pin {
	bool there; /* else the rest is empty */
	struct str version;
	struct hash nar_hash; /* sha256 */
	struct str path;      /* the store path, whether it is valid or not */
};

/* The pin of a project. Texts live in a. ERR_CORRUPT with the place of what is wrong. */
ATTR_MUST_CHECK errint project_pin_read(struct session *s, const char *dir, struct arena *a,
					struct set_pin *out, struct err *err);
/* Replaces the pin and nothing else of the file. */
ATTR_MUST_CHECK errint project_pin_write(const char *dir, const struct set_pin *pin,
					 struct err *err);
/* kiln's own set as it would be pinned. */
ATTR_MUST_CHECK errint project_set_own(struct session *s, struct arena *a, struct set_pin *out,
				       struct err *err);
/* Pins kiln's own set and keeps it, where nothing is pinned yet and the project is not part of what
 * kiln's own set is part of. A project that may not be written to is left as it is. */
ATTR_MUST_CHECK errint project_pin_first(struct session *s, const char *dir, bool *pinned,
					 struct err *err);
/* The folder of the set that `pin` means, as the evaluator names it; NULL in *out when that is
 * kiln's own. ERR_NOT_FOUND with where it was looked for and the cure. */
ATTR_MUST_CHECK errint project_set_find(struct session *s, const char *dir,
					const struct set_pin *pin, struct arena *a,
					const char **out, struct err *err);
/* Puts kiln's own set into the store and keeps it there for later versions of kiln. */
ATTR_MUST_CHECK errint project_set_keep(struct session *s, const struct set_pin *own,
					struct err *err);
/* Lays a copy of kiln's own set into the project's `.flox/sources`. *to is where; malloc'd. */
ATTR_MUST_CHECK errint project_set_vendor(struct session *s, const char *dir,
					  const struct set_pin *own, char **to, struct err *err);
