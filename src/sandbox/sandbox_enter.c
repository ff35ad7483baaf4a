/* SPDX-License-Identifier: MIT
 *
 * Executes a sandbox plan: new root on tmpfs, one step after the other below it, pivot_root. Runs
 * in the child, in a mount namespace of its own. Nothing below the new root is a symlink that a
 * builder made, so plain paths relative to it are safe. */
#include "sandbox/sandbox_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mount.h>
#include <sys/syscall.h>

#include "base/file.h"
#include "base/mounts.h"

struct entering {
	int root; /* the new root */
	struct sandbox_ids ids;
	char *parents; /* a folder that is there; the next step is often for the same */
};

/* The path below the root: "/a/b" -> "a/b", "/" -> ".". */
static const char *below(const char *to)
{
	while (*to == '/')
		to++;
	return *to ? to : ".";
}

static errint own(const struct entering *e, const char *path, struct err *err)
{
	if (!e->ids.privileged)
		return 0;
	if (fchownat(e->root, path, e->ids.uid, e->ids.gid, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "changing the owner of '/%s'", path);
	return 0;
}

/* Makes one folder unless it is there. */
static errint make_dir(const struct entering *e, const char *path, mode_t mode, struct err *err)
{
	if (mkdirat(e->root, path, 0755)) {
		if (errno == EEXIST)
			return 0;
		return err_sys(err, "making folder '/%s'", path);
	}
	if (fchmodat(e->root, path, mode, 0))
		return err_sys(err, "changing the mode of '/%s'", path);
	return own(e, path, err);
}

/* Makes the folders above the last component. */
static errint make_parents(struct entering *e, const char *path, struct err *err)
{
	char copy[LIMIT_PATH_TEXT];
	struct str dir = path_dir(str_c(path));

	if (e->parents && str_eqz(dir, e->parents))
		return 0;
	if ((size_t)snprintf(copy, sizeof(copy), "%s", path) >= sizeof(copy))
		return err_set(err, ERR_TOO_BIG, "path '/%.40s…' is too long", path);
	for (char *slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		errint rc = make_dir(e, copy, 0755, err);
		if (rc)
			return rc;
		*slash = '/';
	}
	free(e->parents);
	e->parents = str_dupz(dir);
	return 0;
}

/* What is mounted there hides it: neither owner nor exact mode matter. */
static errint make_mount_point(const struct entering *e, const char *path, mode_t type,
			       struct err *err)
{
	if (S_ISDIR(type) ? mkdirat(e->root, path, 0755) && errno != EEXIST
			  : mknodat(e->root, path, S_IFREG | 0444, 0))
		return err_sys(err, "making '/%s' to mount on", path);
	return 0;
}

static errint make_file(const struct entering *e, const char *path, const char *text, mode_t mode,
			struct err *err)
{
	int fd CLEANUP_FD = openat(e->root, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	if (fd < 0)
		return err_sys(err, "making file '/%s'", path);
	errint rc = fd_write_all(fd, text, strlen(text), err);
	if (rc)
		return rc;
	if (fchmod(fd, mode))
		return err_sys(err, "changing the mode of '/%s'", path);
	return own(e, path, err);
}

static errint make_link(const struct entering *e, const char *target, const char *path,
			struct err *err)
{
	if (symlinkat(target, e->root, path))
		return err_sys(err, "making symlink '/%s'", path);
	return own(e, path, err);
}

/* The old way, for kernels before 5.12: bind, then remount with the flags of what was bound. */
static errint bind_classic(const struct entering *e, const char *from, const char *path,
			   unsigned flags, struct err *err)
{
	char target[LIMIT_PATH_TEXT + 40];
	unsigned long rec = flags & STEP_RECURSIVE ? MS_REC : 0;

	snprintf(target, sizeof(target), "/proc/self/fd/%d/%s", e->root, path);
	if (mount(from, target, NULL, MS_BIND | rec, NULL))
		return err_sys(err, "binding '%s' on '/%s'", from, path);
	if (!(flags & STEP_RO))
		return 0;
	unsigned long ro = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV;
	if (mount(NULL, target, NULL, ro, NULL) && mount(NULL, target, NULL, ro | MS_NOEXEC, NULL))
		return err_sys(err, "making '/%s' read-only", path);
	return 0;
}

static errint bind_tree(const struct entering *e, const char *from, const char *path,
			unsigned flags, struct err *err)
{
	unsigned rec = flags & STEP_RECURSIVE ? AT_RECURSIVE : 0;
	int tree CLEANUP_FD = open_tree(AT_FDCWD, from, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | rec);

	if (tree < 0)
		return errno == ENOSYS ? bind_classic(e, from, path, flags, err)
				       : err_sys(err, "binding '%s'", from);
	if (flags & STEP_RO) {
		struct mount_attr attr = {
			.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
		};

		if (mount_setattr(tree, "", AT_EMPTY_PATH | rec, &attr, sizeof(attr)))
			return errno == ENOSYS ? bind_classic(e, from, path, flags, err)
					       : err_sys(err, "making '%s' read-only", from);
	}
	if (move_mount(tree, "", e->root, path, MOVE_MOUNT_F_EMPTY_PATH))
		return err_sys(err, "binding '%s' on '/%s'", from, path);
	return 0;
}

/* A symlink cannot be bound; what it holds is what counts, so a copy is as good. */
static errint copy_link(const struct entering *e, const char *from, const char *path,
			struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	errint rc = read_link(AT_FDCWD, from, &target, err);

	return rc ? rc : make_link(e, target, path, err);
}

static errint step_bind(const struct entering *e, const struct sandbox_step *p, const char *path,
			struct err *err)
{
	/* Only store paths are symlinks for their own sake; the host's files are followed. */
	bool follow = !(p->flags & STEP_RO) || (p->flags & STEP_OPTIONAL);
	struct stat st;

	if (fstatat(AT_FDCWD, p->from, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW)) {
		if ((p->flags & STEP_OPTIONAL) && (errno == ENOENT || errno == ENOTDIR))
			return 0;
		return err_sys(err, "binding '%s'", p->from);
	}
	if (S_ISLNK(st.st_mode))
		return copy_link(e, p->from, path, err);
	errint rc = make_mount_point(e, path, st.st_mode, err);
	return rc ? rc : bind_tree(e, p->from, path, p->flags, err);
}

static errint mount_at(const struct entering *e, const char *type, const char *path,
		       const char *opts, unsigned long flags, struct err *err)
{
	char target[LIMIT_PATH_TEXT];
	errint rc = make_dir(e, path, 0755, err);

	if (rc)
		return rc;
	/* The working folder is the new root throughout. */
	snprintf(target, sizeof(target), "./%s", path);
	if (mount(type, target, type, flags, opts))
		return err_sys(err, "mounting %s on '/%s'", type, path);
	return 0;
}

static errint step_proc(const struct entering *e, const char *path, struct err *err)
{
	errint rc = mount_at(e, "proc", path, NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, err);

	if (rc && (err->sys == EPERM || err->code == ERR_DENIED))
		err_hint(err, "in a container, /proc must not be masked: run it with "
			      "'--security-opt systempaths=unconfined' or as privileged");
	return rc;
}

static errint step_devpts(const struct entering *e, const char *path, struct err *err)
{
	errint rc = mount_at(e, "devpts", path, "newinstance,mode=0620,ptmxmode=0666",
			     MS_NOSUID | MS_NOEXEC, err);

	if (!rc || (err->sys != EINVAL && err->sys != ENODEV))
		return rc;
	/* A kernel without pseudo terminals: builds that need one will say so. */
	err_clear(err);
	return 0;
}

static errint step_readonly(const char *path, struct err *err)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY};

	if (!mount_setattr(AT_FDCWD, path, 0, &attr, sizeof(attr)))
		return 0;
	if (errno == ENOSYS && !mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
		return 0;
	return err_sys(err, "making '%s' read-only", path);
}

static errint run_step(struct entering *e, const struct sandbox_step *p, struct err *err)
{
	const char *path = below(p->to);
	errint rc = make_parents(e, path, err);

	if (rc)
		return rc;
	switch (p->kind) {
	case STEP_DIR:
		return make_dir(e, path, p->mode, err);
	case STEP_FILE:
		return make_file(e, path, p->from, p->mode, err);
	case STEP_LINK:
		return make_link(e, p->from, path, err);
	case STEP_BIND:
		return step_bind(e, p, path, err);
	case STEP_TMPFS:
		rc = mount_at(e, "tmpfs", path, p->from, MS_NOSUID | MS_NODEV, err);
		return rc ? rc : own(e, path, err);
	case STEP_PROC:
		return step_proc(e, path, err);
	case STEP_DEVPTS:
		return step_devpts(e, path, err);
	case STEP_READONLY:
		return step_readonly(path, err);
	}
	BUG("sandbox step %d", (int)p->kind);
}

/* Leaves the old root for the new one, which is the working folder. */
static errint change_root(struct err *err)
{
	/* Stacking the old root on the new one needs no folder for it. */
	if (syscall(SYS_pivot_root, ".", "."))
		return err_sys(err, "changing the root");
	if (umount2(".", MNT_DETACH))
		return err_sys(err, "leaving the old root");
	if (chdir("/"))
		return err_sys(err, "entering the new root");
	return step_readonly("/", err);
}

static errint new_root(const struct sandbox_spec *s, struct err *err)
{
	errint rc = mounts_separate(MS_PRIVATE, err);

	if (rc)
		return rc;
	if (mount("tmpfs", s->root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755"))
		return err_sys(err, "mounting the new root on '%s'", s->root);
	return 0;
}

errint sandbox_enter(const struct sandbox_spec *s, struct sandbox_ids ids, struct err *err)
{
	if (new_root(s, err))
		return sandbox_explain(err);
	int root CLEANUP_FD = open(s->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0 || fchdir(root))
		return err_sys(err, "entering '%s'", s->root);
	struct entering e = {.root = root, .ids = ids};
	errint rc = own(&e, ".", err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < s->n_steps; i++)
		rc = run_step(&e, &s->steps[i], err);
	free(e.parents);
	return rc ? rc : change_root(err);
}
