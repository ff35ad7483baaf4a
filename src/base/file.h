/* SPDX-License-Identifier: MIT
 *
 * Files. The one module that writes them: whole or absent, by temporary file and rename. Names
 * are relative to a folder descriptor (AT_FDCWD for the working folder); nothing here follows a
 * symlink in the last component unless it says so. */
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include "base/buf.h"

/* Reads a regular file (following symlinks) into b, bounded by b's ceiling. A folder, FIFO or
 * device is an error, never a hang. */
ATTR_MUST_CHECK errint file_read(int dirfd, const char *path, struct buf *b, struct err *err);
/* Everything until the end of a descriptor. */
ATTR_MUST_CHECK errint fd_read_all(int fd, struct buf *b, struct err *err);
ATTR_MUST_CHECK errint fd_write_all(int fd, const void *p, size_t n, struct err *err);
/* The same at an offset; the descriptor's own stays. */
ATTR_MUST_CHECK errint fd_write_at(int fd, uint64_t at, const void *p, size_t n, struct err *err);
/* Copies from the current offsets to the end: copy_file_range, else read and write. */
ATTR_MUST_CHECK errint fd_copy(int from, int to, struct err *err);

enum file_write_flags {
	FILE_WRITE_SYNC = 1 << 0, /* fsync file and folder before and after the rename */
};
/* Replaces path by a file with these bytes and mode, atomically. */
ATTR_MUST_CHECK errint file_write(int dirfd, const char *path, struct str bytes, mode_t mode,
				  unsigned flags, struct err *err);
/* Replaces path by a symlink to target, atomically. */
ATTR_MUST_CHECK errint file_symlink(const char *target, int dirfd, const char *path,
				    struct err *err);

/* mkdir -p with this mode for what is made; an existing folder is fine. */
ATTR_MUST_CHECK errint mkdir_p(int dirfd, const char *path, mode_t mode, struct err *err);
/* Removes a tree, or nothing when absent; never crosses a symlink; makes read-only folders
 * writable on its way. */
ATTR_MUST_CHECK errint remove_tree(int dirfd, const char *path, struct err *err);
/* The same, and tells how many bytes of files that have no other name it removed. */
ATTR_MUST_CHECK errint remove_tree_counted(int dirfd, const char *path, uint64_t *freed,
					   struct err *err);
/* The same, for cleanup paths: errors are ignored. */
void remove_tree_quietly(int dirfd, const char *path);
/* The target of a symlink, malloc'd. */
ATTR_MUST_CHECK errint read_link(int dirfd, const char *path, char **out, struct err *err);
/* Sorted (byte order) names of a folder without . and .., with d_type; malloc'd, free with
 * dir_list_release(). The one place that reads folders, so order never depends on the disk. */
struct dir_list {
	struct dir_entry {
		char *name;
		unsigned char type; /* DT_*, resolved by lstat where the disk says DT_UNKNOWN */
	} * v;
	size_t n;
};
ATTR_MUST_CHECK errint dir_list(int dirfd, const char *path, struct dir_list *out, struct err *err);
void dir_list_release(struct dir_list *l);
/* The same as the file system has them: for whoever asks about that, and writes nothing of it. */
ATTR_MUST_CHECK errint dir_list_unsorted(int dirfd, const char *path, struct dir_list *out,
					 struct err *err);

/* Opens without following a final symlink, with O_CLOEXEC. */
ATTR_MUST_CHECK errint open_dir(int dirfd, const char *path, int *out, struct err *err);
ATTR_MUST_CHECK errint open_file(int dirfd, const char *path, int *out, struct err *err);

/* A fresh folder `<parent>/<prefix>XXXXXX`, malloc'd path; temp_dir_root() is $TMPDIR or /tmp. */
ATTR_MUST_CHECK errint temp_dir(const char *parent, const char *prefix, char **out,
				struct err *err);
const char *temp_dir_root(void);

/* Waits for an exclusive or shared flock. try: ERR_EXISTS at once when somebody else has it. */
ATTR_MUST_CHECK errint fd_lock(int fd, bool exclusive, bool try, struct err *err);

/* Text path algebra, no disk: `/a/./b/../c` -> `/a/c`; absolute input only. malloc'd. */
char *path_clean(struct str path);
/* path itself when absolute, else cwd/path; cleaned, malloc'd. */
ATTR_MUST_CHECK errint path_absolute(struct str path, char **out, struct err *err);
/* Text only, with one '/' between the two, even where b is absolute: a root and a path in it. */
ATTR_MALLOC char *path_join(struct str a, struct str b);
