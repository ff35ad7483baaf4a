/* SPDX-License-Identifier: MIT
 *
 * Where a user's secret keys are: NAME.secret in kiln's configuration folder, `keys`, that nobody
 * else may look into; or, for machines that have no such folder, in KILN_SIGNING_KEY, as text. */
#pragma once

#include "store/signing_key.h"

/* The environment's variable; whoever starts programs takes it out of theirs. */
#define KEY_VARIABLE "KILN_SIGNING_KEY"

/* The file that `generate` writes; malloc'd. */
ATTR_MALLOC char *key_file_of(struct str name);
/* Makes the folder, with mode 0700. */
ATTR_MUST_CHECK errint key_folder_make(struct err *err);
/* Names of the keys that are there, without ".secret", sorted; in the arena. */
ATTR_MUST_CHECK errint key_files_list(struct arena *a, struct str **out, size_t *n,
				      struct err *err);
/* `given`: a file when it has a '/', else a key's name; NULL: the variable's, or the only one that
 * is there. ERR_NOT_FOUND with the cure. */
ATTR_MUST_CHECK errint key_find(struct arena *a, const char *given, struct signing_key *out,
				struct err *err);
