/* SPDX-License-Identifier: MIT
 *
 * Text objects on their way into the database. Evaluating a package set writes thousands of .drv
 * files: each is renamed into place at once, whole, but all are made durable by one syncfs and
 * registered in few transactions. Until then they are garbage that nobody collects, because each
 * is a temporary root; a process that dies leaves them as such. */
#include "store/store_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

/* Paths per transaction, each with an open lock file. */
enum { FLUSH_CHUNK = 128 };
/* Bytes written between two looks for an interrupt. */
enum { WRITE_PIECE = 4 << 20 };

static const struct timespec store_times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1}};

static errint write_object(struct store *s, const char *temp, struct str bytes, struct err *err)
{
	const int flags = O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC;
	int fd CLEANUP_FD = openat(s->store_fd, temp, flags, 0600);

	if (fd < 0)
		return err_sys(err, "cannot create '%s/%s'", s->real_store, temp);
	for (size_t at = 0; at < bytes.n; at += WRITE_PIECE) {
		errint rc = interrupt_check(err);
		if (!rc)
			rc = fd_write_all(fd, bytes.p + at, MIN(bytes.n - at, (size_t)WRITE_PIECE),
					  err);
		if (rc)
			return rc;
	}
	if (fchmod(fd, 0444) < 0 || futimens(fd, store_times) < 0)
		return err_sys(err, "cannot finish '%s/%s'", s->real_store, temp);
	return 0;
}

static errint place_object(struct store *s, struct str path, struct str bytes, struct err *err)
{
	char *temp CLEANUP_FREE = store_temp_name(path);

	/* A process with our number may have died over the same path. */
	remove_tree_quietly(s->store_fd, temp);
	errint rc = write_object(s, temp, bytes, err);
	if (!rc)
		rc = store_move_in(s, temp, path, err);
	if (rc)
		unlinkat(s->store_fd, temp, 0);
	return rc;
}

static struct str *copy_strings(struct arena *a, const struct str *v, size_t n)
{
	struct str *to = ARENA_ARRAY(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		to[i] = arena_str(a, v[i]);
	return to;
}

static const struct drv_output *copy_outputs(struct arena *a, const struct drv *d)
{
	struct drv_output *to = ARENA_ARRAY(a, struct drv_output, d->n_outputs);

	for (size_t i = 0; i < d->n_outputs; i++) {
		to[i].name = arena_str(a, d->outputs[i].name);
		to[i].path = arena_str(a, d->outputs[i].path);
	}
	return to;
}

errint store_pend(struct store *s, const struct path_info *info, const struct drv *drv,
		  struct str bytes, struct err *err)
{
	errint rc = place_object(s, info->path, bytes, err);
	if (rc)
		return err_wrap(err, "adding '%.*s'", STR_ARG(info->path));

	struct arena *a = &s->pending_mem;
	struct registration r = {.info = *info};
	r.info.path = arena_str(a, info->path);
	r.info.ca = arena_str(a, info->ca);
	r.info.refs = copy_strings(a, info->refs, info->n_refs);
	if (drv) {
		r.outputs = copy_outputs(a, drv);
		r.n_outputs = drv->n_outputs;
	}
	ARRAY_GROW(s->pending, s->n_pending, s->cap_pending);
	s->pending[s->n_pending++] = r;
	return 0;
}

static void unlock_cleanup(struct store_lock **l)
{
	store_unlock(*l);
}

/* Under the locks of their paths: another process may be replacing one that it wants, too. */
static errint flush_chunk(struct store *s, const struct registration *v, size_t n, struct err *err)
{
	struct str paths[FLUSH_CHUNK] = {0};
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;

	for (size_t i = 0; i < n; i++)
		paths[i] = v[i].info.path;
	errint rc = store_lock(s, paths, n, false, &lock, err);
	for (size_t i = 0; !rc && i < n; i++) {
		char *name CLEANUP_FREE = str_dupz(store_path_base(paths[i]));
		if (faccessat(s->store_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
			rc = err_sys(err, "'%.*s' was removed while it was added",
				     STR_ARG(paths[i]));
	}
	return rc ? rc : db_register(s, v, n, err);
}

errint store_flush(struct store *s, struct err *err)
{
	if (s->n_pending == 0)
		return 0;
	size_t n = s->n_pending;
	/* Emptied first: a failure must not be met again at every later call. */
	struct registration *v CLEANUP_FREE = STEAL(s->pending);
	s->n_pending = s->cap_pending = 0;

	errint rc = store_sync(s, err);
	for (size_t at = 0; !rc && at < n; at += FLUSH_CHUNK)
		rc = flush_chunk(s, v + at, MIN(n - at, (size_t)FLUSH_CHUNK), err);
	arena_release(&s->pending_mem);
	if (!rc)
		return 0;
	path_map_release(&s->added);
	return err_wrap(err, "registering %zu new store paths", n);
}
