/* SPDX-License-Identifier: MIT
 *
 * A tree on the disk as events. One folder descriptor is open at a time: on the way up '..' is
 * opened again and compared with what was entered, so that depth is bounded by limits.h and not
 * by the descriptor table, and a tree moved under our feet is an error. */
#include "store/nar_int.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <dirent.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

struct walk {
	struct tree_sink *to;
	nar_filter_fn filter;
	void *ctx;
	int dir; /* the folder being read; the caller's descriptor at the root */
	bool dir_owned;
	unsigned depth;
	struct buf path; /* full path of the current node */
	char *chunk;     /* NAR_CHUNK bytes, for who has no room of his own */
};

static void walk_set_dir(struct walk *w, int fd)
{
	if (w->dir_owned)
		close(w->dir);
	w->dir = fd;
	w->dir_owned = true;
}

static void walk_release(struct walk *w)
{
	if (w->dir_owned)
		close(w->dir);
	free(w->chunk);
	buf_release(&w->path);
}

static errint changed(const struct walk *w, struct err *err)
{
	return err_set(err, ERR_FAILED, "'%s' changed while it was read", buf_z(&w->path));
}

/* Where data is read to: up to *n bytes. */
static errint walk_room(struct walk *w, char **p, size_t *n, struct err *err)
{
	*p = NULL;
	errint rc = w->to->ops->room ? w->to->ops->room(w->to, p, n, err) : 0;

	if (rc || *p)
		return rc;
	if (!w->chunk)
		w->chunk = xmalloc(NAR_CHUNK);
	*p = w->chunk;
	*n = NAR_CHUNK;
	return 0;
}

static errint walk_contents(struct walk *w, int fd, uint64_t size, struct err *err)
{
	while (size > 0) {
		char *to;
		size_t room;
		errint rc = walk_room(w, &to, &room, err);
		if (rc)
			return rc;
		ssize_t got = read(fd, to, MIN(size, (uint64_t)room));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, "cannot read '%s'", buf_z(&w->path));
		if (got == 0)
			return changed(w, err);
		rc = w->to->ops->data(w->to, to, (size_t)got, err);
		if (rc)
			return rc;
		size -= (uint64_t)got;
		rc = interrupt_check(err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint walk_file(struct walk *w, const char *at, const char *name, struct err *err)
{
	/* O_NONBLOCK: should the name have become a FIFO meanwhile, this must not hang. */
	int fd CLEANUP_FD = openat(w->dir, at, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(err, "cannot open '%s'", buf_z(&w->path));

	struct stat st;
	if (fstat(fd, &st) < 0)
		return err_sys(err, "cannot read '%s'", buf_z(&w->path));
	if (!S_ISREG(st.st_mode))
		return changed(w, err);
	uint64_t size = (uint64_t)st.st_size;
	errint rc = w->to->ops->file(w->to, name, st.st_mode & S_IXUSR, size, err);
	if (rc)
		return rc;
	int copy CLEANUP_FD = w->to->ops->clone ? w->to->ops->clone(w->to, fd) : -1;
	if (copy >= 0 && (fstat(copy, &st) < 0 || (uint64_t)st.st_size != size))
		return changed(w, err);
	rc = walk_contents(w, copy >= 0 ? copy : fd, size, err);
	return rc ? rc : w->to->ops->file_end(w->to, err);
}

static errint walk_link(struct walk *w, const char *at, const char *name, struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	errint rc = read_link(w->dir, at, &target, err);
	return rc ? rc : w->to->ops->symlink(w->to, name, target, err);
}

static errint walk_node(struct walk *w, const char *at, const char *name, unsigned char type,
			struct err *err);

static errint walk_entry(struct walk *w, const struct dir_entry *e, struct err *err)
{
	size_t n = w->path.n;
	if (n == 0 || w->path.p[n - 1] != '/')
		buf_putc(&w->path, '/');
	buf_putz(&w->path, e->name);
	errint rc = buf_check(&w->path, "path", err);
	if (rc)
		return rc;

	bool take = !w->filter || w->filter(w->ctx, buf_z(&w->path), e->type, err);
	rc = err->code;
	if (take && !rc)
		rc = walk_node(w, e->name, e->name, e->type, err);
	if (rc)
		return rc;
	w->path.n = n;
	w->path.p[n] = '\0';
	return 0;
}

static errint walk_leave(struct walk *w, const struct stat *parent, struct err *err)
{
	int up;
	errint rc = open_dir(w->dir, "..", &up, err);
	if (rc)
		return rc;
	walk_set_dir(w, up);
	struct stat st;
	if (fstat(up, &st) < 0)
		return err_sys(err, "cannot read the folder above '%s'", buf_z(&w->path));
	return st.st_dev == parent->st_dev && st.st_ino == parent->st_ino ? 0 : changed(w, err);
}

static errint walk_dir(struct walk *w, const char *at, const char *name, struct err *err)
{
	if (w->depth >= LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "'%s' is nested deeper than %d folders",
			       buf_z(&w->path), LIMIT_NAR_DEPTH);

	struct stat parent = {0};
	int fd;
	errint rc = open_dir(w->dir, at, &fd, err);
	if (rc)
		return rc;
	if (w->depth > 0 && fstat(w->dir, &parent) < 0)
		rc = err_sys(err, "cannot read the folder above '%s'", buf_z(&w->path));
	walk_set_dir(w, fd);

	struct dir_list list CLEANUP(dir_list_release) = {0};
	if (!rc)
		rc = dir_list(fd, ".", &list, err);
	if (!rc)
		rc = w->to->ops->dir_begin(w->to, name, err);
	w->depth++;
	for (size_t i = 0; !rc && i < list.n; i++)
		rc = walk_entry(w, &list.v[i], err);
	w->depth--;
	if (!rc)
		rc = w->to->ops->dir_end(w->to, err);
	if (!rc && w->depth > 0)
		rc = walk_leave(w, &parent, err);
	return rc;
}

static errint walk_node(struct walk *w, const char *at, const char *name, unsigned char type,
			struct err *err)
{
	switch (type) {
	case DT_REG:
		return walk_file(w, at, name, err);
	case DT_LNK:
		return walk_link(w, at, name, err);
	case DT_DIR:
		return walk_dir(w, at, name, err);
	default:
		return err_set(err, ERR_UNSUPPORTED,
			       "'%s' is neither a file, a folder nor a symlink", buf_z(&w->path));
	}
}

errint tree_walk(int dirfd, const char *path, struct tree_sink *to, nar_filter_fn filter, void *ctx,
		 struct err *err)
{
	struct stat st;
	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "cannot read '%s'", path);

	struct walk w CLEANUP(walk_release) = {
		.to = to,
		.filter = filter,
		.ctx = ctx,
		.dir = dirfd,
		.path = BUF_INIT(LIMIT_NAR_DEPTH * (LIMIT_NAR_NAME + 1)),
	};
	buf_putz(&w.path, path);
	errint rc = buf_check(&w.path, "path", err);
	return rc ? rc : walk_node(&w, path, "", IFTODT(st.st_mode), err);
}
