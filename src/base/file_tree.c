/* SPDX-License-Identifier: MIT
 *
 * Folders: making, listing and removing them. Removal works on trees that a build left behind:
 * read-only folders, any depth, symlinks to anywhere. */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static errint check_folder(int dirfd, const char *path, struct err *err)
{
	struct stat st;

	if (fstatat(dirfd, path, &st, 0))
		return err_sys(err, "cannot make folder '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ERR_EXISTS,
			       "cannot make folder '%s': there is something else of that name",
			       path);
	return 0;
}

static errint make_one(int dirfd, const char *path, mode_t mode, struct err *err)
{
	if (mkdirat(dirfd, path, mode)) {
		if (errno == EEXIST)
			return check_folder(dirfd, path, err);
		return err_sys(err, "cannot make folder '%s'", path);
	}
	/* mkdir's mode is less the umask. */
	if (fchmodat(dirfd, path, mode, 0))
		return err_sys(err, "cannot set the mode of folder '%s'", path);
	return 0;
}

errint mkdir_p(int dirfd, const char *path, mode_t mode, struct err *err)
{
	struct stat st;

	if (fstatat(dirfd, path, &st, 0) == 0 && S_ISDIR(st.st_mode))
		return 0;
	char *part CLEANUP_FREE = xstrdup(path);

	for (char *p = part + 1; *part && *p; p++) {
		if (*p != '/' || p[-1] == '/')
			continue;
		*p = '\0';
		errint rc = make_one(dirfd, part, mode, err);

		if (rc)
			return rc;
		*p = '/';
	}
	return make_one(dirfd, path, mode, err);
}

void dir_list_release(struct dir_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct dir_list){0};
}

static int entry_cmp(const void *a, const void *b)
{
	return strcmp(((const struct dir_entry *)a)->name, ((const struct dir_entry *)b)->name);
}

static unsigned char entry_type(int fd, const struct dirent *e)
{
	struct stat st;

	if (e->d_type != DT_UNKNOWN || fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW))
		return e->d_type;
	return IFTODT(st.st_mode);
}

/* Consumes fd. */
static errint list_fd(int fd, const char *path, struct dir_list *out, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	size_t cap = 0;
	DIR *dir CLEANUP_DIR = fdopendir(fd);

	if (!dir) {
		errint rc = err_sys(err, "cannot list '%s'", path);

		close(fd);
		return rc;
	}
	for (;;) {
		errno = 0;
		const struct dirent *e = readdir(dir);

		if (!e && errno)
			return err_sys(err, "cannot list '%s'", path);
		if (!e)
			break;
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		ARRAY_GROW(l.v, l.n, cap);
		l.v[l.n++] = (struct dir_entry){xstrdup(e->d_name), entry_type(fd, e)};
	}
	*out = l;
	l = (struct dir_list){0};
	return 0;
}

errint dir_list_unsorted(int dirfd, const char *path, struct dir_list *out, struct err *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return err_sys(err, "cannot list '%s'", path);
	return list_fd(fd, path, out, err);
}

errint dir_list(int dirfd, const char *path, struct dir_list *out, struct err *err)
{
	errint rc = dir_list_unsorted(dirfd, path, out, err);

	if (!rc && out->n)
		qsort(out->v, out->n, sizeof(*out->v), entry_cmp);
	return rc;
}

/* A tree is removed depth first, with a descriptor a level. Folders deeper than DEPTH are moved
 * up beside the first level and removed in another round, so that neither descriptors nor stack
 * can run out, whatever a builder nested. */
enum { DEPTH = 100 };

struct removal {
	int top;        /* the tree's first folder */
	uint64_t moved; /* folders moved up so far, for their names */
	uint64_t freed; /* bytes of files that have no other name */
	bool count;     /* them */
};

static void count_file(struct removal *r, int dirfd, const char *name)
{
	struct stat st;

	if (r->count && fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_nlink == 1)
		r->freed += (uint64_t)st.st_size;
}

/* A folder that its owner may not even read. By O_PATH and /proc, since chmod by name would follow
 * a symlink put there meanwhile. */
