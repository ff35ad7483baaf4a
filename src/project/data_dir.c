/* SPDX-License-Identifier: MIT
 *
 * Looking for kiln's own files. */
#include "project/data_dir.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"

static bool holds_pkgs(const char *dir)
{
	char *probe CLEANUP_FREE = xasprintf("%s/pkgs/default.nix", dir);

	return access(probe, R_OK) == 0;
}

errint data_dir_find(char **out, struct err *err)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	const char *set = env_get("KILN_DATA_DIR");

	if (set && !holds_pkgs(set))
		return err_set(err, ERR_NOT_FOUND, "KILN_DATA_DIR '%s' holds no pkgs/default.nix",
			       set);
	if (set) {
		*out = xstrdup(set);
		return 0;
	}
	/* build/kiln stands one folder below the tree; bin/kiln beside share/kiln */
	struct str dir = n > 0 ? path_dir(path_dir(str_n(exe, (size_t)n))) : S("/");
	char *places[] = {str_dupz(dir), path_join(dir, S("share/kiln")), xstrdup(KILN_DATA_DIR)};
	char *found = NULL;
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		if (!found && holds_pkgs(places[i]))
			found = STEAL(places[i]);
		free(places[i]);
	}
	if (found) {
		*out = found;
		return 0;
	}
	err_set(err, ERR_NOT_FOUND, "kiln's package set is missing");
	err_detail(err, "looked for pkgs/default.nix in '%.*s', its share/kiln and '%s'",
		   STR_ARG(dir), KILN_DATA_DIR);
	return err_hint(err, "reinstall kiln, or set KILN_DATA_DIR");
}
