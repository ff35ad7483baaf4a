/* SPDX-License-Identifier: MIT
 *
 * What becomes valid becomes so here, in one transaction with its references. A path is in the
 * database only after its files are on the disk, durably. */
#include "store/store_int.h"

#include <stdlib.h>
#include "base/environ.h"

static void bind_or_null(sqlite3_stmt *stmt, int i, struct str v)
{
	if (v.n)
		db_bind_str(stmt, i, v);
	else
		sqlite3_bind_null(stmt, i);
}

static void bind_positive(sqlite3_stmt *stmt, int i, uint64_t v)
{
	if (v)
		sqlite3_bind_int64(stmt, i, (sqlite3_int64)v);
	else
		sqlite3_bind_null(stmt, i);
}

static errint find_id(struct store *s, struct str path, sqlite3_int64 *out, bool *found,
		      struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	errint rc = db_stmt(s, DB_FIND_ID, &stmt, err);

	if (rc)
		return rc;
	db_bind_str(stmt, 1, path);
	rc = db_step(s, stmt, found, err);
	if (!rc && *found)
		*out = sqlite3_column_int64(stmt, 0);
	return rc;
}

static errint insert_path(struct store *s, const struct path_info *info, struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	char hash[HASH_TEXT_MAX];
	bool row;
	errint rc = db_stmt(s, DB_INSERT_PATH, &stmt, err);

	if (rc)
		return rc;
	db_bind_str(stmt, 1, info->path);
	db_bind_str(stmt, 2, str_c(hash_format(&info->nar_hash, HASH_BASE16, true, hash)));
	sqlite3_bind_int64(stmt, 3, info->registered ? info->registered : clock_unix());
	bind_or_null(stmt, 4, info->deriver);
	bind_positive(stmt, 5, info->nar_size);
	bind_positive(stmt, 6, info->ultimate);
	bind_or_null(stmt, 7, info->sigs);
	bind_or_null(stmt, 8, info->ca);
	return db_step(s, stmt, &row, err);
}

static errint update_path(struct store *s, const struct path_info *info, struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	char hash[HASH_TEXT_MAX];
	bool row;
	errint rc = db_stmt(s, DB_UPDATE_PATH, &stmt, err);

	if (rc)
		return rc;
	bind_positive(stmt, 1, info->nar_size);
	db_bind_str(stmt, 2, str_c(hash_format(&info->nar_hash, HASH_BASE16, true, hash)));
	bind_positive(stmt, 3, info->ultimate);
	bind_or_null(stmt, 4, info->sigs);
	bind_or_null(stmt, 5, info->ca);
	db_bind_str(stmt, 6, info->path);
	return db_step(s, stmt, &row, err);
}

static errint insert_output(struct store *s, sqlite3_int64 drv, const struct drv_output *o,
			    struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	bool row;
	errint rc = db_stmt(s, DB_INSERT_OUTPUT, &stmt, err);

	if (rc)
		return rc;
	sqlite3_bind_int64(stmt, 1, drv);
	db_bind_str(stmt, 2, o->name);
	db_bind_str(stmt, 3, o->path);
	return db_step(s, stmt, &row, err);
}

static errint put_path(struct store *s, const struct registration *r, sqlite3_int64 *id,
		       struct err *err)
{
	bool known;
	errint rc = find_id(s, r->info.path, id, &known, err);

	if (!rc && known)
		return update_path(s, &r->info, err);
	if (!rc)
		rc = insert_path(s, &r->info, err);
	if (rc)
		return rc;
	*id = sqlite3_last_insert_rowid(s->db->h);
	for (size_t i = 0; !rc && i < r->n_outputs; i++)
		rc = insert_output(s, *id, &r->outputs[i], err);
	return rc;
}

static errint put_refs(struct store *s, const struct path_info *info, sqlite3_int64 id,
		       struct err *err)
{
	for (size_t i = 0; i < info->n_refs; i++) {
		sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
		sqlite3_int64 ref = 0;
		bool known, row;
		errint rc = find_id(s, info->refs[i], &ref, &known, err);
		if (!rc && !known)
			rc = err_set(err, ERR_NOT_FOUND,
				     "'%.*s' refers to '%.*s', which is not valid",
				     STR_ARG(info->path), STR_ARG(info->refs[i]));
		if (!rc)
			rc = db_stmt(s, DB_INSERT_REF, &stmt, err);
		if (rc)
			return rc;
		sqlite3_bind_int64(stmt, 1, id);
		sqlite3_bind_int64(stmt, 2, ref);
		rc = db_step(s, stmt, &row, err);
		if (rc)
			return rc;
	}
	return 0;
}

