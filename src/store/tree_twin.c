/* SPDX-License-Identifier: MIT
 *
 * Compares a tree that passes as events with one on the disk, step by step: what passes is read
 * anyway, so a comparison costs one reading of the other and no hashing of it. Files that nobody
 * touched since the store registered them are not even read. As soon as both differ the rest passes
 * unseen. Like the walk it holds one folder open, whatever the depth. */
#include "store/nar_int.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/file.h"

enum { TWIN_CHUNK = 32 << 10 };

static void set_dir(struct tree_twin *t, int fd)
{
	if (t->dir >= 0)
		close(t->dir);
	t->dir = fd;
}

static void set_file(struct tree_twin *t, int fd)
{
	if (t->file >= 0)
		close(t->file);
	t->file = fd;
}

static int at_dir(const struct tree_twin *t)
{
	return t->depth == 0 ? t->dirfd : t->dir;
}

static const char *at_name(const struct tree_twin *t, const char *name)
{
	return t->depth == 0 ? t->path : name;
}

/* Names come once each: those that are there and as many as there are, are all. */
static void count(struct tree_twin *t)
{
	if (t->depth == 0)
		return;
	if (t->rest[t->depth - 1])
		t->rest[t->depth - 1]--;
	else
		t->differs = true;
}

static bool enter(struct tree_twin *t, const char *name)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd;
	ERR(unread);

	if (open_dir(at_dir(t), at_name(t, name), &fd, &unread))
		return false;
	set_dir(t, fd);
	if (dir_list(fd, ".", &list, &unread))
		return false;
	ARRAY_GROW(t->rest, t->depth, t->cap_rest);
	t->rest[t->depth++] = list.n;
	return true;
}

static errint twin_dir_begin(struct tree_sink *s, const char *name, struct err *err)
{
	struct tree_twin *t = (struct tree_twin *)s;

	if (t->differs)
		return 0;
	count(t);
	t->differs = t->differs || !enter(t, name);
	return 0;
}

static errint twin_dir_end(struct tree_sink *s, struct err *err)
{
	struct tree_twin *t = (struct tree_twin *)s;
	int up = -1;
	ERR(unread);

	if (t->differs)
		return 0;
	t->differs = t->rest[--t->depth] || (t->depth && open_dir(t->dir, "..", &up, &unread));
	if (!t->differs)
		set_dir(t, up);
	return 0;
}

static bool before(struct timespec a, struct timespec b)
{
	return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

/* Has it been left alone since it was registered? Whoever writes to a file or changes its mode or
 * times cannot choose its ctime. The second of the registration is told apart by the tree's root,
 * which was moved to its place after all else was done: what was touched later is later. */
static bool untouched(const struct tree_twin *t, const struct stat *st)
{
	mode_t mode = st->st_mode & 07777;

	if ((mode != 0444 && mode != 0555) || st->st_mtim.tv_sec != 1)
		return false;
	return st->st_ctim.tv_sec < t->registered ||
	       (t->placed.tv_sec <= t->registered && before(st->st_ctim, t->placed));
}

static bool same_file(struct tree_twin *t, const char *name, bool executable, uint64_t size)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	struct stat st;

	t->unread = false;
	if (fstatat(at_dir(t), at_name(t, name), &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISREG(st.st_mode) || (uint64_t)st.st_size != size ||
	    !!(st.st_mode & S_IXUSR) != executable)
		return false;
	t->unread = untouched(t, &st);
	if (!t->unread)
		set_file(t, openat(at_dir(t), at_name(t, name), flags));
	return t->unread || t->file >= 0;
}

static errint twin_file(struct tree_sink *s, const char *name, bool executable, uint64_t size,
			struct err *err)
{
	struct tree_twin *t = (struct tree_twin *)s;

	if (t->differs)
		return 0;
	count(t);
	t->differs = t->differs || !same_file(t, name, executable, size);
	return 0;
}

static bool same_data(struct tree_twin *t, const char *p, size_t n)
{
	if (t->unread)
		return true;
	if (!t->chunk)
		t->chunk = xmalloc(TWIN_CHUNK);
	while (n) {
		ssize_t got = read(t->file, t->chunk, MIN(n, (size_t)TWIN_CHUNK));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0 || memcmp(t->chunk, p, (size_t)got) != 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

static errint twin_data(struct tree_sink *s, const void *p, size_t n, struct err *err)
{
	struct tree_twin *t = (struct tree_twin *)s;

	t->differs = t->differs || !same_data(t, p, n);
	return 0;
}

static errint twin_file_end(struct tree_sink *s, struct err *err)
{
	set_file((struct tree_twin *)s, -1);
	return 0;
}

static errint twin_symlink(struct tree_sink *s, const char *name, const char *target,
			   struct err *err)
{
	struct tree_twin *t = (struct tree_twin *)s;
	char *there CLEANUP_FREE = NULL;
	ERR(unread);

	if (t->differs)
		return 0;
	count(t);
	t->differs = t->differs || read_link(at_dir(t), at_name(t, name), &there, &unread) ||
		     strcmp(there, target) != 0;
	return 0;
}

static const struct tree_sink_ops twin_ops = {
	.dir_begin = twin_dir_begin,
	.dir_end = twin_dir_end,
	.file = twin_file,
	.data = twin_data,
	.file_end = twin_file_end,
	.symlink = twin_symlink,
};

struct tree_twin tree_twin_init(int dirfd, const char *path, time_t registered)
{
	struct tree_twin t = {
		.tree.ops = &twin_ops,
		.dirfd = dirfd,
		.path = path,
		.registered = registered,
		.dir = -1,
		.file = -1,
	};
	struct stat st;

	t.differs = fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0;
	if (!t.differs)
		t.placed = st.st_ctim;
	return t;
}

void tree_twin_release(struct tree_twin *t)
{
	set_dir(t, -1);
	set_file(t, -1);
	free(t->rest);
	free(t->chunk);
}
