/* SPDX-License-Identifier: MIT
 *
 * A header is 512 bytes of octal text; a name that does not fit stands before it as a file of its
 * own. Source: GNU tar manual, "Basic Tar Format". */
#include "archive/tar_write.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { COPY = 128 << 10, NAME_ROOM = 100 };

static errint put(struct tar_writer *w, const void *p, size_t n, struct err *err)
{
	errint rc = sink_write(w->to, p, n, err);

	if (!rc)
		w->offset += n;
	return rc;
}

/* Zeroes up to the next block. */
static errint pad(struct tar_writer *w, uint64_t size, struct err *err)
{
	static const char zeroes[TAR_BLOCK];

	return put(w, zeroes, (size_t)(-size % TAR_BLOCK), err);
}

/* 8 GiB and more do not fit into octal digits: then the bytes of the number, marked. */
static void put_size(char *field, uint64_t size)
{
	if (size < 1ULL << 33) {
		snprintf(field, 12, "%011llo", (unsigned long long)size);
		return;
	}
	memset(field, 0, 12);
	field[0] = (char)0x80;
	for (int i = 0; i < 8; i++)
		field[11 - i] = (char)(size >> (8 * i));
}

static void put_checksum(char *h)
{
	unsigned sum = 0;

	memset(h + 148, ' ', 8);
	for (int i = 0; i < TAR_BLOCK; i++)
		sum += (unsigned char)h[i];
	snprintf(h + 148, 7, "%06o", sum);
	h[155] = ' ';
}

static errint put_header(struct tar_writer *w, char type, struct str name, struct str link,
			 unsigned mode, uint64_t size, struct err *err)
{
	char h[TAR_BLOCK] = {0};

	memcpy(h, name.p, MIN(name.n, (size_t)NAME_ROOM));
	snprintf(h + 100, 8, "%07o", mode);
	snprintf(h + 108, 8, "%07o", 0);
	snprintf(h + 116, 8, "%07o", 0);
	put_size(h + 124, size);
	snprintf(h + 136, 12, "%011llo", (unsigned long long)w->mtime);
	h[156] = type;
	if (link.n)
		memcpy(h + 157, link.p, MIN(link.n, (size_t)NAME_ROOM));
	memcpy(h + 257, "ustar  ", 8);
	put_checksum(h);
	return put(w, h, sizeof(h), err);
}

static errint put_long(struct tar_writer *w, char type, struct str text, struct err *err)
{
	if (text.n <= NAME_ROOM)
		return 0;
	errint rc = put_header(w, type, S("././@LongLink"), S(""), 0, text.n + 1, err);
	if (!rc)
		rc = put(w, text.p, text.n, err);
	if (!rc)
		rc = put(w, "", 1, err);
	return rc ? rc : pad(w, text.n + 1, err);
}

static errint put_item(struct tar_writer *w, char type, struct str name, struct str link,
		       unsigned mode, uint64_t size, struct err *err)
{
	errint rc = put_long(w, 'K', link, err);

	if (!rc)
		rc = put_long(w, 'L', name, err);
	return rc ? rc : put_header(w, type, name, link, mode, size, err);
}

errint tar_put_dir(struct tar_writer *w, struct str name, struct err *err)
{
	char *slashed CLEANUP_FREE = xasprintf("%.*s/", STR_ARG(name));

	return put_item(w, '5', str_c(slashed), S(""), 0755, 0, err);
}

errint tar_put_symlink(struct tar_writer *w, struct str name, struct str target, struct err *err)
{
	return put_item(w, '2', name, target, 0777, 0, err);
}

errint tar_begin_file(struct tar_writer *w, struct str name, bool executable, uint64_t size,
		      struct err *err)
{
	return put_item(w, '0', name, S(""), executable ? 0755 : 0644, size, err);
}

errint tar_put_bytes(struct tar_writer *w, struct str bytes, struct err *err)
{
	return put(w, bytes.p, bytes.n, err);
}

errint tar_end_file(struct tar_writer *w, uint64_t size, struct err *err)
{
	return pad(w, size, err);
}

errint tar_put_fd(struct tar_writer *w, struct str name, bool executable, int fd, struct err *err)
{
	char *chunk CLEANUP_FREE = xmalloc(COPY);
	uint64_t left;
	struct stat st;

	if (fstat(fd, &st))
		return err_sys(err, "reading '%.*s'", STR_ARG(name));
	errint rc = tar_begin_file(w, name, executable, (uint64_t)st.st_size, err);
	for (left = (uint64_t)st.st_size; !rc && left;) {
		ssize_t n = read(fd, chunk, (size_t)MIN(left, (uint64_t)COPY));

		if (n < 0)
			return err_sys(err, "reading '%.*s'", STR_ARG(name));
		if (!n)
			return err_set(err, ERR_FAILED, "'%.*s' grew shorter while it was read",
				       STR_ARG(name));
		rc = put(w, chunk, (size_t)n, err);
		left -= (uint64_t)n;
	}
	return rc ? rc : tar_end_file(w, (uint64_t)st.st_size, err);
}

static errint put_folder(struct tar_writer *w, int dirfd, const char *path, struct str name,
			 unsigned depth, struct err *err);

static errint put_any(struct tar_writer *w, int dirfd, const char *path, struct str name,
		      unsigned depth, struct err *err)
{
	int fd CLEANUP_FD = -1;
	struct stat st;

	if (fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(err, "reading '%s'", path);
	if (S_ISDIR(st.st_mode))
		return put_folder(w, dirfd, path, name, depth, err);
	if (S_ISLNK(st.st_mode)) {
		char *target CLEANUP_FREE = NULL;
		errint rc = read_link(dirfd, path, &target, err);

		return rc ? rc : tar_put_symlink(w, name, str_c(target), err);
	}
	if (!S_ISREG(st.st_mode))
		return err_set(err, ERR_UNSUPPORTED, "'%s' is no file, folder or symlink", path);
	errint rc = open_file(dirfd, path, &fd, err);
	return rc ? rc : tar_put_fd(w, name, st.st_mode & S_IXUSR, fd, err);
}

static errint put_folder(struct tar_writer *w, int dirfd, const char *path, struct str name,
			 unsigned depth, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;

	if (depth > LIMIT_NAR_DEPTH)
		return err_set(err, ERR_TOO_BIG, "'%s' is too deep", path);
	errint rc = tar_put_dir(w, name, err);
	if (!rc)
		rc = dir_list(dirfd, path, &l, err);
	if (!rc)
		rc = open_dir(dirfd, path, &fd, err);
	for (size_t i = 0; !rc && i < l.n; i++) {
		char *below CLEANUP_FREE = xasprintf("%.*s/%s", STR_ARG(name), l.v[i].name);

		rc = put_any(w, fd, l.v[i].name, str_c(below), depth + 1, err);
	}
	return rc;
}

errint tar_put_tree(struct tar_writer *w, int dirfd, const char *path, struct str name,
		    struct err *err)
{
	return put_any(w, dirfd, path, name, 0, err);
}

errint tar_finish(struct tar_writer *w, struct err *err)
{
	static const char zeroes[2 * TAR_BLOCK];

	return put(w, zeroes, sizeof(zeroes), err);
}