static int open_unreadable(int dirfd, const char *name)
{
	int at CLEANUP_FD = openat(dirfd, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char proc[40];

	snprintf(proc, sizeof(proc), "/proc/self/fd/%d", at);
	if (at < 0 || chmod(proc, 0700))
		return -1;
	return openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Opens a folder to empty it, and lets its owner write into it. */
static errint open_to_empty(int dirfd, const char *name, int *out, struct err *err)
{
	int fd CLEANUP_FD = openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == EACCES)
		fd = open_unreadable(dirfd, name);
	if (fd < 0 || fstat(fd, &st))
		return err_sys(err, "cannot open folder '%s'", name);
	if ((st.st_mode & 0700) != 0700 && fchmod(fd, 0700))
		return err_sys(err, "cannot make folder '%s' writable", name);
	*out = STEAL_FD(fd);
	return 0;
}

static errint empty_folder(struct removal *r, int fd, unsigned depth, struct err *err);

static errint remove_folder(struct removal *r, int dirfd, const char *name, unsigned depth,
			    struct err *err)
{
	if (unlinkat(dirfd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	/* A mount point: what is mounted there is not part of the tree. */
	if (errno == EBUSY)
		return err_sys(err, "cannot remove folder '%s'", name);
	int fd CLEANUP_FD = -1;
	errint rc = open_to_empty(dirfd, name, &fd, err);

	if (rc)
		return rc;
	if (depth >= DEPTH) {
		char up[40];

		snprintf(up, sizeof(up), ".moved-up-%d-%llu", getpid(),
			 (unsigned long long)r->moved++);
		if (renameat(dirfd, name, r->top, up))
			return err_sys(err, "cannot move folder '%s'", name);
		return 0;
	}
	rc = empty_folder(r, fd, depth + 1, err);
	if (rc)
		return rc;
	if (unlinkat(dirfd, name, AT_REMOVEDIR) && errno != ENOENT)
		return err_sys(err, "cannot remove folder '%s'", name);
	return 0;
}

static errint remove_entry(struct removal *r, int fd, const struct dir_entry *e, unsigned depth,
			   struct err *err)
{
	if (e->type != DT_DIR) {
		count_file(r, fd, e->name);
		if (unlinkat(fd, e->name, 0) == 0 || errno == ENOENT)
			return 0;
		if (errno != EISDIR)
			return err_sys(err, "cannot remove '%s'", e->name);
	}
	return remove_folder(r, fd, e->name, depth, err);
}

/* fd stays open: it is listed through a copy of its own. */
static errint empty_folder(struct removal *r, int fd, unsigned depth, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(fd, ".", &l, err);

	for (size_t i = 0; !rc && i < l.n; i++)
		rc = remove_entry(r, fd, &l.v[i], depth, err);
	return rc;
}

static errint empty_top(struct removal *r, int fd, struct err *err)
{
	uint64_t before;

	r->top = fd;
	do {
		before = r->moved;
		errint rc = empty_folder(r, fd, 0, err);

		if (rc)
			return rc;
	} while (r->moved != before);
	return 0;
}

static errint remove_all(struct removal *r, int dirfd, const char *path, struct err *err)
{
	struct stat st;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : err_sys(err, "cannot remove '%s'", path);
	bool folder = S_ISDIR(st.st_mode);

	if (!folder && st.st_nlink == 1)
		r->freed += (uint64_t)st.st_size;
	if (unlinkat(dirfd, path, folder ? AT_REMOVEDIR : 0) == 0 || errno == ENOENT)
		return 0;
	if (!folder || errno == EBUSY)
		return err_sys(err, "cannot remove '%s'", path);
	int fd CLEANUP_FD = -1;
	errint rc = open_to_empty(dirfd, path, &fd, err);

	if (!rc)
		rc = empty_top(r, fd, err);
	if (rc)
		return err_wrap(err, "removing '%s'", path);
	if (unlinkat(dirfd, path, AT_REMOVEDIR) && errno != ENOENT)
		return err_sys(err, "cannot remove '%s'", path);
	return 0;
}

errint remove_tree(int dirfd, const char *path, struct err *err)
{
	struct removal r = {.top = -1};

	return remove_all(&r, dirfd, path, err);
}

errint remove_tree_counted(int dirfd, const char *path, uint64_t *freed, struct err *err)
{
	struct removal r = {.top = -1, .count = true};
	errint rc = remove_all(&r, dirfd, path, err);

	if (!rc)
		*freed = r.freed;
	return rc;
}

void remove_tree_quietly(int dirfd, const char *path)
{
	int saved = errno;
	ERR(ignored);

	if (remove_tree(dirfd, path, &ignored))
		err_clear(&ignored);
	errno = saved;
}
