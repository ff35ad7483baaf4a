/* SPDX-License-Identifier: MIT
 *
 * Three cases: no /nix on the machine (a new root of binds, by pivot_root), a /nix without the
 * store folder (one bind), and somebody else's store (both shown, by overlayfs, or by one bind
 * a path where the kernel refuses overlays in user namespaces). */
#include "env/view.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/file.h"
#include "base/mounts.h"
#include "store/store.h"

static errint write_proc(const char *path, const char *text, struct err *err)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "opening '%s'", path);
	return fd_write_all(fd, text, strlen(text), err);
}

static errint own_namespaces(struct err *err)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];
	errint rc;

	if (uid == 0) {
		if (unshare(CLONE_NEWNS) == 0)
			return 0;
		err_sys(err, "making a mount namespace to show the store at its place");
		return err_hint(err, "in a container, run it as privileged, or run kiln where "
				     "/nix can be written");
	}
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0) {
		err_sys(err, "making a user namespace to show the store at its place");
		return err_hint(err,
				"allow user namespaces (Ubuntu: install the AppArmor profile of "
				"share/kiln/apparmor; in a chroot only root has any), or run kiln "
				"where /nix can be written");
	}
	rc = write_proc("/proc/self/setgroups", "deny", err);
	if (rc)
		return rc;
	snprintf(map, sizeof(map), "%u %u 1", uid, uid);
	rc = write_proc("/proc/self/uid_map", map, err);
	if (rc)
		return rc;
	snprintf(map, sizeof(map), "%u %u 1", gid, gid);
	return write_proc("/proc/self/gid_map", map, err);
}

static errint bind(const char *from, const char *to, struct err *err)
{
	if (mount(from, to, NULL, MS_BIND | MS_REC, NULL) < 0)
		return err_sys(err, "showing '%s' at '%s'", from, to);
	return 0;
}

/* One entry of `from` under the same name in `to`: links copied, all else bound. */
static errint show_entry(const char *from, const struct dir_entry *e, const char *to,
			 struct err *err)
{
	char *source CLEANUP_FREE = path_join(str_c(from), str_c(e->name));
	char *target CLEANUP_FREE = path_join(str_c(to), str_c(e->name));

	if (e->type == DT_LNK) {
		char *link CLEANUP_FREE = NULL;
		errint rc = read_link(AT_FDCWD, source, &link, err);

		if (rc)
			return rc;
		if (symlink(link, target) < 0)
			return err_sys(err, "linking '%s'", target);
		return 0;
	}
	if (e->type == DT_DIR) {
		if (mkdir(target, 0755) < 0)
			return err_sys(err, "making '%s'", target);
	} else {
		int fd CLEANUP_FD = open(target, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);

		if (fd < 0)
			return err_sys(err, "making '%s'", target);
	}
	return bind(source, target, err);
}

static errint show_entries(const char *from, const char *to, const char *without, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, from, &list, err);

	for (size_t i = 0; !rc && i < list.n; i++) {
		char *target CLEANUP_FREE = path_join(str_c(to), str_c(list.v[i].name));

		if (without && strcmp(list.v[i].name, without) == 0)
			continue;
		if (faccessat(AT_FDCWD, target, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		rc = show_entry(from, &list.v[i], to, err);
	}
	return rc;
}

/* A machine without the first folder of the store's path: a root of our own that has it. */
static errint new_root(const char *top, const char *real, struct err *err)
{
	char *root CLEANUP_FREE = NULL;
	char *place CLEANUP_FREE = NULL;
	errint rc = temp_dir(temp_dir_root(), "kiln-view.", &root, err);

	if (rc)
		return rc;
	if (mount("kiln", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return err_sys(err, "mounting a root at '%s'", root);
	rc = show_entries("/", root, top, err);
	if (rc)
		return rc;
	place = path_join(str_c(root), str_c(top));
	if (mkdir(place, 0755) < 0)
		return err_sys(err, "making '%s'", place);
	rc = bind(real, place, err);
	if (rc)
		return rc;
	if (chdir(root) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0)
		return err_sys(err, "entering the new root '%s'", root);
	/* Binding the folder that holds it brought the new root's mount along. */
	umount2(root, MNT_DETACH);
	rmdir(root);
	return 0;
}

/* Somebody else's store and ours, merged at its place. */
static errint merge(const char *logical, const char *real, struct err *err)
{
	BUF(options, LIMIT_PATH_TEXT * 2);
	char theirs[64];
	int fd CLEANUP_FD = -1;
	errint rc;

	buf_printf(&options, "lowerdir=%s:%s,userxattr", real, logical);
	if (!strpbrk(real, ":,\\") &&
	    mount("kiln", logical, "overlay", MS_RDONLY, buf_z(&options)) == 0)
		return 0;
	/* the descriptor still reaches what the tmpfs covers */
	rc = open_dir(AT_FDCWD, logical, &fd, err);
	if (rc)
		return rc;
	if (mount("kiln", logical, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0)
		return err_sys(err, "mounting over '%s'", logical);
	snprintf(theirs, sizeof(theirs), "/proc/self/fd/%d", fd);
	rc = show_entries(real, logical, NULL, err);
	return rc ? rc : show_entries(theirs, logical, NULL, err);
}

errint view_enter(struct store *s, struct err *err)
{
	struct str dir = store_dir(s);
	char *real CLEANUP_FREE = store_real_path(s, dir);
	char *logical CLEANUP_FREE = str_dupz(dir);
	char *cwd CLEANUP_FREE = getcwd(NULL, 0);
	struct str top = str_skip(dir, 1), rest;
	char *top_name CLEANUP_FREE = NULL;
	char *top_path CLEANUP_FREE = NULL;
	char *top_real CLEANUP_FREE = NULL;
	errint rc;

	if (strcmp(real, logical) == 0)
		return 0;
	str_cut(top, '/', &top, &rest);
	top_name = str_dupz(top);
	top_path = xasprintf("/%s", top_name);
	top_real = xasprintf("%s/%s", store_config(s)->root, top_name);
	rc = own_namespaces(err);
	if (rc)
		return rc;
	rc = mounts_separate(MS_SLAVE, err);
	if (rc)
		return rc;
	if (access(logical, F_OK) == 0)
		rc = merge(logical, real, err);
	else if (access(top_path, F_OK) == 0)
		rc = bind(top_real, top_path, err);
	else
		rc = new_root(top_name, top_real, err);
	if (rc)
		return err_wrap(err, "showing the store at '%s'", logical);
	if (cwd && chdir(cwd) < 0)
		return err_sys(err, "going back to '%s'", cwd);
	return 0;
}
