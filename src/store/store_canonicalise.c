/* SPDX-License-Identifier: MIT
 *
 * Gives a finished tree the store's canonical metadata, so that nothing but what a NAR holds can
 * tell two copies apart: modes 0444 and 0555, mtime 1, our owner, no extended attributes. One
 * folder is open at a time, as in tree_walk.c. */
#include "store/store_int.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "base/file.h"

static const struct timespec store_times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};

struct canon {
	int dir; /* owned; AT_FDCWD at the root */
	unsigned depth;
	uid_t owner;     /* of the tree's root, before */
	struct buf path; /* full path of the current node */
};

static void canon_release(struct canon *c)
{
	if (c->dir >= 0)
		close(c->dir);
	buf_release(&c->path);
}

/* Best effort: labels that belong to the machine stay, and a file system without extended
 * attributes has none to remove. */
static void drop_xattrs(const char *path)
{
	char names[4096];
	ssize_t n = llistxattr(path, names, sizeof(names));

	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(names + at) + 1) {
		if (strcmp(names + at, "security.selinux") != 0 &&
		    strcmp(names + at, "system.nfs4_acl") != 0)
			lremovexattr(path, names + at);
	}
}

static errint check_node(const struct canon *c, const struct stat *st, struct err *err)
{
	const char *path = buf_z(&c->path);

	if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) && !S_ISLNK(st->st_mode))
		return err_set(err, ERR_FAILED, "'%s' is neither a file, a folder nor a symlink",
			       path);
	if (S_ISREG(st->st_mode) && st->st_mode & (S_ISUID | S_ISGID))
		return err_set(err, ERR_FAILED, "'%s' has the setuid or setgid bit", path);
	/* A hard link to a file of somebody else would be taken over, wherever it also lies. */
	if (!S_ISDIR(st->st_mode) && st->st_uid != c->owner && st->st_uid != geteuid() &&
	    st->st_nlink > 1)
		return err_set(err, ERR_FAILED, "'%s' is a hard link to a file of another user",
			       path);
	return 0;
}

static errint fix_node(const struct canon *c, const char *name, const struct stat *st,
		       struct err *err)
{
	const char *path = buf_z(&c->path);
	mode_t mode = st->st_mode & 07777;
	mode_t wanted = S_ISDIR(st->st_mode) || st->st_mode & S_IXUSR ? 0555 : 0444;

	/* The owner first: changing it may clear bits. */
	if (st->st_uid != geteuid() &&
	    fchownat(c->dir, name, geteuid(), getegid(), AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "cannot take ownership of '%s'", path);
	drop_xattrs(path);
	if (!S_ISLNK(st->st_mode) && mode != wanted && fchmodat(c->dir, name, wanted, 0) < 0)
		return err_sys(err, "cannot set the mode of '%s'", path);
	if ((st->st_mtim.tv_sec != 1 || st->st_mtim.tv_nsec != 0) &&
	    utimensat(c->dir, name, store_times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "cannot set the time of '%s'", path);
	return 0;
}

static void set_dir(struct canon *c, int fd)
{
	if (c->dir >= 0)
		close(c->dir);
	c->dir = fd;
}

static errint canon_node(struct canon *c, const char *name, struct err *err);

static errint canon_folder(struct canon *c, const char *name, struct err *err)
{
	if (c->depth >= LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "'%s' is nested deeper than %d folders",
			       buf_z(&c->path), LIMIT_NAR_DEPTH);
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd;
	errint rc = open_dir(c->dir, name, &fd, err);
	if (rc)
		return rc;
	set_dir(c, fd);
	rc = dir_list(fd, ".", &list, err);
	c->depth++;
	for (size_t i = 0; !rc && i < list.n; i++) {
		size_t n = c->path.n;
		buf_printf(&c->path, "/%s", list.v[i].name);
		rc = buf_check(&c->path, "path", err);
		if (!rc)
			rc = canon_node(c, list.v[i].name, err);
		if (rc)
			return rc;
		c->path.n = n;
		c->path.p[n] = '\0';
	}
	if (rc || --c->depth == 0)
		return rc;
	int up;
	rc = open_dir(c->dir, "..", &up, err);
	if (!rc)
		set_dir(c, up);
	return rc;
}

static errint canon_node(struct canon *c, const char *name, struct err *err)
{
	struct stat st;

	if (fstatat(c->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "cannot read '%s'", buf_z(&c->path));
	if (c->depth == 0)
		c->owner = st.st_uid;
	errint rc = check_node(c, &st, err);
	if (!rc)
		rc = fix_node(c, name, &st, err);
	if (!rc && S_ISDIR(st.st_mode))
		rc = canon_folder(c, name, err);
	return rc;
}

errint store_canonicalise(const char *real_path, struct err *err)
{
	struct canon c CLEANUP(canon_release) = {
		.dir = AT_FDCWD,
		.path = BUF_INIT(LIMIT_NAR_DEPTH * (LIMIT_NAR_NAME + 1)),
	};

	buf_putz(&c.path, real_path);
	errint rc = buf_check(&c.path, "path", err);
	return rc ? rc : canon_node(&c, real_path, err);
}
