/* SPDX-License-Identifier: MIT
 *
 * Which database this is. Its layout has a number, in a file beside it, and everybody who has it
 * open holds big-lock shared; who creates or changes it holds that alone. Ours is Nix's schema 10.
 * Another number is refused. A creation that was cut short is finished; anything else that is not
 * whole is refused, too: an empty database would make garbage of all that the store holds. */
#include "store/store_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"

enum {
	SCHEMA = 10,
	PATIENCE_STEP_MS = 20,
	PATIENCE = 25, /* steps */
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

static errint other_schema(struct store *s, uint64_t schema, struct err *err)
{
	err_set(err, ERR_UNSUPPORTED,
		"the store's database '%s/db' has schema %llu, only %d is supported", s->real_state,
		(unsigned long long)schema, SCHEMA);
	if (schema < SCHEMA)
		return err_hint(err, "open the store once with Nix 2.0 or newer to upgrade it");
	return err_hint(err, "a newer program made or changed this store: use that one");
}

/* 0 when the file is not there, or empty: a new store, or one whose creation was cut short. */
static errint read_schema(struct store *s, uint64_t *out, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/schema");
	BUF(text, LIMIT_SMALL_FILE);
	errint rc = file_read(AT_FDCWD, path, &text, err);

	*out = 0;
	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	struct str number = str_trim(buf_str(&text));
	if (rc || number.n == 0)
		return rc;
	if (!str_to_u64(number, out) || *out == 0) {
		err_set(err, ERR_CORRUPT, "'%s' holds no number of a schema", path);
		return err_hint(err, "it is %d where Nix 2 or kiln made the store", SCHEMA);
	}
	return *out == SCHEMA ? 0 : other_schema(s, *out, err);
}

static bool db_exists(const struct store *s)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/db.sqlite");

	return access(path, F_OK) == 0 || errno != ENOENT;
}

errint db_look(struct store *s, bool *none, struct err *err)
{
	uint64_t schema;
	errint rc = read_schema(s, &schema, err);

	if (!rc)
		*none = schema == 0 && !db_exists(s);
	return rc;
}

static errint lock(struct store *s, struct store_db *db, bool exclusive, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/big-lock");

	if (db->big_lock < 0)
		db->big_lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (db->big_lock < 0)
		return err_sys(err, "cannot open '%s'", path);
	/* Creating a store takes others a moment, of which nobody needs to hear. */
	for (int i = 0; i < PATIENCE; i++) {
		errint rc = fd_lock(db->big_lock, exclusive, true, err);
		if (rc != ERR_EXISTS)
			return rc;
		err_clear(err);
		usleep(PATIENCE_STEP_MS * 1000);
	}
	report_msg(s->report, REPORT_NOTE,
		   "waiting for another program that works on the store's database ('%s')", path);
	return fd_lock(db->big_lock, exclusive, false, err);
}

static bool has_tables(struct store_db *db)
{
	sqlite3_stmt *stmt = NULL;
	bool yes =
		sqlite.prepare_v2(db->h, "select id from ValidPaths", -1, &stmt, NULL) == SQLITE_OK;

	sqlite.finalize(stmt);
	return yes;
}

static errint holds_objects(struct store *s, bool *out, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = store_open_folder(s, err);

	*out = false;
	if (!rc)
		rc = dir_list(s->store_fd, ".", &list, err);
	for (size_t i = 0; !rc && !*out && i < list.n; i++) {
		char *path CLEANUP_FREE = xasprintf("%s/%s", s->cfg.store_dir, list.v[i].name);
		*out = store_path_is(store_dir(s), str_c(path)) &&
		       !str_ends(str_c(path), S(".lock"));
	}
	return rc;
}

/* On the disk before the number is, or a power cut would leave the one without the other. */
static errint create_tables(struct store *s, struct store_db *db, struct err *err)
{
	char *sql CLEANUP_FREE = xasprintf(
		"pragma synchronous = full; begin; %s commit; pragma synchronous = normal",
		schema_sql);

	return db_exec_sql(s, db, sql, "cannot create", err);
}

static errint not_whole(struct store *s, const char *why, struct err *err)
{
	err_set(err, ERR_CORRUPT,
		"the store's database '%s/db/db.sqlite' is not one of schema %d: %s", s->real_state,
		SCHEMA, why);
	return err_hint(err, "put a good copy of '%s/db' back; nothing in the store was changed",
			s->real_state);
}

/* A number says that there were tables once. */
static errint refuse_lost(struct store *s, uint64_t schema, struct err *err)
{
	bool objects = false;
	errint rc = schema ? holds_objects(s, &objects, err) : 0;

	if (!rc && objects)
		rc = not_whole(s, "it is empty or gone, but the store is not empty", err);
	return rc;
}

/* Nobody else has the database open. */
static errint complete(struct store *s, struct store_db *db, uint64_t schema, struct err *err)
{
	char *path CLEANUP_FREE = store_state_file(s, "db/schema");
	errint rc = 0;

	if (has_tables(db)) {
		const char *missing = db_missing(db);
		if (missing)
			rc = not_whole(s, missing, err);
	} else {
		rc = refuse_lost(s, schema, err);
		if (!rc)
			rc = create_tables(s, db, err);
	}
	if (rc || schema)
		return rc;
	return file_write(AT_FDCWD, path, S("10"), 0644, FILE_WRITE_SYNC, err);
}

static errint open_alone(struct store *s, struct store_db *db, struct err *err)
{
	uint64_t schema;
	errint rc = lock(s, db, true, err);

	/* Somebody may have been first. */
	if (!rc)
		rc = read_schema(s, &schema, err);
	if (!rc && !db->h) {
		if (!db_exists(s))
			rc = refuse_lost(s, schema, err);
		if (!rc)
			rc = db_open_handle(s, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
					    false, err);
		if (!rc)
			rc = db_set_pragmas(s, db, err);
	}
	if (!rc)
		rc = complete(s, db, schema, err);
	return rc ? rc : lock(s, db, false, err);
}

errint db_open_writable(struct store *s, struct store_db *db, struct err *err)
{
	uint64_t schema;
	errint rc = lock(s, db, false, err);

	if (!rc)
		rc = read_schema(s, &schema, err);
	if (!rc && schema == SCHEMA && db_exists(s)) {
		rc = db_open_handle(s, db, SQLITE_OPEN_READWRITE, false, err);
		if (!rc)
			rc = db_set_pragmas(s, db, err);
		if (rc || has_tables(db))
			return rc;
	}
	return rc ? rc : open_alone(s, db, err);
}
