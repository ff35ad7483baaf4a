/* SPDX-License-Identifier: MIT
 *
 * Where environments are. */
#include "environment/environment.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "manifest/place.h"

static bool has_manifest(struct str folder)
{
	char *file CLEANUP_FREE = path_join(folder, S(".flox/env/manifest.toml"));

	return access(file, F_OK) == 0;
}

errint environment_find(const char *start, bool only, char **out, struct err *err)
{
	char *at CLEANUP_FREE = NULL;
	errint rc = only ? path_absolute(str_c(start ? start : "."), &at, err) : 0;

	if (rc)
		return rc;
	if (!only)
		return manifest_find_dir(start, out, err);
	if (!has_manifest(str_c(at))) {
		err_set(err, ERR_NOT_FOUND, "no environment in '%s'", at);
		return err_hint(err, "'kiln init' makes one; -d DIR names another folder");
	}
	*out = STEAL(at);
	return 0;
}

errint environment_default_dir(char **out, struct err *err)
{
	const char *config = env_get("XDG_CONFIG_HOME");

	if (!env_get("HOME") && !(config && *config == '/')) {
		const struct passwd *user = getpwuid(getuid());

		if (!user || !user->pw_dir || *user->pw_dir != '/') {
			err_set(err, ERR_NOT_FOUND,
				"no home folder: HOME is not set, and user %ld is not in the "
				"password file",
				(long)getuid());
			return err_hint(err,
					"set HOME, or name an environment's folder with -d DIR");
		}
	}
	char *dir CLEANUP_FREE = user_config_dir();
	*out = path_join(str_c(dir), S("default"));
	return 0;
}

errint environment_make_default(const char *dir, struct err *err)
{
	const struct manifest_plan plan = {.dir = dir, .name = S("default"), .bare = true};
	struct str name;
	ARENA(a);

	if (has_manifest(str_c(dir)))
		return 0;
	errint rc = manifest_create(&plan, &a, &name, err);
	if (!rc)
		return 0;
	err_hint(err, "set HOME or XDG_CONFIG_HOME to a folder that can be written, or name an "
		      "environment with -d DIR");
	return err_wrap(err, "making your own environment '%s'", dir);
}
