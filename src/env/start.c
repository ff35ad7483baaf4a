/* SPDX-License-Identifier: MIT
 *
 * The last steps before a program of a result runs. */
#include "env/start.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "env/view.h"
#include "store/store.h"

errint env_result(struct store *s, struct arena *a, const char *name, struct str *out,
		  struct err *err)
{
	ERR(ignored);
	char *target CLEANUP_FREE = NULL, *absolute CLEANUP_FREE = NULL;
	struct str top;
	bool valid;
	errint rc = path_absolute(str_c(name), &absolute, err);

	if (rc)
		return rc;
	bool linked = !read_link(AT_FDCWD, name, &target, &ignored);
	if (!store_path_split(store_dir(s), str_c(linked ? target : absolute), &top, NULL)) {
		err_set(err, ERR_USAGE, "'%s' is no store path and no link to one", name);
		return err_hint(err, "kiln build makes such links: result-NAME");
	}
	*out = arena_str(a, top);
	bool before = store_set_wary(s, true);
	rc = store_is_valid(s, *out, &valid, err);
	store_set_wary(s, before);
	if (rc || valid)
		return rc;
	err_set(err, ERR_NOT_FOUND, "'%.*s' is not in the store", STR_ARG(*out));
	return err_hint(err, "'kiln build' with its recipe's name makes it again");
}

/* <result>/bin/<name of the result without its version>. */
static char *own_program(struct str result)
{
	struct str name = store_path_name(result);

	for (size_t i = 0; i + 1 < name.n; i++)
		if (name.p[i] == '-' && name.p[i + 1] >= '0' && name.p[i + 1] <= '9')
			name.n = i;
	return xasprintf("%.*s/bin/%.*s", STR_ARG(result), STR_ARG(name));
}

void env_prepend(const char *name, const char *value)
{
	const char *old = env_get(name);
	char *both CLEANUP_FREE = old ? xasprintf("%s:%s", value, old) : xstrdup(value);

	setenv(name, both, 1);
}

errint env_start(struct store *s, struct str result, char **command, struct err *err)
{
	char *program CLEANUP_FREE = own_program(result);
	char *bin CLEANUP_FREE = xasprintf("%.*s/bin", STR_ARG(result));
	char *own[] = {program, NULL};
	errint rc = view_enter(s, err);

	if (rc)
		return rc;
	env_prepend("PATH", bin);
	if (!command[0])
		command = own;
	execvp(command[0], command);
	err_sys(err, "starting '%s'", command[0]);
	if (command[0][0] == '-')
		err_hint(err, "behind the result stands the program, and then what it is given");
	if (access(bin, F_OK))
		return err_hint(err, "the result has no programs: it has no folder bin");
	return err_hint(err, "programs of the result are in '%s'", bin);
}
