/* SPDX-License-Identifier: MIT
 *
 * The SQLite database of valid paths, in Nix's schema 10, opened on first need. Nix opens the
 * same file with the same journal mode and the same locks; every change is one transaction. */
#include "store/store_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/process.h"

enum {
	BUSY_STEP_MS = 20,
	BUSY_STEPS = 3600 * 1000 / BUSY_STEP_MS, /* an hour, as Nix waits */
};

static const char *const statements[] = {
#define X(id, sql) sql,
	DB_STATEMENTS(X)
#undef X
};

errint db_fail(struct store *s, sqlite3 *h, const char *what, struct err *err)
{
	int code = sqlite.errcode(h);
	bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
	const char *text = sqlite.errmsg(h);

	if (code == SQLITE_INTERRUPT || (code == SQLITE_BUSY && interrupted()))
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	damaged |= strncmp(text, "no such ", strlen("no such ")) == 0;
	errint rc = err_set(err, damaged ? ERR_CORRUPT : ERR_FAILED,
			    "%s the database '%s/db/db.sqlite': %s", what, s->real_state, text);
	if (code == SQLITE_FULL)
		err->sys = ENOSPC;
	if (damaged)
		err_hint(err,
			 "put a good copy of '%s/db' back, or move it away and register what the "
			 "store holds with 'kiln store --load-db' and an earlier --dump-db",
			 s->real_state);
	return rc;
}

static int on_busy(void *unused, int times)
{
	if (interrupted() || times > BUSY_STEPS)
		return 0;
	usleep(BUSY_STEP_MS * 1000);
	return 1;
}

void db_close(struct store_db *db)
{
	if (!db)
		return;
	for (size_t i = 0; db->h && i < ARRAY_LEN(db->stmts); i++)
		sqlite.finalize(db->stmts[i]);
	if (db->h)
		sqlite.close(db->h);
	if (db->big_lock >= 0)
		close(db->big_lock);
	free(db);
}

static void db_close_cleanup(struct store_db **db)
{
	db_close(*db);
}

