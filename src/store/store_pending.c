/* SPDX-License-Identifier: MIT
 *
 * Additions on their way into the database. A command adds thousands of files, evaluating a package
 * set writes thousands of .drv files: each is renamed into place at once, whole, but all are made
 * durable by one syncfs and registered in few transactions. Until then they are garbage that nobody
 * collects, because each is a temporary root; a process that dies leaves them as such. */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

enum {
	FLUSH_CHUNK = 128,     /* paths a transaction, each with an open lock file */
	PENDING_MAX = 1 << 14, /* what waits is kept in memory */
};

static struct str *copy_strings(struct arena *a, const struct str *v, size_t n)
{
	struct str *to = ARENA_ARRAY(a, struct str, n);

	for (size_t i = 0; i < n; i++)
		to[i] = arena_str(a, v[i]);
	return to;
}

static const struct drv_output *copy_outputs(struct arena *a, const struct drv_output *v, size_t n)
{
	struct drv_output *to = ARENA_ARRAY(a, struct drv_output, n);

	for (size_t i = 0; i < n; i++) {
		to[i].name = arena_str(a, v[i].name);
		to[i].path = arena_str(a, v[i].path);
	}
	return to;
}

static void unlock_cleanup(struct store_lock **l)
{
	store_unlock(*l);
}

/* Under the lock: whoever made the path valid meanwhile was first. */
static errint place_locked(struct store *s, struct str path, const char *temp, bool *valid,
			   struct err *err)
{
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;
	errint rc = store_lock_only(s, &path, 1, &lock, err);

	if (!rc)
		rc = db_is_valid(s, path, valid, err);
	if (!rc && *valid)
		rc = store_on_disk(s, path, valid, err);
	return rc || *valid ? rc : store_move_in(s, temp, path, err);
}

/* A file where there is nothing needs no lock: nothing is replaced. A folder does, because a Nix
 * that fills the place at this moment would find ours in its way. While the lock is held nothing
 * else is waited for. */
static errint place(struct store *s, struct str path, const char *temp, struct stat *st,
		    bool *valid, struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(path));

	*valid = false;
	if (fstatat(s->store_fd, temp, st, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "cannot read '%s/%s'", s->real_store, temp);
	if (!S_ISDIR(st->st_mode) &&
	    renameat2(s->store_fd, temp, s->store_fd, name, RENAME_NOREPLACE) == 0)
		return 0;
	return place_locked(s, path, temp, valid, err);
}

static void append(struct store *s, struct registration r, const struct stat *file)
{
	struct arena *a = &s->pending_mem;

	r.info.path = arena_str(a, r.info.path);
	r.info.ca = arena_str(a, r.info.ca);
	r.info.deriver = arena_str(a, r.info.deriver);
	r.info.sigs = arena_str(a, r.info.sigs);
	r.info.refs = copy_strings(a, r.info.refs, r.info.n_refs);
	r.outputs = copy_outputs(a, r.outputs, r.n_outputs);
	/* Whether it is that one is looked at again before it becomes valid. */
	r.dev = file->st_dev;
	r.ino = file->st_ino;
	ARRAY_GROW(s->pending, s->n_pending, s->cap_pending);
	s->pending[s->n_pending++] = r;
}

errint store_pend(struct store *s, const struct path_info *info, const struct drv *drv,
		  const char *temp, struct err *err)
{
	ARENA(a);
	struct registration r = {.info = *info};
	struct stat file;
	bool valid;
	errint rc = place(s, info->path, temp, &file, &valid, err);

	if (rc || valid)
		remove_tree_quietly(s->store_fd, temp);
	if (!rc && !valid && !drv)
		rc = registration_of(s, &a, info, &r, err);
	if (rc)
		return err_wrap(err, "adding '%.*s'", STR_ARG(info->path));
	store_mark_added(s, info->path);
	if (valid)
		return 0;
	if (drv) {
		r.outputs = drv->outputs;
		r.n_outputs = drv->n_outputs;
	}
	append(s, r, &file);
	return s->n_pending < PENDING_MAX ? 0 : store_flush(s, err);
}

/* ---- registering ---- */

/* Another process that adds the same put its own in the place of ours. That is as good if it is
 * whole: a Nix that was killed leaves a part. */
static errint check_other(struct store *s, const struct path_info *info, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(s, info->path);
	struct hash now;
	uint64_t size;
	errint rc = nar_hash(AT_FDCWD, real, &now, &size, err);

	if (!rc)
		rc = store_canonicalise(real, err);
	if (!rc && hash_eq(&now, &info->nar_hash) && size == info->nar_size)
		return 0;
	if (rc == ERR_INTERRUPTED)
		return rc;
	err_set(err, ERR_FAILED, "'%.*s' was changed or removed while it was added",
		STR_ARG(info->path));
	return err_hint(err, "another program works on the store; try again");
}

enum standing { OURS, OTHERS, REGISTERED };

static errint check_file(struct store *s, const struct registration *r, enum standing *out,
			 struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(r->info.path));
	struct stat st;
	bool valid;
	bool there = fstatat(s->store_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;

	*out = OURS;
	/* One who wrote into ours would have changed its time. */
	if (there && st.st_dev == r->dev && st.st_ino == r->ino && st.st_mtim.tv_sec == 1)
		return 0;
	errint rc = db_is_valid(s, r->info.path, &valid, err);
	*out = valid && there ? REGISTERED : OTHERS;
	return rc || *out == REGISTERED ? rc : check_other(s, &r->info, err);
}

/* Under the locks of their paths: another process may be replacing one that it wants, too. */
static errint flush_chunk(struct store *s, struct registration *v, size_t n, struct err *err)
{
	struct str paths[FLUSH_CHUNK] = {0};
	struct store_lock *lock CLEANUP(unlock_cleanup) = NULL;
	size_t kept = 0;
	bool others = false;

	for (size_t i = 0; i < n; i++)
		paths[i] = v[i].info.path;
	errint rc = store_lock_only(s, paths, n, &lock, err);
	for (size_t i = 0; !rc && i < n; i++) {
		enum standing standing;
		rc = check_file(s, &v[i], &standing, err);
		others |= standing == OTHERS;
		if (standing != REGISTERED)
			v[kept++] = v[i];
	}
	/* What others wrote they may not have made durable. */
	if (!rc && others)
		rc = store_sync(s, err);
	return rc || !kept ? rc : db_register(s, v, kept, err);
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
	return err_wrap(err, "registering %zu new store path%s", n, n == 1 ? "" : "s");
}
