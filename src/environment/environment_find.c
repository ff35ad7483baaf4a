/* SPDX-License-Identifier: MIT
 *
 * Where environments are. */
#include "environment/environment.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"

static bool has_manifest(struct str folder)
{
	char *file CLEANUP_FREE = path_join(folder, S(".flox/env/manifest.toml"));

	return access(file, F_OK) == 0;
}

static errint not_found(const char *at, bool only, struct err *err)
{
	err_set(err, ERR_NOT_FOUND,
		only ? "no environment: '%s' has no .flox/env/manifest.toml"
		     : "no environment: neither '%s' nor a folder above it has a "
		       ".flox/env/manifest.toml",
		at);
	return err_hint(err, "kiln init makes one");
}

errint environment_find(const char *start, bool only, char **out, struct err *err)
{
	char *at CLEANUP_FREE = NULL;
	struct str folder;

	if (!start) {
		at = getcwd(NULL, 0);
		if (!at) {
			err_sys(err, "the working folder is gone");
			return err_hint(err, "go to a folder that is there, or name one with -d");
		}
	}
	errint rc = start ? path_absolute(str_c(start), &at, err) : 0;
	if (rc)
		return rc;
	for (folder = str_c(at);; folder = path_dir(folder)) {
		if (has_manifest(folder)) {
			*out = str_dupz(folder);
			return 0;
		}
		if (folder.n <= 1 || only)
			return not_found(at, only, err);
	}
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
