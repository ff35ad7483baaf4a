/* SPDX-License-Identifier: MIT
 *
 * The collector. Live is what the roots reach; everything else in the store folder goes, referrers
 * before what they refer to, a chunk at a time: unregistered first, durably, and then removed. So
 * whatever is interrupted, by a power cut, too, leaves unregistered remains, which are garbage.
 * gc.lock is held throughout; what other processes begin to use meanwhile arrives through
 * gc_server_int.h and is spared. */
#include "store/store_int.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "store/gc_server_int.h"
#include "store/roots_int.h"

/* Each chunk costs a flush of the database. */
enum { CHUNK = 8192 };

struct collection {
	struct store *s;
	struct arena *a;
	const struct gc_options *o;
	struct gc_server *server; /* NULL in a dry run */
	bool locked;
	struct path_map live; /* valid paths to keep */
	struct str_set dead;  /* valid paths to go */
	struct str_set junk;  /* names in the store folder that are not valid */
	struct str *gone;     /* what was deleted */
	size_t n_gone, cap_gone;
	uint64_t freed;
	bool full; /* max_freed is reached */
};

static void collection_release(struct collection *c)
{
	gc_server_stop(c->server);
	if (c->locked)
		flock(c->s->gc_lock, LOCK_UN);
	path_map_release(&c->live);
	free(c->gone);
}

/* ---- what is live ---- */

static errint keep_closures(struct collection *c, const struct str *paths, size_t n,
			    struct err *err)
{
	unsigned flags = (c->o->keep_outputs ? CLOSURE_OUTPUTS : 0) |
			 (c->o->drop_derivations ? 0 : CLOSURE_DERIVERS);
	struct str_set closure = {0};
	errint rc = store_closure(c->s, c->a, paths, n, flags, &closure, err);

	for (size_t i = 0; !rc && i < closure.n; i++) {
		if (!path_map_get(&c->live, closure.v[i]))
			path_map_put(&c->live, closure.v[i], (void *)closure.v[i].p);
	}
	return rc;
}

static errint find_live(struct collection *c, struct err *err)
{
	struct roots r CLEANUP(roots_release) = {
		.s = c->s, .a = c->a, .drop_stale = !c->o->dry_run};
	errint rc = 0;

	if (!c->o->ignore_liveness) {
		rc = roots_permanent(&r, err);
		if (!rc)
			rc = roots_running(&r, err);
	}
	size_t temporary = r.n;
	if (!rc)
		rc = roots_temporary(&r, err);
	if (rc)
		return err_wrap(err, "finding garbage collector roots");
	struct str *valid = ARENA_ARRAY(c->a, struct str, r.n);
	size_t n = 0;
	for (size_t i = 0; !rc && i < r.n; i++) {
		bool is_valid;
		/* By hash part, even when not valid: locks and half-made objects bear it, too. */
		if (i >= temporary && c->server)
			gc_server_protect(c->server, r.v[i].path);
		rc = db_is_valid(c->s, r.v[i].path, &is_valid, err);
		if (!rc && is_valid)
			valid[n++] = r.v[i].path;
	}
	return rc ? rc : keep_closures(c, valid, n, err);
}

/* ---- what is not ---- */

static errint find_dead(struct collection *c, struct err *err)
{
	struct str_set all;
	errint rc = db_paths(c->s, c->a, DB_QUERY_ALL, NULL, &all, err);
	if (rc)
		return rc;

	c->dead.v = ARENA_ARRAY(c->a, struct str, all.n);
	for (size_t i = 0; i < all.n; i++) {
		if (!path_map_get(&c->live, all.v[i]))
			c->dead.v[c->dead.n++] = all.v[i];
	}
	struct dir_list list CLEANUP(dir_list_release) = {0};
	rc = dir_list(c->s->store_fd, ".", &list, err);
	if (rc)
		return rc;
	c->junk.v = ARENA_ARRAY(c->a, struct str, list.n);
	for (size_t i = 0; i < list.n; i++) {
		struct str path =
			str_c(arena_printf(c->a, "%s/%s", c->s->cfg.store_dir, list.v[i].name));
		if (strcmp(list.v[i].name, ".links") != 0 && !str_set_has(all, path))
			c->junk.v[c->junk.n++] = path;
	}
	return 0;
}

