/* SPDX-License-Identifier: MIT
 *
 * Programs that find their data by nothing but their environment, or a path too short to hold one
 * of the store: a script in their place says it, and goes on as the program. */
#include "deb/deb_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"

static errint wrap(struct deb_build *b, struct str path, struct str code, struct err *err)
{
	struct str name = path_base(path);
	struct str dir = str_rchr(path, '/') < 0 ? S("") : path_dir(path);
	const char *from = arena_strz(b->arena, path);
	const char *to = arena_printf(b->arena, "%.*s%s.%.*s-wrapped", STR_ARG(dir),
				      dir.n ? "/" : "", STR_ARG(name));
	BUF(script, LIMIT_DEB_TEXT);
	struct stat st;

	if (fstatat(b->root, from, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "cannot look at '%s'", from);
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		return err_set(err, ERR_CORRUPT, "'%s' is no program", from);
	if (deb_exists(b->root, str_c(to)))
		return err_set(err, ERR_EXISTS, "'%s' is there already", to);
	if (renameat(b->root, from, b->root, to))
		return err_sys(err, "cannot move '%s' to '%s'", from, to);
	/* Which shell it is, the phase of texts says. */
	buf_printf(&script, "#!/bin/bash\n%.*s\nexec -a \"$0\" '%.*s/%s' \"$@\"\n", STR_ARG(code),
		   STR_ARG(b->out), to);
	errint rc = buf_check(&script, from, err);
	if (rc)
		return rc;
	return file_write(b->root, from, buf_str(&script), 0755, 0, err);
}

errint deb_rule_wrap(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	struct str_list found;
	errint rc = deb_glob_some(b->arena, b->root, r->arg[0], &found, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < found.n; i++) {
		rc = wrap(b, found.v[i], r->arg[1], err);
		if (rc)
			return rc;
	}
	return 0;
}

errint deb_rule_write(struct deb_build *b, const struct deb_rule *r, struct err *err)
{
	char *to CLEANUP_FREE = str_dupz(r->arg[0]);
	char *dir CLEANUP_FREE = str_dupz(path_dir(r->arg[0]));

	if (deb_exists(b->root, r->arg[0]))
		return err_set(err, ERR_EXISTS, "'%s' is there already", to);
	errint rc = str_rchr(r->arg[0], '/') < 0 ? 0 : mkdir_p(b->root, dir, 0755, err);
	if (rc)
		return rc;
	return file_write(b->root, to, r->arg[1], 0644, 0, err);
}
