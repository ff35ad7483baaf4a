/* SPDX-License-Identifier: MIT
 *
 * A cache in a folder. A NAR's file gets its name when it is whole, so that a push that is killed
 * leaves nothing half. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "cache/push_place.h"

struct push_folder {
	struct push_place place;
	int dir;
};

static errint folder_get(struct push_place *p, const char *name, struct buf *out, struct err *err)
{
	return file_read(((struct push_folder *)p)->dir, name, out, err);
}

static errint folder_put(struct push_place *p, const char *name, struct str bytes, struct err *err)
{
	return file_write(((struct push_folder *)p)->dir, name, bytes, 0644, 0, err);
}

static errint folder_have(struct push_place *p, const char *const *names, size_t n, bool *out,
			  struct err *err)
{
	for (size_t i = 0; i < n; i++)
		out[i] = !faccessat(((struct push_folder *)p)->dir, names[i], F_OK, 0);
	return 0;
}

static errint folder_new_nar(struct push_place *p, int *out, struct err *err)
{
	*out = openat(((struct push_folder *)p)->dir, "nar", O_TMPFILE | O_RDWR | O_CLOEXEC, 0644);
	return *out < 0 ? err_sys(err, "cannot make a file in the cache") : 0;
}

static errint folder_put_nar(struct push_place *p, int fd, uint64_t size, const char *name,
			     struct err *err)
{
	char from[64];

	snprintf(from, sizeof(from), "/proc/self/fd/%d", fd);
	/* Of two who pack the same, both made the same. */
	if (linkat(AT_FDCWD, from, ((struct push_folder *)p)->dir, name, AT_SYMLINK_FOLLOW) &&
	    errno != EEXIST)
		return err_sys(err, "cannot make '%s' in the cache", name);
	return 0;
}

static void folder_close(struct push_place *p)
{
	struct push_folder *f = (struct push_folder *)p;

	cleanup_fd_(&f->dir);
	free(f);
}

static const struct push_place_ops folder_ops = {
	.get = folder_get,
	.put = folder_put,
	.have = folder_have,
	.new_nar = folder_new_nar,
	.put_nar = folder_put_nar,
	.close = folder_close,
};

errint push_folder_open(const struct cache_url *at, struct push_place **out, struct err *err)
{
	char *dir CLEANUP_FREE = str_dupz(at->dir);
	char *nar CLEANUP_FREE = path_join(at->dir, S("nar"));
	int fd CLEANUP_FD = -1;
	errint rc = mkdir_p(AT_FDCWD, nar, 0755, err);

	if (!rc)
		rc = open_dir(AT_FDCWD, dir, &fd, err);
	if (rc)
		return rc;
	struct push_folder *f = xcalloc(1, sizeof(*f));
	f->place = (struct push_place){&folder_ops, at, NULL};
	f->dir = STEAL_FD(fd);
	*out = &f->place;
	return 0;
}