/* ---- deleting ---- */

/* Of files with at most so many links: others stay under another name. */
static uint64_t tree_size(int dirfd, const char *name, nlink_t links, unsigned depth)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	struct stat st;
	ERR(ignored);
	uint64_t sum = 0;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (!S_ISDIR(st.st_mode))
		return st.st_nlink <= links ? (uint64_t)st.st_size : 0;
	int fd CLEANUP_FD = -1;
	/* Deeper than descriptors reach it may fall short. */
	if (depth > 256 || open_dir(dirfd, name, &fd, &ignored) ||
	    dir_list(fd, ".", &list, &ignored))
		return 0;
	for (size_t i = 0; i < list.n; i++)
		sum += tree_size(fd, list.v[i].name, links, depth + 1);
	return sum;
}

static errint remove_object(struct collection *c, struct str path, struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(path_base(path));
	uint64_t size = 0;

	report_msg(c->s->report, REPORT_INFO, "deleting '%.*s'", STR_ARG(path));
	errint rc = remove_tree_counted(c->s->store_fd, name, &size, err);
	if (rc)
		return rc;
	ARRAY_GROW(c->gone, c->n_gone, c->cap_gone);
	c->gone[c->n_gone++] = path;
	c->freed += size;
	c->full = c->o->max_freed && c->freed > c->o->max_freed;
	return 0;
}

/* With a bound on what is freed no more is unregistered than will be removed. */
static bool chunk_full(const struct collection *c, struct str path, size_t n, uint64_t *planned)
{
	if (c->o->max_freed) {
		char *name CLEANUP_FREE = str_dupz(path_base(path));
		*planned += tree_size(c->s->store_fd, name, 1, 0);
	}
	return n == CHUNK || (c->o->max_freed && c->freed + *planned > c->o->max_freed);
}

/* Takes the next dead paths off the end of c->dead, in the order in which they can go. What was
 * protected meanwhile stays, with its closure. */
static errint next_chunk(struct collection *c, struct str *order, struct str *chunk, size_t *n,
			 struct err *err)
{
	uint64_t planned = 0;
	errint rc = interrupt_check(err);

	*n = 0;
	while (!rc && c->dead.n > 0) {
		struct str path = order[--c->dead.n];
		if (path_map_get(&c->live, path))
			continue;
		if (!gc_server_begin_delete(c->server, path)) {
			rc = keep_closures(c, &path, 1, err);
			continue;
		}
		chunk[(*n)++] = path;
		if (chunk_full(c, path, *n, &planned))
			break;
	}
	return rc;
}

/* What somebody waits for goes next: once unregistered, the order does not matter. */
static void take_awaited_first(struct collection *c, struct str *rest, size_t n)
{
	if (!gc_server_awaits(c->server, S("")))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!gc_server_awaits(c->server, rest[i]))
			continue;
		struct str first = rest[0];
		rest[0] = rest[i];
		rest[i] = first;
		return;
	}
}

/* All of them are unregistered, durably, before the first is removed. */
static errint delete_chunk(struct collection *c, struct str *chunk, size_t n, struct err *err)
{
	errint rc = db_invalidate(c->s, chunk, n, err);

	for (size_t i = 0; !rc && i < n; i++) {
		take_awaited_first(c, chunk + i, n - i);
		rc = interrupt_check(err);
		if (!rc)
			rc = remove_object(c, chunk[i], err);
		if (!rc)
			gc_server_end_delete(c->server, chunk[i]);
	}
	return rc;
}

static errint delete_dead(struct collection *c, struct err *err)
{
	struct str *chunk CLEANUP_FREE = xcalloc(CHUNK, sizeof(*chunk)), *order;
	size_t n = 0;
	errint rc = store_topo_sort(c->s, c->a, c->dead, &order, err);

	while (!rc && !c->full && c->dead.n > 0) {
		rc = next_chunk(c, order, chunk, &n, err);
		if (!rc && n)
			rc = delete_chunk(c, chunk, n, err);
		gc_server_clear(c->server);
	}
	return rc;
}

