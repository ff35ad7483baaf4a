/* SPDX-License-Identifier: MIT
 *
 * Finding, reading and replacing an environment's files. */
#include "manifest/place.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/stat.h>

#include "base/file.h"
#include "manifest/manifest.h"

#define MANIFEST_FILE ".flox/env/manifest.toml"

/* A folder above is anybody's, /tmp for one, and an environment runs what its manifest says: only
 * root's, the caller's, and that of who owns the folder where the search began are meant unsaid. */
static bool is_meant(const char *folder, const char *start)
{
	ARENA(a);
	struct stat st, from;

	if (stat(arena_printf(&a, "%s/.flox", folder), &st) || st.st_uid == 0 ||
	    st.st_uid == geteuid())
		return true;
	return stat(start, &from) == 0 && st.st_uid == from.st_uid;
}

static errint not_found(const char *start, const char *others, struct err *err)
{
	err_set(err, ERR_NOT_FOUND, "no environment in '%s' or above", start);
	if (others[0])
		return err_hint(err, "that in '%s' is another user's: -d %s means it", others,
				others);
	return err_hint(err, "'kiln init' makes one; -d DIR names another folder");
}

/* Is one there? What a user is not to see above is not that user's. */
static errint look(const char *folder, bool above, bool *there, struct err *err)
{
	ARENA(a);
	const char *file = arena_printf(&a, "%s/" MANIFEST_FILE, folder[1] ? folder : "");

	*there = access(file, F_OK) == 0;
	if (*there || errno == ENOENT || errno == ENOTDIR || (errno == EACCES && above))
		return 0;
	return err_sys(err, "'%s'", file);
}

errint manifest_find_dir(const char *start, char **out, struct err *err)
{
	char real[PATH_MAX], begin[PATH_MAX], others[PATH_MAX] = "";
	bool there, above = false;
	size_t n;

	if (!realpath(start ? start : ".", real)) {
		errint rc = err_sys(err, "'%s'", start ? start : "the working folder");
		return start ? rc : err_hint(err, "it was deleted; change to another folder");
	}
	n = strlen(real);
	memcpy(begin, real, n + 1);
	for (;; above = true) {
		errint rc = look(real, above, &there, err);

		if (rc)
			return rc;
		if (there && (!above || is_meant(real, begin))) {
			*out = str_dupz(str_c(real));
			return 0;
		}
		if (there && !others[0])
			memcpy(others, real, n + 1);
		if (n <= 1)
			return not_found(start ? start : ".", others, err);
		while (n > 1 && real[n - 1] != '/')
			n--;
		n -= n > 1;
		real[n] = '\0';
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
