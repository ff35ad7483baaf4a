/* SPDX-License-Identifier: MIT
 *
 * Events to a tree on the disk, in the store's canonical form (modes 0444 and 0555,
 * mtime 1) or plainly. Like
 * the walk it holds one folder open, whatever the depth. */
#include "store/nar_int.h"

#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "base/file.h"

enum {
	CLONE_MIN = 64 << 10, /* bytes; less is copied faster */
	PUSH_STEP = 4 << 20,
	PUSH_MIN = 64 << 10,
};

/* One second past the epoch, as in Nix's store; the access time is left alone. */
static const struct timespec store_times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};

static int at_dir(const struct tree_writer *w)
{
	return w->depth == 0 ? w->dirfd : w->dir;
}

static const char *at_name(const struct tree_writer *w, const char *name)
{
	return w->depth == 0 ? w->path : name;
}

static void set_dir(struct tree_writer *w, int fd)
{
	if (w->dir >= 0)
		close(w->dir);
	w->dir = fd;
}

static errint writer_dir_begin(struct tree_sink *t, const char *name, struct err *err)
{
	struct tree_writer *w = (struct tree_writer *)t;
	int parent = at_dir(w), fd;

	name = at_name(w, name);
	if (mkdirat(parent, name, w->plain ? 0777 : 0700) < 0)
		return err_sys(err, "cannot create folder '%s'", name);
	w->started = true;
	errint rc = open_dir(parent, name, &fd, err);
	if (rc)
		return rc;
	set_dir(w, fd);
	w->depth++;
	return 0;
}

static errint writer_dir_end(struct tree_sink *t, struct err *err)
{
	struct tree_writer *w = (struct tree_writer *)t;

	if (!w->plain && (fchmod(w->dir, 0555) < 0 || futimens(w->dir, store_times) < 0))
		return err_sys(err, "cannot finish a folder of '%s'", w->path);
	if (--w->depth == 0) {
		set_dir(w, -1);
		return 0;
	}
	int up;
	errint rc = open_dir(w->dir, "..", &up, err);
	if (rc)
		return rc;
	set_dir(w, up);
	return 0;
}

static errint writer_file(struct tree_sink *t, const char *name, bool executable, uint64_t size,
			  struct err *err)
{
	struct tree_writer *w = (struct tree_writer *)t;
	const int flags = O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC;

	name = at_name(w, name);
	mode_t mode = !w->plain ? 0600 : executable ? 0777 : 0666;
	w->file = openat(at_dir(w), name, flags, mode);
	if (w->file < 0)
		return err_sys(err, "cannot create file '%s'", name);
	w->started = true;
	w->executable = executable;
	w->size = size;
	w->written = 0;
	w->cloned = false;
	return 0;
}

static int writer_clone(struct tree_sink *t, int from)
{
	struct tree_writer *w = (struct tree_writer *)t;

	if (w->no_clones || w->size < CLONE_MIN)
		return -1;
	if (ioctl(w->file, FICLONE, from) < 0) {
		w->no_clones = true;
		return -1;
	}
	int copy = fcntl(w->file, F_DUPFD_CLOEXEC, 0);
	/* Out of descriptors: it is written as if it had not been cloned. */
	w->cloned = copy >= 0;
	return copy;
}

/* Big files start on their way to the disk while the rest is read and hashed: who commits waits
 * for them all. */
static void push(struct tree_writer *w, size_t n)
{
	uint64_t before = w->written / PUSH_STEP;

	w->written += n;
	if (!w->plain && w->written / PUSH_STEP != before)
		(void)!sync_file_range(w->file, (off_t)(before * PUSH_STEP), PUSH_STEP,
				       SYNC_FILE_RANGE_WRITE);
}

static errint writer_data(struct tree_sink *t, const void *p, size_t n, struct err *err)
{
	struct tree_writer *w = (struct tree_writer *)t;

	if (w->cloned)
		return 0;
	errint rc = fd_write_all(w->file, p, n, err);
	if (!rc)
		push(w, n);
	return rc;
}

static errint writer_file_end(struct tree_sink *t, struct err *err)
{
	struct tree_writer *w = (struct tree_writer *)t;
	int fd CLEANUP_FD = STEAL_FD(w->file);

	if (!w->plain && !w->cloned && w->size >= PUSH_MIN)
		(void)!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	if (!w->plain &&
	    (fchmod(fd, w->executable ? 0555 : 0444) < 0 || futimens(fd, store_times) < 0))
		return err_sys(err, "cannot finish a file of '%s'", w->path);
	return 0;
}

static errint writer_symlink(struct tree_sink *t, const char *name, const char *target,
			     struct err *err)
{
	struct tree_writer *w = (struct tree_writer *)t;
	int parent = at_dir(w);

	name = at_name(w, name);
	if (symlinkat(target, parent, name) < 0)
		return err_sys(err, "cannot create symlink '%s'", name);
	w->started = true;
	if (!w->plain && utimensat(parent, name, store_times, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "cannot set the time of symlink '%s'", name);
	return 0;
}

static const struct tree_sink_ops writer_ops = {
	.dir_begin = writer_dir_begin,
	.dir_end = writer_dir_end,
	.file = writer_file,
	.clone = writer_clone,
	.data = writer_data,
	.file_end = writer_file_end,
	.symlink = writer_symlink,
};

struct tree_writer tree_writer_init(int dirfd, const char *path)
{
	return (struct tree_writer){
		.tree.ops = &writer_ops,
		.dirfd = dirfd,
		.path = path,
		.dir = -1,
		.file = -1,
	};
}

void tree_writer_release(struct tree_writer *w)
{
	if (w->dir >= 0)
		close(w->dir);
	if (w->file >= 0)
		close(w->file);
	w->dir = w->file = -1;
}

void tree_writer_abort(struct tree_writer *w)
{
	tree_writer_release(w);
	if (w->started)
		remove_tree_quietly(w->dirfd, w->path);
}