/* The lock of a path with a long name is no store path itself, but is protected like one. */
static bool has_hash_part(const struct store *s, struct str path)
{
	size_t n = strlen(s->cfg.store_dir) + 1 + STORE_HASH_LEN + 1;
	char *probe CLEANUP_FREE = xasprintf("%.*sx", STR_ARG(str_sub(path, 0, n)));

	return store_path_is(store_dir(s), str_c(probe));
}

static errint delete_junk(struct collection *c, struct str path, struct err *err)
{
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	if (!has_hash_part(c->s, path))
		return remove_object(c, path, err);
	if (!gc_server_begin_delete(c->server, path))
		return 0;
	rc = remove_object(c, path, err);
	gc_server_clear(c->server);
	return rc;
}

/* Nix's pool of hard links for equal files: what has no other name any more is in no object. */
static errint delete_links(struct collection *c, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;
	errint rc = open_dir(c->s->store_fd, ".links", &fd, err);

	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	if (!rc)
		rc = dir_list(fd, ".", &list, err);
	for (size_t i = 0; !rc && i < list.n; i++) {
		struct stat st;
		if (fstatat(fd, list.v[i].name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_nlink != 1)
			continue;
		if (unlinkat(fd, list.v[i].name, 0) < 0)
			return err_sys(err, "cannot delete '%s/.links/%s'", c->s->real_store,
				       list.v[i].name);
		c->freed += (uint64_t)st.st_size;
	}
	return rc;
}

static errint delete_all(struct collection *c, struct err *err)
{
	ERR(ignored);
	errint rc = db_durable(c->s, true, err);

	if (!rc)
		rc = delete_dead(c, err);
	/* It may be what another collector unregistered before it was killed. */
	if (!rc && !c->full && c->junk.n)
		rc = db_settle(c->s, err);
	for (size_t i = 0; !rc && !c->full && i < c->junk.n; i++)
		rc = delete_junk(c, c->junk.v[i], err);
	if (!rc)
		rc = delete_links(c, err);
	/* Setting it back can only fail with the handle, which is told elsewhere. */
	if (db_durable(c->s, false, &ignored))
		err_clear(&ignored);
	return rc;
}

/* ---- only some ---- */

static errint check_deletable(struct collection *c, struct str path, struct str_set all,
			      struct err *err)
{
	struct str_set referrers;
	errint rc = db_paths(c->s, c->a, DB_QUERY_REFERRERS, &path, &referrers, err);
	bool alive =
		path_map_get(&c->live, path) || (c->server && gc_server_protects(c->server, path));

	for (size_t i = 0; !rc && !alive && i < referrers.n; i++)
		alive = !str_eq(referrers.v[i], path) && !str_set_has(all, referrers.v[i]);
	if (rc || !alive)
		return rc;
	err_set(err, ERR_DENIED, "cannot delete path '%.*s' since it is still alive",
		STR_ARG(path));
	return err_hint(err, "nix-store --query --roots '%.*s' tells why", STR_ARG(path));
}

/* Reduces what is dead to the paths asked for, after checking that nothing keeps them. */
static errint restrict_to(struct collection *c, struct err *err)
{
	struct str_set wanted = {.v = ARENA_ARRAY(c->a, struct str, c->o->n_paths),
				 .n = c->o->n_paths};
	size_t n_dead = 0, n_junk = 0;

	memcpy(wanted.v, c->o->paths, wanted.n * sizeof(*wanted.v));
	str_set_sort(&wanted);
	for (size_t i = 0; i < wanted.n; i++) {
		errint rc = store_path_check(c->s, wanted.v[i], err);
		if (!rc)
			rc = check_deletable(c, wanted.v[i], wanted, err);
		if (rc)
			return rc;
	}
	for (size_t i = 0; i < c->dead.n; i++) {
		if (str_set_has(wanted, c->dead.v[i]))
			c->dead.v[n_dead++] = c->dead.v[i];
	}
	for (size_t i = 0; i < c->junk.n; i++) {
		if (str_set_has(wanted, c->junk.v[i]))
			c->junk.v[n_junk++] = c->junk.v[i];
	}
	c->dead.n = n_dead;
	c->junk.n = n_junk;
	return 0;
}

/* ---- the whole ---- */

static errint take_gc_lock(struct collection *c, struct err *err)
{
	errint rc = store_gc_lock_open(c->s, err);

	if (!rc)
		rc = fd_lock(c->s->gc_lock, !c->o->dry_run, false, err);
	if (rc)
		return err_wrap(err, "waiting for the garbage collector's lock");
	c->locked = true;
	return c->o->dry_run ? 0 : gc_server_start(c->s, &c->server, err);
}

static void result_live(struct collection *c, struct str_set all, struct str_set *out)
{
	out->v = ARENA_ARRAY(c->a, struct str, all.n);
	for (size_t i = 0; i < all.n; i++) {
		if (path_map_get(&c->live, all.v[i]))
			out->v[out->n++] = all.v[i];
	}
}

/* Dead are valid paths that nothing keeps, and remains that are named like store paths. */
static void result_dead(struct collection *c, struct str_set *out)
{
	out->v = ARENA_ARRAY(c->a, struct str, c->dead.n + c->junk.n);
	for (size_t i = 0; i < c->dead.n; i++)
		out->v[out->n++] = c->dead.v[i];
	for (size_t i = 0; i < c->junk.n; i++) {
		if (store_path_is(store_dir(c->s), c->junk.v[i]))
			out->v[out->n++] = c->junk.v[i];
	}
	str_set_sort(out);
}

/* What deleting them would free, with the links of an optimised store, which go with the last file.
 */
static uint64_t measure(const struct collection *c, struct str_set paths)
{
	nlink_t links = faccessat(c->s->store_fd, ".links", F_OK, 0) == 0 ? 2 : 1;
	uint64_t sum = 0;

	for (size_t i = 0; i < paths.n; i++) {
		char *name CLEANUP_FREE = str_dupz(path_base(paths.v[i]));
		sum += tree_size(c->s->store_fd, name, links, 0);
	}
	return sum;
}

static errint collect(struct collection *c, struct gc_result *out, struct err *err)
{
	errint rc = find_live(c, err);

	if (!rc)
		rc = find_dead(c, err);
	if (!rc && c->o->paths)
		rc = restrict_to(c, err);
	if (rc)
		return rc;
	if (c->o->list_live) {
		struct str_set all;
		rc = db_paths(c->s, c->a, DB_QUERY_ALL, NULL, &all, err);
		if (!rc)
			result_live(c, all, &out->paths);
		return rc;
	}
	if (c->o->dry_run || c->o->list_dead) {
		result_dead(c, &out->paths);
		out->freed = c->o->measure ? measure(c, out->paths) : 0;
		return 0;
	}
	rc = delete_all(c, err);
	if (rc)
		return rc;
	out->paths.v = ARENA_ARRAY(c->a, struct str, c->n_gone);
	out->paths.n = c->n_gone;
	if (c->n_gone)
		memcpy(out->paths.v, c->gone, c->n_gone * sizeof(*c->gone));
	out->freed = c->freed;
	return 0;
}

void store_gc_bound(struct gc_options *o, uint64_t bytes)
{
	o->nothing = bytes == 0;
	o->max_freed = bytes == GC_UNBOUNDED ? 0 : bytes;
}

errint store_gc(struct store *s, struct arena *a, const struct gc_options *o, struct gc_result *out,
		struct err *err)
{
	struct gc_options options = *o;
	options.dry_run |= o->list_live || o->list_dead;
	struct collection c CLEANUP(collection_release) = {.s = s, .a = a, .o = &options};
	struct gc_result result = {0};
	errint rc = store_flush(s, err);

	if (!rc && o->nothing && !o->list_live && !o->list_dead) {
		*out = result;
		return 0;
	}
	if (!rc)
		rc = store_make_writable(s, err);
	if (!rc)
		rc = take_gc_lock(&c, err);
	if (!rc)
		rc = db_open(s, true, err);
	if (!rc)
		rc = collect(&c, &result, err);
	/* What this handle knew to be there may be gone. */
	path_map_release(&s->added);
	if (!rc)
		*out = result;
	return rc;
}
