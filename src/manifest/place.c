/* SPDX-License-Identifier: MIT
 *
 * Finding, reading and replacing an environment's files. */
#include "manifest/place.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "manifest/manifest.h"

#define MANIFEST_FILE ".flox/env/manifest.toml"

static errint not_found(const char *start, struct err *err)
{
	err_set(err, ERR_NOT_FOUND, "no environment in '%s' or above", start);
	return err_hint(err, "'kiln init' makes one; -d DIR names another folder");
}

errint manifest_find_dir(const char *start, char **out, struct err *err)
{
	char real[PATH_MAX], file[PATH_MAX + sizeof("/" MANIFEST_FILE)];
	size_t n;

	if (!realpath(start ? start : ".", real)) {
		errint rc = err_sys(err, "'%s'", start ? start : "the working folder");
		return start ? rc : err_hint(err, "it was deleted; change to another folder");
	}
	for (n = strlen(real);; real[n] = '\0') {
		snprintf(file, sizeof(file), "%s/%s", n > 1 ? real : "", MANIFEST_FILE);
		if (access(file, F_OK) == 0) {
			*out = str_dupz(str_c(real));
			return 0;
		}
		if (errno != ENOENT && errno != ENOTDIR)
			return err_sys(err, "'%s'", file);
		if (n <= 1)
			return not_found(start ? start : ".", err);
		while (n > 1 && real[n - 1] != '/')
			n--;
		n -= n > 1;
	}
}

errint manifest_text(const char *dir, struct buf *out, struct err *err)
{
	ARENA(a);

	return file_read(AT_FDCWD, arena_printf(&a, "%s/%s", dir, MANIFEST_FILE), out, err);
}

/* Through a symlink, to where the file is. */
static errint replace(const char *dir, const char *file, struct str text, struct err *err)
{
	ARENA(a);
	const char *path = arena_printf(&a, "%s/%s", dir, file);
	char real[PATH_MAX];
	struct stat st;

	if (!realpath(path, real) || stat(real, &st))
		return err_sys(err, "'%s'", path);
	return file_write(AT_FDCWD, real, text, st.st_mode & 07777, FILE_WRITE_SYNC, err);
}

errint manifest_replace(const char *dir, struct str text, struct err *err)
{
	return replace(dir, MANIFEST_FILE, text, err);
}

errint env_json_replace(const char *dir, struct str text, struct err *err)
{
	return replace(dir, ".flox/env.json", text, err);
}

errint manifest_check(struct str text, const char *file, const char *dir, struct err *err)
{
	ARENA(a);
	struct manifest *m;
	errint rc = manifest_parse(text, file, &a, &m, err);

	if (!rc)
		rc = manifest_refuse_unknown(m, err);
	return rc ? rc : manifest_compose(m, dir, &a, &m, err);
}
