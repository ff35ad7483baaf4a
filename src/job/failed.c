/* SPDX-License-Identifier: MIT
 *
 * The note of a failure:
 *
 *	{"version": 1, "drv": "/nix/store/….drv", "folder": "/tmp/kiln-build-…", "sandbox": true} */
#include "job/failed.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>
#include "base/file.h"
#include "base/json.h"
#include "base/report.h"
#include "sandbox/sandbox.h"

/* By descriptors, through no symlink: who may write there could put one in a folder's place. */
static void give_at(int dirfd, const char *name, uid_t uid, gid_t gid, unsigned depth)
{
	struct dir_list l CLEANUP(dir_list_release) = {NULL, 0};
	int fd CLEANUP_FD = -1;
	ERR(ignored);

	if (depth > LIMIT_NAR_DEPTH || open_dir(dirfd, name, &fd, &ignored) ||
	    fchown(fd, uid, gid) || dir_list(fd, ".", &l, &ignored))
		return;
	for (size_t i = 0; i < l.n; i++) {
		if (l.v[i].type == DT_DIR)
			give_at(fd, l.v[i].name, uid, gid, depth + 1);
		else
			(void)!fchownat(fd, l.v[i].name, uid, gid, AT_SYMLINK_NOFOLLOW);
	}
}

void tree_give(const char *path, uid_t uid, gid_t gid)
{
	give_at(AT_FDCWD, path, uid, gid, 0);
}

static char *note_file(struct store *s)
{
	char *state CLEANUP_FREE =
		path_join(str_c(store_config(s)->state_dir), S("kiln/failed.json"));

	return store_real_path(s, str_c(state));
}

static errint write_note(struct store *s, struct str drv, const char *folder, bool isolated,
			 struct err *err)
{
	char *file CLEANUP_FREE = note_file(s);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(file)));
	BUF(b, LIMIT_SMALL_FILE);

	buf_putz(&b, "{\"version\": 1, \"drv\": ");
	json_put_str(&b, drv);
	buf_putz(&b, ", \"folder\": ");
	json_put_str(&b, str_c(folder));
	buf_printf(&b, ", \"sandbox\": %s}\n", isolated ? "true" : "false");
	errint rc = buf_check(&b, "note", err);
	if (!rc)
		rc = mkdir_p(AT_FDCWD, dir, 0755, err);
	return rc ? rc : file_write(AT_FDCWD, file, buf_str(&b), 0644, 0, err);
}

void failed_note(struct store *s, struct report *r, struct str drv, const char *folder,
		 bool isolated)
{
	ERR(err);

	if (write_note(s, drv, folder, isolated, &err))
		report_msg(r, REPORT_WARN, "the failure could not be noted: %s", err.msg);
}

static errint none_kept(struct err *err, const char *why)
{
	err_set(err, ERR_NOT_FOUND, "%s", why);
	return err_hint(err, "kiln build --keep-failed NAME keeps the build folder of a failure");
}

static errint parse(struct store *s, struct arena *a, struct str text, struct failed_build *out,
		    struct err *err)
{
	struct json_member *v;
	struct str folder;
	size_t n;
	errint rc = json_members(a, text, &v, &n, err);

	if (rc)
		return rc;
	const struct str *drv = json_find(v, n, S("drv"));
	const struct str *path = json_find(v, n, S("folder"));
	const struct str *sandbox = json_find(v, n, S("sandbox"));
	if (!drv || !path || !sandbox)
		return err_set(err, ERR_CORRUPT, "it does not say what failed");
	rc = json_string(a, *drv, &out->drv, err);
	if (!rc)
		rc = json_string(a, *path, &folder, err);
	if (rc)
		return rc;
	if (!store_path_is(store_dir(s), out->drv) || !store_path_is_drv(out->drv) ||
	    !str_starts(folder, S("/")))
		return err_set(err, ERR_CORRUPT, "it does not say what failed");
	out->folder = arena_strz(a, folder);
	out->isolated = str_eq(*sandbox, S("true"));
	return 0;
}

/* Names of temporary folders come again, and a shell runs what is there. One that was ended in the
 * middle left the folder to the builder's user. */
static bool is_ours(const struct stat *st)
{
	struct sandbox_ids ids = sandbox_ids();

	return st->st_uid == geteuid() || (ids.privileged && st->st_uid == ids.uid);
}

errint failed_last(struct store *s, struct arena *a, struct failed_build *out, struct err *err)
{
	char *file CLEANUP_FREE = note_file(s);
	BUF(text, LIMIT_SMALL_FILE);
	struct stat st;
	bool valid;
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (rc == ERR_NOT_FOUND)
		return none_kept(err, "no failed build was kept");
	if (!rc && parse(s, a, buf_str(&text), out, err))
		return err_wrap(err, "'%s'", file);
	if (rc)
		return rc;
	if (lstat(out->folder, &st) || !S_ISDIR(st.st_mode))
		return none_kept(err,
				 arena_printf(a, "the folder of the last failure is gone: '%s'",
					      out->folder));
	if (!is_ours(&st))
		return none_kept(err, arena_printf(a,
						   "the folder of the last failure is somebody "
						   "else's now: '%s'",
						   out->folder));
	rc = store_is_valid(s, out->drv, &valid, err);
	if (!rc && !valid)
		return none_kept(err, arena_printf(a,
						   "the derivation of the last failure is gone: "
						   "'%.*s'",
						   STR_ARG(out->drv)));
	return rc;
}
