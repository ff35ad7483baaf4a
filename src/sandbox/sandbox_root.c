/* SPDX-License-Identifier: MIT
 *
 * The mounts that a sandbox starts from: the caller's, private, below a root that is a mount. In a
 * plain chroot neither holds: see pivot_root(2) and mount_namespaces(7). */
#include "sandbox/sandbox_int.h"

#include <sched.h>
#include <unistd.h>
#include <sys/mount.h>

#include "base/file.h"

/* Whether '/' is the top of a mount. In a plain chroot(2) it is a folder somewhere inside one. */
static bool root_is_mount(void)
{
	struct statx st;

	/* A kernel that cannot tell (before 5.8) is taken to have a root as most have. */
	return statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT, 0, &st) ||
	       !(st.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) ||
	       (st.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* Takes every mount of our namespace out of sight of others. From inside a chroot its own mount has
 * no path, so this is done from the namespace's root, where entering the namespace again puts us.
 */
static errint make_private(int root, struct err *err)
{
	int ns CLEANUP_FD = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0) {
		err_sys(err, "opening '/proc/self/ns/mnt'");
		return err_hint(err, "in a chroot, mount /proc first: mount -t proc proc /proc");
	}
	if (setns(ns, CLONE_NEWNS))
		return err_sys(err, "entering the root of the sandbox's mounts");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return err_sys(err, "making mounts private");
	if (fchdir(root) || chroot("."))
		return err_sys(err, "going back into the chroot");
	return 0;
}

/* pivot_root(2) wants a root that is a mount: lays a copy of the chroot's tree upon it. */
static errint mount_root(struct err *err)
{
	int root CLEANUP_FD = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (root < 0)
		return err_sys(err, "opening '/'");
	errint rc = make_private(root, err);
	if (rc)
		return rc;
	int tree CLEANUP_FD =
		open_tree(AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
	if (tree < 0 || move_mount(tree, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) ||
	    fchdir(tree) || chroot("."))
		return err_sys(err, "making a mount of the chroot's '/'");
	return 0;
}

errint sandbox_own_mounts(struct err *err)
{
	if (!root_is_mount())
		return mount_root(err);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return err_sys(err, "making mounts private");
	return 0;
}
