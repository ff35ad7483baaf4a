/* SPDX-License-Identifier: MIT
 *
 * Group commit. Finished objects are moved to their places, all of them; one flush of the file
 * system makes contents and names durable; one transaction then says that they are valid. So the
 * price of a promise that survives a power cut is paid once a batch, and a batch is valid as a
 * whole or not at all. */
#include "store/store_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"

char *store_temp_name(struct str path)
{
	return xasprintf("%.*s-kiln-%ld.tmp", STR_ARG(store_path_hash_part(path)), (long)getpid());
}

errint store_sync(struct store *s, struct err *err)
{
	if (syncfs(s->store_fd) < 0)
		return err_sys(err, "cannot write the store '%s' to the disk", s->real_store);
	return 0;
}

/* ---- places ---- */

/* What lies at an object's place without being registered goes the moment the object comes: where
 * the file system can exchange two names there is always one of them. */
static errint replace(struct store *s, int from_dir, const char *from, const char *name,
		      struct err *err)
{
	if (renameat2(from_dir, from, s->store_fd, name, RENAME_EXCHANGE) == 0)
		return remove_tree(from_dir, from, err);
	errint rc = remove_tree(s->store_fd, name, err);
	if (rc)
		return rc;
	if (renameat(from_dir, from, s->store_fd, name) < 0)
		return err_sys(err, "cannot move '%s' into the store", name);
	return 0;
}

static errint move_in(struct store *s, int from_dir, const char *from, struct str path,
		      struct err *err)
{
	char *name CLEANUP_FREE = str_dupz(store_path_base(path));

	if (renameat(from_dir, from, s->store_fd, name) == 0)
		return 0;
	if (errno != EEXIST && errno != ENOTEMPTY && errno != EISDIR && errno != ENOTDIR)
		return err_sys(err, "cannot move '%s' into the store", name);
	return replace(s, from_dir, from, name, err);
}

errint store_move_in(struct store *s, const char *temp, struct str path, struct err *err)
{
	return move_in(s, s->store_fd, temp, path, err);
}

/* rename(2) of a folder to another parent needs the right to write the folder itself. */
static errint unlock_folder(const char *path, mode_t *mode, struct err *err)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_sys(err, "cannot read '%s'", path);
	*mode = 0;
	if (!S_ISDIR(st.st_mode) || st.st_mode & S_IWUSR)
		return 0;
	if (chmod(path, (st.st_mode & 07777) | S_IWUSR) < 0)
		return err_sys(err, "cannot change the mode of '%s'", path);
	*mode = st.st_mode & 07777;
	return 0;
}

static errint place(struct store *s, const struct store_object *o, struct err *err)
{
	char *to CLEANUP_FREE = store_real_path(s, o->info.path);
	mode_t mode;
	errint rc = unlock_folder(o->from, &mode, err);

	if (!rc)
		rc = move_in(s, AT_FDCWD, o->from, o->info.path, err);
	if (!rc && mode && chmod(to, mode) < 0)
		rc = err_sys(err, "cannot change the mode of '%s'", to);
	return rc ? err_wrap(err, "placing '%.*s'", STR_ARG(o->info.path)) : 0;
}

/* An object whose batch failed is its maker's again. */
static void take_back(struct store *s, const struct store_object *v, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		char *at CLEANUP_FREE = store_real_path(s, v[i].info.path);
		mode_t mode;
		ERR(ignored);

		if (!v[i].from || unlock_folder(at, &mode, &ignored))
			continue;
		/* it may have gone as scratch */
		char *parent CLEANUP_FREE = str_dupz(path_dir(str_c(v[i].from)));
		if (mkdir_p(AT_FDCWD, parent, 0700, &ignored))
			continue;
		if (rename(at, v[i].from) == 0 && mode)
			(void)!chmod(v[i].from, mode);
	}
}

/* ---- what a batch may hold ---- */

