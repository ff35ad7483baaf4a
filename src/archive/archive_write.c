/* SPDX-License-Identifier: MIT
 *
 * Unpacking. Every name is walked part by part from the root's descriptor without following
 * symlinks, so that no item can land outside, whatever came before it. What gets made depends on
 * the archive alone: not on umask, user or clock. */
#include "archive/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"

enum { COPY_SIZE = 128 << 10 };

struct archive_writer {
	int root;
	/* The folder of the last item: most items follow one another in the same folder. A folder
	 * is never replaced, so that the descriptor stays right. */
	int parent;
	char *parent_name;
	char *chunk;
};

struct archive_writer *archive_writer_new(int dirfd)
{
	struct archive_writer *w = xcalloc(1, sizeof(*w));

	w->root = dirfd;
	w->parent = -1;
	w->chunk = xmalloc(COPY_SIZE);
	return w;
}

void archive_writer_free(struct archive_writer *w)
{
	if (!w)
		return;
	if (w->parent >= 0)
		close(w->parent);
	free(w->parent_name);
	free(w->chunk);
	free(w);
}

void archive_writer_cleanup(struct archive_writer **w)
{
	archive_writer_free(*w);
}

/* Opens the folder `part` of dirfd, making it first when it is absent. */
static errint enter(int dirfd, const char *part, bool make, int *out, struct err *err)
{
	int fd = openat(dirfd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT && make) {
		if (mkdirat(dirfd, part, 0755) || fchmodat(dirfd, part, 0755, 0))
			return err_sys(err, "cannot make the folder '%s'", part);
		fd = openat(dirfd, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	}
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return err_set(err, ERR_DENIED, "'%s' is no folder, and nothing goes through it",
			       part);
	if (fd < 0)
		return err_sys(err, "cannot open the folder '%s'", part);
	*out = fd;
	return 0;
}

/* Opens the folder with this clean name ("" is the root itself). */
static errint open_below(int root, struct str name, bool make, int *out, struct err *err)
{
	int at CLEANUP_FD = fcntl(root, F_DUPFD_CLOEXEC, 0);
	struct str part;

	if (at < 0)
		return err_sys(err, "cannot open the folder to unpack into");
	while (name.n && str_split(&name, '/', &part)) {
		char z[LIMIT_NAR_NAME + 1];
		int next;
		errint rc;

		BUG_ON(part.n == 0 || part.n > LIMIT_NAR_NAME);
		memcpy(z, part.p, part.n);
		z[part.n] = '\0';
		rc = enter(at, z, make, &next, err);
		if (rc)
			return rc;
		close(at);
		at = next;
	}
	*out = STEAL_FD(at);
	return 0;
}

static struct str parent_of(struct str name)
{
	ptrdiff_t slash = str_rchr(name, '/');

	return slash < 0 ? S("") : str_sub(name, 0, (size_t)slash);
}

static errint parent_open(struct archive_writer *w, struct str name, struct err *err)
{
	struct str dir = parent_of(name);
	int fd;
	errint rc;

	if (w->parent >= 0 && str_eqz(dir, w->parent_name))
		return 0;
	rc = open_below(w->root, dir, true, &fd, err);
	if (rc)
		return rc;
	if (w->parent >= 0)
		close(w->parent);
	free(w->parent_name);
	w->parent = fd;
	w->parent_name = str_dupz(dir);
	return 0;
}

/* Makes room for a later item of the same name; a folder stays and is an error. */
static errint make_room(int dirfd, const char *base, struct err *err)
{
	if (unlinkat(dirfd, base, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno == EISDIR || errno == EPERM)
		return err_set(err, ERR_CORRUPT, "archive replaces a folder by something else");
	return err_sys(err, "cannot replace it");
}

static errint add_dir(int dirfd, const char *base, struct err *err)
{
	int fd CLEANUP_FD = -1;

	return enter(dirfd, base, true, &fd, err);
}

static errint add_symlink(int dirfd, const char *base, const char *target, struct err *err)
{
	errint rc;

	if (symlinkat(target, dirfd, base) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(err, "cannot make the symlink");
	rc = make_room(dirfd, base, err);
	if (rc)
		return rc;
	if (symlinkat(target, dirfd, base))
		return err_sys(err, "cannot make the symlink");
	return 0;
}

static errint add_hardlink(struct archive_writer *w, const struct archive_item *item,
			   const char *base, struct err *err)
{
	int from CLEANUP_FD = -1;
	const char *from_base = path_base(item->link).p;
	struct stat st;
	errint rc;

	if (str_eq(item->link, item->name))
		return 0;
	rc = open_below(w->root, parent_of(item->link), false, &from, err);
	if (rc)
		return rc;
	if (fstatat(from, from_base, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "hard link to '%s'", item->link.p);
	if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
		return err_set(err, ERR_CORRUPT, "hard link to '%s', which is no file",
			       item->link.p);
	if (linkat(from, from_base, w->parent, base, 0) == 0)
		return 0;
	if (errno != EEXIST)
		return err_sys(err, "cannot link it to '%s'", item->link.p);
	rc = make_room(w->parent, base, err);
	if (rc)
		return rc;
	if (linkat(from, from_base, w->parent, base, 0))
		return err_sys(err, "cannot link it to '%s'", item->link.p);
	return 0;
}

static errint add_file(struct archive_writer *w, const struct archive_item *item, const char *base,
		       struct source *data, struct err *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd CLEANUP_FD = openat(w->parent, base, flags, 0600);
	errint rc;

	if (fd < 0 && errno == EEXIST) {
		rc = make_room(w->parent, base, err);
		if (rc)
			return rc;
		fd = openat(w->parent, base, flags, 0600);
	}
	if (fd < 0)
		return err_sys(err, "cannot make the file");
	for (;;) {
		struct str piece = S("");

		rc = source_piece(data, w->chunk, COPY_SIZE, &piece, err);
		if (!rc && piece.n)
			rc = fd_write_all(fd, piece.p, piece.n, err);
		if (rc)
			return rc;
		if (!piece.n)
			break;
	}
	if (fchmod(fd, item->mode & S_IXUSR ? 0755 : 0644))
		return err_sys(err, "cannot set its mode");
	return 0;
}

static errint writer_add(struct archive_writer *w, const struct archive_item *item,
			 struct source *data, struct err *err)
{
	char base[LIMIT_NAR_NAME + 1];
	struct str b = path_base(item->name);
	errint rc = parent_open(w, item->name, err);

	if (rc)
		return rc;
	BUG_ON(b.n == 0 || b.n > LIMIT_NAR_NAME);
	memcpy(base, b.p, b.n);
	base[b.n] = '\0';
	switch (item->type) {
	case ARCHIVE_FILE:
		return add_file(w, item, base, data, err);
	case ARCHIVE_DIR:
		return add_dir(w->parent, base, err);
	case ARCHIVE_SYMLINK:
		return add_symlink(w->parent, base, item->link.p, err);
	case ARCHIVE_HARDLINK:
		return add_hardlink(w, item, base, err);
	}
	BUG("archive item of type %d", (int)item->type);
}

errint archive_writer_add(struct archive_writer *w, const struct archive_item *item,
			  struct source *data, struct err *err)
{
	errint rc = writer_add(w, item, data, err);

	return rc ? err_wrap(err, "unpacking '%.*s'", STR_ARG(item->name)) : 0;
}

static errint unpack_item(const struct archive_item *item, struct source *data, void *ctx,
			  struct err *err)
{
	return archive_writer_add(ctx, item, data, err);
}

static errint unpack_into(int fd, int dirfd, const char *dest, int64_t *newest, struct err *err)
{
	int root CLEANUP_FD = -1;
	struct archive_writer *w CLEANUP(archive_writer_cleanup) = NULL;
	errint rc = open_dir(dirfd, dest, &root, err);

	if (rc)
		return rc;
	w = archive_writer_new(root);
	return archive_walk_dated(fd, unpack_item, w, newest, err);
}

static errint move_new(int from_dir, const char *from, int to_dir, const char *to, struct err *err)
{
	struct stat st;

	if (renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return err_sys(err, "cannot make '%s'", to);
	/* A file system without RENAME_NOREPLACE. */
	if (fstatat(to_dir, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(err, ERR_EXISTS, "cannot make '%s': it exists", to);
	if (renameat(from_dir, from, to_dir, to))
		return err_sys(err, "cannot make '%s'", to);
	return 0;
}

static errint move_root(int dirfd, const char *temp, const char *dest, struct err *err)
{
	struct dir_list top CLEANUP(dir_list_release) = {0};
	int root CLEANUP_FD = -1;
	errint rc = dir_list(dirfd, temp, &top, err);

	if (!rc)
		rc = open_dir(dirfd, temp, &root, err);
	if (rc)
		return rc;
	if (top.n == 1)
		return move_new(root, top.v[0].name, dirfd, dest, err);
	err_set(err, ERR_CORRUPT,
		"archive has %zu things at its top, where a single one is expected", top.n);
	for (size_t i = 0; i < top.n && i < 5; i++)
		err_detail(err, "  %s", top.v[i].name);
	return err_hint(err, "unpack it with 'stripRoot = false'");
}

/* A folder that is alone at the top gives its place to what is in it. */
static errint move_tree(int dirfd, const char *temp, const char *dest, struct err *err)
{
	struct dir_list top CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(dirfd, temp, &top, err);

	if (rc)
		return rc;
	if (top.n == 1 && top.v[0].type == DT_DIR)
		return move_root(dirfd, temp, dest, err);
	return move_new(dirfd, temp, dirfd, dest, err);
}

typedef errint place_fn(int dirfd, const char *temp, const char *dest, struct err *err);

static errint place_as_it_is(int dirfd, const char *temp, const char *dest, struct err *err)
{
	return move_new(dirfd, temp, dirfd, dest, err);
}

static errint unpack(int fd, int dirfd, const char *dest, place_fn *place, int64_t *newest,
		     struct err *err)
{
	static atomic_uint count;
	struct str dir = path_dir(str_c(dest));
	char *temp CLEANUP_FREE = xasprintf("%.*s/.unpack-%ld-%u", STR_ARG(dir), (long)getpid(),
					    atomic_fetch_add(&count, 1));
	errint rc;

	/* Left by an earlier process of this number. */
	remove_tree_quietly(dirfd, temp);
	rc = mkdir_p(dirfd, temp, 0755, err);
	if (!rc)
		rc = unpack_into(fd, dirfd, temp, newest, err);
	if (!rc)
		rc = place(dirfd, temp, dest, err);
	remove_tree_quietly(dirfd, temp);
	return rc;
}

errint archive_unpack(int fd, int dirfd, const char *dest, unsigned flags, struct err *err)
{
	int64_t newest;

	return unpack(fd, dirfd, dest, flags & ARCHIVE_STRIP_ROOT ? move_root : place_as_it_is,
		      &newest, err);
}

errint archive_unpack_tree(int fd, int dirfd, const char *dest, int64_t *newest, struct err *err)
{
	return unpack(fd, dirfd, dest, move_tree, newest, err);
}
