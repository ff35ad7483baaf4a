/* SPDX-License-Identifier: MIT
 *
 * One file at a time, beside its place and then by rename. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "archive/tar_write.h"
#include "archive/zstd_frames.h"
#include "base/file.h"
#include "vendor/vendor_int.h"

enum {
	ZSTD_LEVEL = 12,
	/* 1980-01-01, which a zip can hold: builders make them of sources. */
	TREE_TIME = 315532800,
};

static char *temp_name(const struct source_entry *e)
{
	char *name = xasprintf(VENDOR_TEMP "%.*s", STR_ARG(e->file));

	if (strlen(name) > LIMIT_NAR_NAME)
		name[LIMIT_NAR_NAME] = '\0';
	return name;
}

/* Shares the bytes where the file system can, else copies them. Never a link to the store's own
 * file: what stands in a project is edited in place one day, and the store would have changed with
 * it. */
static errint put_file(int folder, const char *temp, const char *from, bool executable,
		       struct err *err)
{
	int in CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, from, &in, err);

	if (rc)
		return rc;
	int out CLEANUP_FD = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
				    executable ? 0755 : 0644);
	if (out < 0)
		return err_sys(err, "making '%s'", temp);
	return ioctl(out, FICLONE, in) == 0 ? 0 : fd_copy(in, out, err);
}

static errint write_tree(int out, const char *from, struct source_entry *e, struct err *err)
{
	struct fd_sink fd = fd_sink_init(out);
	struct hash_sink hash CLEANUP(hash_sink_release) =
		hash_sink_init_big(HASH_SHA256, &fd.sink);
	struct zstd_sink z CLEANUP(zstd_sink_release) = {0};
	struct tar_writer w = {.mtime = TREE_TIME};
	errint rc = zstd_sink_init(&z, &hash.sink, ZSTD_LEVEL, err);

	w.to = &z.sink;
	if (!rc)
		rc = tar_put_tree(&w, AT_FDCWD, from, e->name, err);
	if (!rc)
		rc = tar_finish(&w, err);
	if (!rc)
		rc = zstd_sink_end_frame(&z, err);
	if (rc)
		return rc;
	e->size = hash.size;
	hash_sink_finish(&hash, &e->sha256);
	return 0;
}

static errint put_tree(int folder, const char *temp, const char *from, struct source_entry *e,
		       struct err *err)
{
	int out CLEANUP_FD = openat(folder, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

	return out < 0 ? err_sys(err, "making '%s'", temp) : write_tree(out, from, e, err);
}

/* The bytes of a flat source are those that its hash is of. */
static errint hash_file(int folder, const char *temp, struct source_entry *e, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct stat st;
	errint rc = open_file(folder, temp, &fd, err);

	if (rc)
		return rc;
	if (fstat(fd, &st))
		return err_sys(err, "reading '%s'", temp);
	e->size = (uint64_t)st.st_size;
	return hash_fd(HASH_SHA256, fd, &e->sha256, err);
}

/* Two names of one file are left by a rename as they are. */
static errint place(int folder, const char *temp, const char *file, struct err *err)
{
	if (renameat(folder, temp, folder, file))
		return err_sys(err, "placing '%s'", file);
	if (unlinkat(folder, temp, 0) && errno != ENOENT)
		return err_sys(err, "removing '%s'", temp);
	return 0;
}

errint lay_source(int folder, const char *from, struct source_entry *e, struct err *err)
{
	char *temp CLEANUP_FREE = temp_name(e), *file CLEANUP_FREE = str_dupz(e->file);
	struct stat st;
	errint rc;

	if (lstat(from, &st))
		return err_sys(err, "reading '%s'", from);
	e->kind = !S_ISREG(st.st_mode)                     ? SOURCE_TREE
		  : e->recursive && (st.st_mode & S_IXUSR) ? SOURCE_EXECUTABLE
							   : SOURCE_FILE;
	if (unlinkat(folder, temp, 0) && errno != ENOENT)
		return err_sys(err, "removing '%s'", temp);
	if (e->kind == SOURCE_TREE)
		rc = put_tree(folder, temp, from, e, err);
	else
		rc = put_file(folder, temp, from, e->kind == SOURCE_EXECUTABLE, err);
	if (!rc && e->kind != SOURCE_TREE)
		rc = hash_file(folder, temp, e, err);
	if (!rc && !e->recursive && e->hash.algo == HASH_SHA256 && !hash_eq(&e->hash, &e->sha256))
		rc = hash_mismatch(err, HASH_OF_FILE, str_c(from), &e->hash, &e->sha256);
	if (!rc)
		rc = place(folder, temp, file, err);
	if (!rc)
		return 0;
	unlinkat(folder, temp, 0);
	return err_wrap(err, "vendoring '%s'", file);
}
