/* SPDX-License-Identifier: MIT
 *
 * In a plain chroot '/' has no mount of its own, so that neither its mounts can be told apart nor
 * the root be changed: see pivot_root(2), mount_namespaces(7) and, for chroots, user_namespaces(7).
 */
#include "base/mounts.h"

#include <sched.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/file.h"

/* Whether '/' is the top of a mount. In a plain chroot(2) it is a folder somewhere inside one. */
static bool is_mount(const struct statx *st)
{
	/* A kernel that cannot tell (before 5.8) is taken to have a root as most have. */
	return !(st->stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
	       (st->stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

static bool same_place(const struct statx *x, const struct statx *y)
{
	return x->stx_mnt_id == y->stx_mnt_id && x->stx_ino == y->stx_ino;
}

/* To the root of our mount namespace, out of the chroot: entering the namespace again puts us
 * there. The chroot's own mount has no path inside it, so that its mounts can be changed from there
 * only. */
static errint leave_chroot(struct err *err)
{
	int ns CLEANUP_FD = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0) {
		err_sys(err, "opening '/proc/self/ns/mnt'");
		return err_hint(err, "in a chroot, mount /proc first: mount -t proc proc /proc");
	}
	if (setns(ns, CLONE_NEWNS))
		return err_sys(err, "entering the root of the mounts");
	return 0;
}

/* Lays a copy of the chroot's tree upon it, which is a mount then, and makes that the namespace's
 * root: who is in a chroot may not have user namespaces either. */
static errint mount_chroot(int root, struct err *err)
{
	int tree CLEANUP_FD = open_tree(
		root, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);

	if (tree < 0 ||
	    move_mount(tree, "", root, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH))
		return err_sys(err, "making a mount of the chroot's '/'");
	if (fchdir(tree))
		return err_sys(err, "entering the chroot's '/'");
	if (!syscall(SYS_pivot_root, ".", "."))
		return umount2(".", MNT_DETACH) ? err_sys(err, "leaving the old root") : 0;
	/* An initial root file system cannot be left so. */
	if (chroot("."))
		return err_sys(err, "going back into the chroot");
	return 0;
}

static errint stat_root(struct statx *st, struct err *err)
{
	if (statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT, STATX_INO | STATX_MNT_ID, st))
		return err_sys(err, "looking at '/'");
	return 0;
}

errint mounts_separate(unsigned long how, struct err *err)
{
	int root CLEANUP_FD = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct statx before = {0}, now = {0};

	if (root < 0)
		return err_sys(err, "opening '/'");
	errint rc = stat_root(&before, err);
	if (rc)
		return rc;
	rc = leave_chroot(err);
	if (rc && !is_mount(&before))
		return rc;
	err_clear(err);
	rc = stat_root(&now, err);
	if (rc)
		return rc;
	if (mount(NULL, "/", NULL, MS_REC | how, NULL))
		return err_sys(err, "separating the mounts");
	return same_place(&before, &now) ? 0 : mount_chroot(root, err);
}