/* Takes away, round by round, what refers only to what is gone already; the rest is a cycle. */
static errint check_cycles(const struct store_object *v, size_t n, struct err *err)
{
	struct path_map at CLEANUP(path_map_release) = {0};
	bool *gone CLEANUP_FREE = xcalloc(n, sizeof(*gone));
	size_t left = n;

	for (size_t i = 0; i < n; i++)
		path_map_put(&at, v[i].info.path, &gone[i]);
	for (bool progress = true; progress && left > 0;) {
		progress = false;
		for (size_t i = 0; i < n; i++) {
			bool free_now = !gone[i];
			for (size_t k = 0; free_now && k < v[i].info.n_refs; k++) {
				const bool *ref = path_map_get(&at, v[i].info.refs[k]);
				free_now = !ref || ref == &gone[i] || *ref;
			}
			if (!free_now)
				continue;
			gone[i] = progress = true;
			left--;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (!gone[i])
			return err_set(err, ERR_BUILD, "cycle detected in the references of '%.*s'",
				       STR_ARG(v[i].info.path));
	}
	return 0;
}

errint registration_of(struct store *s, struct arena *a, const struct path_info *info,
		       struct registration *out, struct err *err)
{
	*out = (struct registration){.info = *info};
	if (!store_path_is_drv(info->path))
		return 0;
	struct drv d;
	errint rc = store_read_drv(s, a, info->path, &d, err);
	if (!rc)
		rc = drv_check(s, &d, err);
	if (rc)
		return err_wrap(err, "registering '%.*s'", STR_ARG(info->path));
	out->outputs = d.outputs;
	out->n_outputs = d.n_outputs;
	return 0;
}

static errint register_placed(struct store *s, const struct store_object *v, size_t n,
			      struct err *err)
{
	ARENA(a);
	struct registration *rows = ARENA_ARRAY(&a, struct registration, n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = registration_of(s, &a, &v[i].info, &rows[i], err);
	if (!rc)
		rc = store_sync(s, err);
	/* Once they are valid nobody would look at these again. */
	for (size_t i = 0; !rc && i < n; i++) {
		if (v[i].scratch)
			remove_tree_quietly(AT_FDCWD, v[i].scratch);
	}
	return rc ? rc : db_register(s, rows, n, err);
}

errint store_commit(struct store *s, const struct store_object *v, size_t n, struct err *err)
{
	size_t placed = 0;
	errint rc = store_flush(s, err);

	if (!rc)
		rc = check_cycles(v, n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = store_path_check(s, v[i].info.path, err);
	if (!rc)
		rc = store_make_writable(s, err);
	for (; !rc && placed < n; placed += !rc)
		rc = v[placed].from ? place(s, &v[placed], err) : 0;
	if (!rc)
		rc = register_placed(s, v, n, err);
	if (rc)
		take_back(s, v, placed);
	return rc;
}

errint store_register(struct store *s, const struct path_info *infos, size_t n, struct err *err)
{
	struct store_object *v CLEANUP_FREE = xcalloc(n + 1, sizeof(*v));

	for (size_t i = 0; i < n; i++)
		v[i].info = infos[i];
	return store_commit(s, v, n, err);
}

/* ---- repairing ---- */

static errint check_copy(struct store *s, struct str path, const char *from, struct err *err)
{
	struct hash want, got;
	uint64_t size;
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_open(s, true, err);
	if (!rc)
		rc = db_nar_hash(s, path, &want, &size, err);
	if (!rc)
		rc = nar_hash(AT_FDCWD, from, &got, &size, err);
	if (rc || hash_eq(&want, &got))
		return rc;
	return hash_mismatch(err, HASH_OF_REPAIR, path, &want, &got);
}

errint store_replace(struct store *s, struct str path, const char *from, struct err *err)
{
	struct store_object o = {.info.path = path, .from = from};
	errint rc = check_copy(s, path, from, err);

	/* Durable before it takes the place of what was registered: the old one may be the better
	 * half after a power cut. */
	if (!rc)
		rc = store_sync(s, err);
	if (!rc)
		rc = place(s, &o, err);
	if (!rc)
		rc = store_sync(s, err);
	return rc ? err_wrap(err, "repairing '%.*s'", STR_ARG(path)) : 0;
}
