/* SPDX-License-Identifier: MIT
 *
 * Finding the environment that a command is about. */
#include "cli/environment_place.h"

#include "base/environ.h"
#include "manifest/place.h"

const struct option environment_place_rows[] = {
	OPT_TEXT(struct environment_place, dir, "-d --dir", "DIR", "the environment's folder"),
	OPT_END,
};

errint environment_place_find(struct cli *cli, const struct environment_place *p, const char **out,
			      struct err *err)
{
	const char *active = env_get("FLOX_ENV_PROJECT");
	char *found CLEANUP_FREE = NULL;
	errint rc = manifest_find_dir(p->dir, &found, err);

	if (rc && err->code == ERR_NOT_FOUND && !p->dir && active) {
		ERR(ignored);

		if (!manifest_find_dir(active, &found, &ignored)) {
			err_clear(err);
			rc = 0;
		}
	}
	if (!rc)
		*out = arena_strz(&cli->a, str_c(found));
	return rc;
}