static errint put_all(struct store *s, const struct registration *v, size_t n, struct err *err)
{
	sqlite3_int64 *ids CLEANUP_FREE = xcalloc(n, sizeof(*ids));
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = put_path(s, &v[i], &ids[i], err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = put_refs(s, &v[i].info, ids[i], err);
	return rc;
}

static void rollback(struct store *s)
{
	ERR(ignored);

	/* SQLite has rolled back by itself after some failures; then this one fails. */
	if (db_exec(s, DB_ROLLBACK, &ignored))
		return;
}

errint db_register(struct store *s, const struct registration *v, size_t n, struct err *err)
{
	errint rc = db_open(s, true, err);

	if (!rc)
		rc = db_exec(s, DB_BEGIN, err);
	if (rc)
		return rc;
	rc = put_all(s, v, n, err);
	if (!rc)
		rc = db_exec(s, DB_COMMIT, err);
	if (rc)
		rollback(s);
	return rc;
}

static errint delete_row(struct store *s, struct str path, struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	bool row;
	errint rc = db_stmt(s, DB_DELETE_PATH, &stmt, err);

	if (rc)
		return rc;
	db_bind_str(stmt, 1, path);
	return db_step(s, stmt, &row, err);
}

static errint invalidate(struct store *s, struct str path, struct err *err)
{
	ARENA(a);
	struct str_set referrers;
	errint rc = db_paths(s, &a, DB_QUERY_REFERRERS, &path, &referrers, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < referrers.n; i++) {
		if (!str_eq(referrers.v[i], path))
			return err_set(err, ERR_DENIED,
				       "cannot delete path '%.*s' because it is in use by '%.*s'",
				       STR_ARG(path), STR_ARG(referrers.v[i]));
	}
	return delete_row(s, path, err);
}

errint db_invalidate(struct store *s, struct str path, struct err *err)
{
	errint rc = db_open(s, true, err);

	if (!rc)
		rc = db_exec(s, DB_BEGIN, err);
	if (rc)
		return rc;
	rc = invalidate(s, path, err);
	if (!rc)
		rc = db_exec(s, DB_COMMIT, err);
	if (rc)
		rollback(s);
	return rc;
}

/* ---- what the build registers ---- */

static ptrdiff_t index_of(const struct path_info *v, size_t n, struct str path)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(v[i].path, path))
			return (ptrdiff_t)i;
	}
	return -1;
}

/* Takes away, round by round, what refers only to what is gone already; the rest is a cycle. The
 * paths registered together are the outputs of one derivation: few. */
static errint check_cycles(const struct path_info *v, size_t n, struct err *err)
{
	bool *gone CLEANUP_FREE = xcalloc(n, sizeof(*gone));
	size_t left = n;

	for (bool progress = true; progress && left > 0;) {
		progress = false;
		for (size_t i = 0; i < n; i++) {
			bool free_now = !gone[i];
			for (size_t k = 0; free_now && k < v[i].n_refs; k++) {
				ptrdiff_t at = index_of(v, n, v[i].refs[k]);
				free_now = at < 0 || at == (ptrdiff_t)i || gone[at];
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
				       STR_ARG(v[i].path));
	}
	return 0;
}

/* The outputs of a .drv that came as a finished file, from a cache or a copy. */
static errint registration_of(struct store *s, struct arena *a, const struct path_info *info,
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

errint store_register(struct store *s, const struct path_info *infos, size_t n, struct err *err)
{
	ARENA(a);
	struct registration *v = ARENA_ARRAY(&a, struct registration, n);
	errint rc = store_flush(s, err);

	if (!rc)
		rc = check_cycles(infos, n, err);
	for (size_t i = 0; !rc && i < n; i++) {
		rc = store_path_check(s, infos[i].path, err);
		if (!rc)
			rc = registration_of(s, &a, &infos[i], &v[i], err);
	}
	if (!rc)
		rc = store_make_writable(s, err);
	if (!rc)
		rc = store_sync(s, err);
	return rc ? rc : db_register(s, v, n, err);
}
