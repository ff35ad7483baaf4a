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
			/* Not ERR_NOT_FOUND: that stands for no environment. */
			err_set(err, ERR_FAILED, "the working folder is gone, or closed to you");
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

errint environment_make_default(const char *dir, struct err *err)
{
	static const struct {
		const char *name, *text;
	} files[] = {
		{"env.json", "{\n  \"name\": \"default\",\n  \"version\": 1\n}\n"},
		{"env/manifest.toml", "version = 1\n\n[install]\n"},
	};
	errint rc = 0;

	if (has_manifest(str_c(dir)))
		return 0;
	char *folder CLEANUP_FREE = path_join(str_c(dir), S(".flox/env"));
	rc = mkdir_p(AT_FDCWD, folder, 0755, err);
	/* The manifest comes last: with it there is an environment. */
	for (size_t i = 0; !rc && i < ARRAY_LEN(files); i++) {
		char *file CLEANUP_FREE = xasprintf("%s/.flox/%s", dir, files[i].name);

		rc = file_write(AT_FDCWD, file, str_c(files[i].text), 0644, FILE_WRITE_SYNC, err);
	}
	if (!rc)
		return 0;
	err_hint(err, "set HOME or XDG_CONFIG_HOME to a folder that can be written, or name an "
		      "environment with -d DIR");
	return err_wrap(err, "making your own environment '%s'", dir);
}
