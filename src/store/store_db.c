/* SPDX-License-Identifier: MIT
 *
 * The SQLite database of valid paths, in Nix's schema 10, opened on first need. Nix opens the
 * same file with the same journal mode and the same locks; every change is one transaction. */
#include "store/store_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

enum {
	SCHEMA = 10,
	BUSY_STEP_MS = 20,
	BUSY_STEPS = 3600 * 1000 / BUSY_STEP_MS, /* an hour, as Nix waits */
};

/* The tables, columns and triggers of Nix's schema 10; the names are the format. */
static const char schema_sql[] =
	"create table if not exists ValidPaths ("
	" id integer primary key autoincrement not null, path text unique not null,"
	" hash text not null, registrationTime integer not null, deriver text,"
	" narSize integer, ultimate integer, sigs text, ca text);"
	"create table if not exists Refs ("
	" referrer integer not null, reference integer not null,"
	" primary key (referrer, reference),"
	" foreign key (referrer) references ValidPaths(id) on delete cascade,"
	" foreign key (reference) references ValidPaths(id) on delete restrict);"
	"create index if not exists IndexReferrer on Refs(referrer);"
	"create index if not exists IndexReference on Refs(reference);"
	/* A self-reference would forbid its own deletion by 'on delete restrict'. */
	"create trigger if not exists DeleteSelfRefs before delete on ValidPaths begin"
	" delete from Refs where referrer = old.id and reference = old.id; end;"
	"create table if not exists DerivationOutputs ("
	" drv integer not null, id text not null, path text not null,"
	" primary key (drv, id),"
	" foreign key (drv) references ValidPaths(id) on delete cascade);"
	"create index if not exists IndexDerivationOutputs on DerivationOutputs(path);";

static const char *const statements[] = {
#define X(id, sql) sql,
	DB_STATEMENTS(X)
#undef X
};

static errint db_fail(struct store *s, sqlite3 *h, const char *what, struct err *err)
{
	int code = sqlite3_errcode(h);

	if (code == SQLITE_INTERRUPT || (code == SQLITE_BUSY && interrupted()))
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	err_set(err, code == SQLITE_CORRUPT ? ERR_CORRUPT : ERR_FAILED,
		"%s the database '%s/db/db.sqlite': %s", what, s->real_state, sqlite3_errmsg(h));
	if (code == SQLITE_FULL)
		err->sys = ENOSPC;
	return err->code;
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
	for (size_t i = 0; i < ARRAY_LEN(db->stmts); i++)
		sqlite3_finalize(db->stmts[i]);
	sqlite3_close(db->h);
	if (db->big_lock >= 0)
		close(db->big_lock);
	free(db);
}

static void db_close_cleanup(struct store_db **db)
{
	db_close(*db);
}

