/* SPDX-License-Identifier: MIT
 *
 * What becomes valid becomes so here, in one transaction with its references. A path is in the
 * database only after its files are on the disk, durably. */
#include "store/store_int.h"

#include <stdlib.h>
#include "base/environ.h"
#include "base/report.h"
#include "store/optimise.h"

static void bind_or_null(sqlite3_stmt *stmt, int i, struct str v)
{
	if (v.n)
		db_bind_str(stmt, i, v);
	else
		sqlite.bind_null(stmt, i);
}

static void bind_positive(sqlite3_stmt *stmt, int i, uint64_t v)
{
	if (v)
		sqlite.bind_int64(stmt, i, (sqlite3_int64)v);
	else
		sqlite.bind_null(stmt, i);
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
		*out = sqlite.column_int64(stmt, 0);
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
	sqlite.bind_int64(stmt, 3, info->registered ? info->registered : clock_unix());
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
	sqlite.bind_int64(stmt, 1, drv);
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
	*id = sqlite.last_insert_rowid(s->db->h);
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
		sqlite.bind_int64(stmt, 1, id);
		sqlite.bind_int64(stmt, 2, ref);
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

/* What is valid stays so, whether its files could be linked or not. */
static void optimise_registered(struct store *s, const struct registration *v, size_t n)
{
	struct optimise_result result = {0};
	ERR(err);

	for (size_t i = 0; i < n; i++) {
		if (!store_optimise_path(s, v[i].info.path, &result, &err))
			continue;
		report_msg(s->report, REPORT_WARN, "%s", err.msg);
		err_clear(&err);
	}
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
	else if (s->optimise)
		optimise_registered(s, v, n);
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

errint db_invalidate(struct store *s, const struct str *paths, size_t n, struct err *err)
{
	errint rc = db_open(s, true, err);

	if (!rc)
		rc = db_exec(s, DB_BEGIN, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n; i++)
		rc = invalidate(s, paths[i], err);
	if (!rc)
		rc = db_exec(s, DB_COMMIT, err);
	if (rc)
		rollback(s);
	return rc;
}