errint db_exec_sql(struct store *s, struct store_db *db, const char *sql, const char *what,
		   struct err *err)
{
	if (sqlite.exec(db->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(s, db->h, what, err);
	return 0;
}

/* SQLite's URIs: the file as it stands, without a look at the log. */
static char *immutable_uri(const char *path)
{
	BUF(uri, LIMIT_SMALL_FILE);

	buf_putz(&uri, "file:");
	for (const char *p = path; *p; p++) {
		if (strchr("%?#", *p))
			buf_printf(&uri, "%%%02x", (unsigned char)*p);
		else
			buf_putc(&uri, *p);
	}
	buf_putz(&uri, "?immutable=1");
	return xstrdup(buf_z(&uri));
}

errint db_open_handle(struct store *s, struct store_db *db, int flags, bool immutable,
		      struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/db.sqlite");
	char *uri CLEANUP_FREE = immutable ? immutable_uri(path) : NULL;
	errint rc = sqlite_load(err);

	if (rc)
		return rc;
	int status =
		sqlite.open_v2(uri ? uri : path, &db->h,
			       flags | (uri ? SQLITE_OPEN_URI : 0) | SQLITE_OPEN_NOMUTEX, NULL);

	if (status != SQLITE_OK)
		return db_fail(s, db->h, "cannot open", err);
	sqlite.busy_handler(db->h, on_busy, NULL);
	return 0;
}

/* Write-ahead logging as Nix's default; where the file system cannot share memory (NFS), SQLite
 * keeps the mode that it can. */
errint db_set_pragmas(struct store *s, struct store_db *db, struct err *err)
{
	return db_exec_sql(s, db,
			   "pragma foreign_keys = 1; pragma synchronous = normal;"
			   "pragma main.journal_mode = wal; pragma wal_autocheckpoint = 40000;",
			   "cannot set up", err);
}

const char *db_missing(struct store_db *db)
{
	for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
		sqlite3_stmt *stmt = NULL;
		int status = sqlite.prepare_v2(db->h, statements[i], -1, &stmt, NULL);
		sqlite.finalize(stmt);
		if (status != SQLITE_OK)
			return sqlite.errmsg(db->h);
	}
	return NULL;
}

/* Somebody else's store that we may only read. While its owner has it open there is a write-ahead
 * log, which SQLite can read beside him; else all is in the file itself, and without permission to
 * create the log's files it can only be taken as it stands. */
static errint open_for_reading(struct store *s, struct store_db *db, struct err *err)
{
	char *folder CLEANUP_FREE = store_state_file(s, "db");
	char *log CLEANUP_FREE = store_state_file(s, "db/db.sqlite-wal");

	if (access(folder, W_OK) == 0)
		return db_open_writable(s, db, err);
	db->readonly = true;
	bool live = access(log, R_OK) == 0;
	errint rc = db_open_handle(s, db, SQLITE_OPEN_READONLY, !live, err);
	if (rc || !live || !sqlite.exec(db->h, "select 1 from ValidPaths", NULL, NULL, NULL))
		return rc;
	sqlite.close(STEAL(db->h));
	return db_open_handle(s, db, SQLITE_OPEN_READONLY, true, err);
}

static errint db_not_open(struct err *err)
{
	bool full = err->sys == ENOSPC || err->sys == EDQUOT;

	err_wrap(err, "opening the store");
	return err->hint || full || err->code == ERR_CORRUPT
		       ? err->code
		       : err_hint(err, "--store or KILN_STORE name another place for the store");
}

errint db_open(struct store *s, bool write, struct err *err)
{
	if (write) {
		errint rc = store_make_writable(s, err);
		if (rc)
			return rc;
		if (s->db && s->db->readonly)
			return err_set(err, ERR_DENIED, "the store '%s' cannot be written",
				       s->real_store);
	}
	if (s->db)
		return 0;

	struct store_db *db CLEANUP(db_close_cleanup) = xcalloc(1, sizeof(*db));
	db->big_lock = -1;
	errint rc = 0;
	if (write) {
		rc = db_open_writable(s, db, err);
	} else {
		bool none;
		rc = db_look(s, &none, err);
		if (!rc && none)
			return 0;
		if (!rc)
			rc = open_for_reading(s, db, err);
	}
	if (rc)
		return db_not_open(err);
	s->db = STEAL(db);
	return 0;
}

errint db_stmt(struct store *s, enum db_stmt id, sqlite3_stmt **out, struct err *err)
{
	sqlite3_stmt **kept = &s->db->stmts[id];

	if (!*kept && sqlite.prepare_v3(s->db->h, statements[id], -1, SQLITE_PREPARE_PERSISTENT,
					kept, NULL) != SQLITE_OK)
		return db_fail(s, s->db->h, "cannot use", err);
	*out = *kept;
	return 0;
}

void db_done(sqlite3_stmt **stmt)
{
	if (!*stmt)
		return;
	sqlite.reset(*stmt);
	sqlite.clear_bindings(*stmt);
}

void db_bind_str(sqlite3_stmt *stmt, int i, struct str v)
{
	sqlite.bind_text(stmt, i, v.p ? v.p : "", (int)v.n, SQLITE_STATIC);
}

errint db_step(struct store *s, sqlite3_stmt *stmt, bool *row, struct err *err)
{
	int status = sqlite.step(stmt);

	if (status != SQLITE_ROW && status != SQLITE_DONE)
		return db_fail(s, s->db->h, "cannot use", err);
	*row = status == SQLITE_ROW;
	return 0;
}

errint db_exec(struct store *s, enum db_stmt id, struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	bool row = false;
	errint rc = db_stmt(s, id, &stmt, err);

	return rc ? rc : db_step(s, stmt, &row, err);
}

errint db_reading_begin(struct store *s, struct db_reading *out, struct err *err)
{
	errint rc = db_open(s, false, err);

	if (rc || !s->db || !sqlite.get_autocommit(s->db->h))
		return rc;
	rc = db_exec(s, DB_BEGIN_READING, err);
	if (!rc)
		out->s = s;
	return rc;
}

void db_reading_end(struct db_reading *r)
{
	ERR(ignored);

	/* It changed nothing that could be lost. */
	if (r->s && db_exec(r->s, DB_COMMIT, &ignored))
		err_clear(&ignored);
	r->s = NULL;
}

struct str db_column(struct arena *a, sqlite3_stmt *stmt, int i)
{
	const void *p = sqlite.column_text(stmt, i);
	int n = sqlite.column_bytes(stmt, i);