static errint exec_sql(struct store *s, struct store_db *db, const char *sql, const char *what,
		       struct err *err)
{
	if (sqlite3_exec(db->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(s, db->h, what, err);
	return 0;
}

/* 0 when there is no schema file: a new store, or one whose creation was cut short. */
static errint read_schema(struct store *s, uint64_t *out, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/schema");
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = file_read(AT_FDCWD, path, &text, err);

	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		*out = 0;
		return 0;
	}
	if (rc)
		return rc;
	if (!str_to_u64(str_trim(buf_str(&text)), out))
		return err_set(err, ERR_CORRUPT, "'%s' holds no number", path);
	if (*out != SCHEMA)
		return err_set(err, ERR_UNSUPPORTED,
			       "the store's database '%s' has schema %llu, only %d is supported",
			       s->real_state, (unsigned long long)*out, SCHEMA)
			       ?: err_hint(
					  err,
					  "open the store once with Nix 2.0 or newer to upgrade it");
	return 0;
}

static errint open_big_lock(struct store *s, struct store_db *db, bool exclusive, struct err *err)
{
	if (db->big_lock < 0) {
		char *path CLEANUP_FREE = store_state_file(s, "db/big-lock");
		db->big_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
		if (db->big_lock < 0)
			return err_sys(err, "cannot open '%s'", path);
	}
	return fd_lock(db->big_lock, exclusive, false, err);
}

static errint open_handle(struct store *s, struct store_db *db, int flags, const char *suffix,
			  struct err *err)
{
	char *uri CLEANUP_FREE = xasprintf("%s/db/db.sqlite%s", s->real_state, suffix);
	int rc = sqlite3_open_v2(uri, &db->h, flags | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc != SQLITE_OK)
		return db_fail(s, db->h, "cannot open", err);
	sqlite3_busy_handler(db->h, on_busy, NULL);
	return 0;
}

/* Write-ahead logging as Nix's default; where the file system cannot share memory (NFS), SQLite
 * keeps the mode that it can. */
static errint set_pragmas(struct store *s, struct store_db *db, struct err *err)
{
	return exec_sql(s, db,
			"pragma foreign_keys = 1; pragma synchronous = normal;"
			"pragma main.journal_mode = wal; pragma wal_autocheckpoint = 40000;",
			"cannot set up", err);
}

static errint create_schema(struct store *s, struct store_db *db, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/schema");
	char *sql CLEANUP_FREE = xasprintf("begin; %s commit;", schema_sql);
	errint rc = exec_sql(s, db, sql, "cannot create", err);

	return rc ? rc : file_write(AT_FDCWD, path, S("10"), 0644, FILE_WRITE_SYNC, err);
}

static errint open_for_writing(struct store *s, struct store_db *db, struct err *err)
{
	uint64_t schema;
	errint rc = open_big_lock(s, db, false, err);

	if (!rc)
		rc = read_schema(s, &schema, err);
	if (rc)
		return rc;
	if (schema == SCHEMA) {
		rc = open_handle(s, db, SQLITE_OPEN_READWRITE, "", err);
		return rc ? rc : set_pragmas(s, db, err);
	}
	rc = open_big_lock(s, db, true, err);
	if (!rc)
		rc = open_handle(s, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, "", err);
	if (!rc)
		rc = set_pragmas(s, db, err);
	if (!rc)
		rc = create_schema(s, db, err);
	return rc ? rc : open_big_lock(s, db, false, err);
}

/* Somebody else's store that we may only read: without write permission SQLite cannot use the
 * write-ahead log, so the file is taken as it stands. */
static errint open_for_reading(struct store *s, struct store_db *db, struct err *err)
{
	char *folder CLEANUP_FREE = store_state_file(s, "db");

	if (access(folder, W_OK) == 0)
		return open_for_writing(s, db, err);
	db->readonly = true;
	char *uri CLEANUP_FREE = xasprintf("file:%s/db/db.sqlite?immutable=1", s->real_state);
	int rc = sqlite3_open_v2(
		uri, &db->h, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
	return rc == SQLITE_OK ? 0 : db_fail(s, db->h, "cannot open", err);
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
		rc = open_for_writing(s, db, err);
	} else {
		uint64_t schema;
		rc = read_schema(s, &schema, err);
		if (!rc && schema == 0)
			return 0;
		if (!rc)
			rc = open_for_reading(s, db, err);
	}
	if (rc)
		return err_wrap(err, "opening the store");
	s->db = STEAL(db);
	return 0;
}

errint db_stmt(struct store *s, enum db_stmt id, sqlite3_stmt **out, struct err *err)
{
	sqlite3_stmt **kept = &s->db->stmts[id];

	if (!*kept && sqlite3_prepare_v3(s->db->h, statements[id], -1, SQLITE_PREPARE_PERSISTENT,
					 kept, NULL) != SQLITE_OK)
		return db_fail(s, s->db->h, "cannot use", err);
	*out = *kept;
	return 0;
}

void db_done(sqlite3_stmt **stmt)
{
	if (!*stmt)
		return;
	sqlite3_reset(*stmt);
	sqlite3_clear_bindings(*stmt);
}

void db_bind_str(sqlite3_stmt *stmt, int i, struct str v)
{
	sqlite3_bind_text(stmt, i, v.p ? v.p : "", (int)v.n, SQLITE_STATIC);
}

errint db_step(struct store *s, sqlite3_stmt *stmt, bool *row, struct err *err)
{
	int rc = sqlite3_step(stmt);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return db_fail(s, s->db->h, "cannot use", err);
	*row = rc == SQLITE_ROW;
	return 0;
}

errint db_exec(struct store *s, enum db_stmt id, struct err *err)
{
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	bool row = false;
	errint rc = db_stmt(s, id, &stmt, err);

	return rc ? rc : db_step(s, stmt, &row, err);
}

struct str db_column(struct arena *a, sqlite3_stmt *stmt, int i)
{
	const void *p = sqlite3_column_text(stmt, i);
	int n = sqlite3_column_bytes(stmt, i);

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

errint db_name_known(struct store *s, struct str name, bool *out, struct err *err)
{
	*out = false;
	errint rc = db_open(s, false, err);
	if (rc || !s->db)
		return rc;

	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	rc = db_stmt(s, DB_NAME_KNOWN, &stmt, err);
	if (rc)
		return rc;
	/* counted from 1 */
	size_t from = strlen(s->cfg.store_dir) + 1 + STORE_HASH_LEN + 1 + 1;
	sqlite3_bind_int64(stmt, 1, (sqlite3_int64)from);
	db_bind_str(stmt, 2, name);
	return db_step(s, stmt, out, err);
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
		return err_set(err, ERR_NOT_FOUND, "path '%.*s' is not valid", STR_ARG(path));
	struct str text = str_n((const char *)sqlite3_column_text(stmt, 0),
				(size_t)sqlite3_column_bytes(stmt, 0));
	*size = (uint64_t)sqlite3_column_int64(stmt, 1);
	rc = hash_parse(text, HASH_SHA256, hash, err);
	return rc ? err_wrap(err, "database entry of '%.*s'", STR_ARG(path)) : 0;
}

errint db_durable(struct store *s, bool durable, struct err *err)
{
	return exec_sql(s, s->db,
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
