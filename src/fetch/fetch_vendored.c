/* SPDX-License-Identifier: MIT
 *
 * Vendored files: folders that are looked at before any host. A file counts when its hash is the
 * wanted one, or by its name alone where the caller checks the content itself. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "fetch/fetch_int.h"

static bool open_candidate(const char *dir, const char *file, char **path, int *fd)
{
	struct stat st;

	*path = path_join(str_c(dir), str_c(file));
	*fd = open(*path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return *fd >= 0 && fstat(*fd, &st) == 0 && S_ISREG(st.st_mode);
}

static errint is_wanted(struct transfer *j, const char *path, int fd, bool *yes, struct err *err)
{
	struct hash got;
	errint rc;

	*yes = true;
	if (!j->has_want)
		return 0;
	rc = hash_fd(j->want.algo, fd, &got, err);
	if (rc)
		return err_wrap(err, "reading '%s'", path);
	*yes = hash_eq(&got, &j->want);
	if (!*yes)
		report_msg(j->f->report, REPORT_WARN,
			   "vendored file '%s' has another hash than wanted and is not used", path);
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "cannot rewind '%s'", path);
	return 0;
}

static errint take(struct transfer *j, const char *path, int fd, struct err *err)
{
	errint rc = part_open(&j->part, err);

	if (!rc)
		rc = part_take_file(&j->part, fd, err);
	if (rc)
		return err_wrap(err, "copying '%s'", path);
	j->from_start = true;
	j->result.url = xasprintf("file://%s", path);
	return 0;
}

static errint find_in(struct transfer *j, const char *const *dirs, size_t n, bool *found,
		      struct err *err)
{
	for (size_t i = 0; i < n && !*found; i++) {
		char *path CLEANUP_FREE = NULL;
		int fd CLEANUP_FD = -1;
		bool yes;
		errint rc;

		if (!open_candidate(dirs[i], j->file, &path, &fd))
			continue;
		rc = is_wanted(j, path, fd, &yes, err);
		if (!rc && yes)
			rc = take(j, path, fd, err);
		if (rc)
			return rc;
		*found = yes;
	}
	return 0;
}

errint vendored_find(struct transfer *j, bool *found, struct err *err)
{
	const struct fetch_options *o = &j->f->o;
	const char *const *dirs;
	size_t n;
	errint rc;

	*found = false;
	if (j->page || (!j->has_want && !j->checked_later))
		return 0;
	rc = find_in(j, o->sources, o->n_sources, found, err);
	if (rc || *found || !o->mirrors)
		return rc;
	rc = mirror_source_dirs(o->mirrors, &dirs, &n, err);
	return rc ? rc : find_in(j, dirs, n, found, err);
}