	return p ? arena_str(a, str_n(p, (size_t)n)) : S("");
}

errint db_paths(struct store *s, struct arena *a, enum db_stmt id, const struct str *arg,
		struct str_set *out, struct err *err)
{
	*out = (struct str_set){0};
	errint rc = db_open(s, false, err);
	if (rc || !s->db)
		return rc;

	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	struct str *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;
	rc = db_stmt(s, id, &stmt, err);
	if (rc)
		return rc;
	if (arg)
		db_bind_str(stmt, 1, *arg);
	for (;;) {
		bool row = false;
		rc = db_step(s, stmt, &row, err);
		if (rc)
			return rc;
		if (!row)
			break;
		ARRAY_GROW(v, n, cap);
		v[n++] = db_column(a, stmt, 0);
	}
	out->v = ARENA_ARRAY(a, struct str, n);
	out->n = n;
	if (n)
		memcpy(out->v, v, n * sizeof(*v));
	str_set_sort(out);
	return 0;
}

errint db_is_valid(struct store *s, struct str path, bool *out, struct err *err)
{
	errint rc = db_open(s, false, err);
	if (rc)
		return rc;
	if (!s->db) {
		*out = false;
		return 0;
	}
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	rc = db_stmt(s, DB_FIND_ID, &stmt, err);
	if (rc)
		return rc;
	db_bind_str(stmt, 1, path);
	return db_step(s, stmt, out, err);
}

errint db_newest_named(struct store *s, struct arena *a, struct str name, struct newest *out,
		       struct err *err)
{
	bool row = false;

	*out = (struct newest){.path = S("")};
	errint rc = db_open(s, false, err);
	if (rc || !s->db)
		return rc;

	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	rc = db_stmt(s, DB_NEWEST_NAMED, &stmt, err);
	if (rc)
		return rc;
	/* counted from 1 */
	size_t from = strlen(s->cfg.store_dir) + 1 + STORE_HASH_LEN + 1 + 1;
	sqlite.bind_int64(stmt, 1, (sqlite3_int64)from);
	db_bind_str(stmt, 2, name);
	rc = db_step(s, stmt, &row, err);
	if (rc || !row)
		return rc;
	out->path = db_column(a, stmt, 0);
	out->registered = (time_t)sqlite.column_int64(stmt, 1);
	return 0;
}

errint db_nar_hash(struct store *s, struct str path, struct hash *hash, uint64_t *size,
		   struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	bool row = false;
	errint rc = db_stmt(s, DB_QUERY_HASH, &stmt, err);

	if (rc)
		return rc;
	db_bind_str(stmt, 1, path);
	rc = db_step(s, stmt, &row, err);
	if (rc)
		return rc;
	if (!row)
		return store_not_valid(path, err);
	struct str text = str_n((const char *)sqlite.column_text(stmt, 0),
				(size_t)sqlite.column_bytes(stmt, 0));
	*size = (uint64_t)sqlite.column_int64(stmt, 1);
	rc = hash_parse(text, HASH_SHA256, hash, err);
	return rc ? err_wrap(err, "database entry of '%.*s'", STR_ARG(path)) : 0;
}

errint db_durable(struct store *s, bool durable, struct err *err)
{
	return db_exec_sql(s, s->db,
			   durable ? "pragma synchronous = full" : "pragma synchronous = normal",
			   "cannot set up", err);
}

errint db_settle(struct store *s, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/db.sqlite-wal");
	int fd CLEANUP_FD = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0 || fdatasync(fd) < 0)
		return err_sys(err, "cannot write '%s' to the disk", path);
	return 0;
}
