/* SPDX-License-Identifier: MIT
 *
 * What the files of src/store share of a store handle. Lazy by steps: the handle (folders only),
 * the database (first query), the writable store (first addition: folders, temporary roots).
 *
 * What is added is renamed into place at once but registered in batches: `pending` holds what is on
 * the disk and not yet in the database. Whatever needs the database to be complete calls
 * store_flush() first. */
#pragma once

#include <sys/types.h>
#include "store/derivation.h"
#include "store/path_map.h"
#include "store/sqlite_dl.h"
#include "store/store.h"

/* X(id, SQL): prepared on first use and kept. */
#define DB_STATEMENTS(X)                                                                           \
	X(BEGIN, "begin immediate")                                                                \
	X(BEGIN_READING, "begin")                                                                  \
	X(COMMIT, "commit")                                                                        \
	X(ROLLBACK, "rollback")                                                                    \
	X(FIND_ID, "select id from ValidPaths where path = ?")                                     \
	X(QUERY_INFO, "select id, hash, registrationTime, deriver, narSize, ultimate, sigs, ca "   \
		      "from ValidPaths where path = ?")                                            \
	X(QUERY_HASH, "select hash, narSize from ValidPaths where path = ?")                       \
	X(QUERY_REFS,                                                                              \
	  "select path from Refs join ValidPaths on reference = id where referrer = ?")            \
	X(QUERY_REFS_OF, "select path from Refs join ValidPaths on reference = id "                \
			 "where referrer = (select id from ValidPaths where path = ?)")            \
	X(QUERY_DERIVER, "select deriver from ValidPaths where path = ? and deriver is not null")  \
	X(QUERY_REFERRERS, "select path from Refs join ValidPaths on referrer = id "               \
			   "where reference = (select id from ValidPaths where path = ?)")         \
	X(NEWEST_NAMED, "select path, registrationTime from ValidPaths where substr(path, ?) = ? " \
			"order by id desc limit 1")                                                \
	X(QUERY_ALL, "select path from ValidPaths")                                                \
	X(QUERY_FROM, "select path from ValidPaths where path >= ? limit 1")                       \
	X(QUERY_DERIVERS, "select v.path from DerivationOutputs d join ValidPaths v "              \
			  "on d.drv = v.id where d.path = ?")                                      \
	X(QUERY_OUTPUTS, "select d.path from DerivationOutputs d join ValidPaths v "               \
			 "on d.drv = v.id where v.path = ?")                                       \
	X(INSERT_PATH, "insert into ValidPaths (path, hash, registrationTime, deriver, narSize, "  \
		       "ultimate, sigs, ca) values (?, ?, ?, ?, ?, ?, ?, ?)")                      \
	X(UPDATE_PATH, "update ValidPaths set narSize = ?, hash = ?, ultimate = ?, sigs = ?, "     \
		       "ca = ? where path = ?")                                                    \
	X(UPDATE_SIGS, "update ValidPaths set sigs = ? where path = ?")                            \
	X(INSERT_REF, "insert or replace into Refs (referrer, reference) values (?, ?)")           \
	X(INSERT_OUTPUT, "insert or replace into DerivationOutputs (drv, id, path) "               \
			 "values (?, ?, ?)")                                                       \
	X(DELETE_PATH, "delete from ValidPaths where path = ?")

enum db_stmt {
#define X(id, sql) DB_##id,
	DB_STATEMENTS(X)
#undef X
		DB_STMT_COUNT_
};

struct store_db {
	sqlite3 *h;
	sqlite3_stmt *stmts[DB_STMT_COUNT_];
	int big_lock; /* held shared: no schema change while we are here */
	bool readonly;
};

/* A path with what the database shall know of it beyond path_info. */
struct registration {
	struct path_info info;
	const struct drv_output *outputs; /* of a .drv */
	size_t n_outputs;
	dev_t dev; /* of a pending one: what was placed */
	ino_t ino;
};

struct store {
	struct store_config cfg;
	char *real_store, *real_state;
	struct report *report;
	bool readonly;
	bool wary;     /* registered is not enough */
	bool foreign;  /* found to be somebody else's, which we can only read */
	bool optimise; /* link equal files of what is added */
	bool mending;  /* what is added and there already is compared, and replaced if altered */

	struct store_db *db; /* NULL until needed, and while there is no database to read */
	int store_fd;        /* the real store folder, or -1 */

	struct arena memo;         /* strings and values of the maps */
	struct path_map modulo;    /* .drv path -> struct hash */
	struct path_map drv_texts; /* .drv path -> struct str, added in read-only mode */
	struct path_map added;     /* paths that this handle added, or found and protected */
	struct path_map gone;      /* registered paths that were told to be gone */
	struct path_map rooted;    /* paths in our temporary roots file */
	unsigned modulo_depth;

	struct arena pending_mem;
	struct registration *pending;
	size_t n_pending, cap_pending;

	int gc_lock;    /* state_dir/gc.lock, or -1 */
	int temp_roots; /* our file in state_dir/temproots, locked, or -1 */
	char *temp_roots_path;
	int roots_socket; /* to a collector that is running, or -1 */
};

/* Opens the database for reading (s->db stays NULL when there is none yet) or for writing, which
 * creates folders and database. */
ATTR_MUST_CHECK errint db_open(struct store *s, bool write, struct err *err);
void db_close(struct store_db *db);
/* ERR_CORRUPT for a damaged database, with a cure; what: "cannot open", "cannot use". */
ATTR_MUST_CHECK errint db_fail(struct store *s, sqlite3 *h, const char *what, struct err *err);
/* Runs SQL that gives no rows. */
ATTR_MUST_CHECK errint db_exec_sql(struct store *s, struct store_db *db, const char *sql,
				   const char *what, struct err *err);
/* Opens db->h with SQLite's flags; immutable: as the file stands, for who may not write there. */
ATTR_MUST_CHECK errint db_open_handle(struct store *s, struct store_db *db, int flags,
				      bool immutable, struct err *err);
ATTR_MUST_CHECK errint db_set_pragmas(struct store *s, struct store_db *db, struct err *err);
/* What our statements need and the database does not have, in SQLite's words, or NULL. */
const char *db_missing(struct store_db *db);
/* *none: there is no database yet. A schema that is not ours is an error. */
ATTR_MUST_CHECK errint db_look(struct store *s, bool *none, struct err *err);
/* Opens the database under big-lock, creating it or finishing its creation where need be. */
ATTR_MUST_CHECK errint db_open_writable(struct store *s, struct store_db *db, struct err *err);
/* A kept statement, reset. db_done() resets it again, for CLEANUP. */
ATTR_MUST_CHECK errint db_stmt(struct store *s, enum db_stmt id, sqlite3_stmt **out,
			       struct err *err);
void db_done(sqlite3_stmt **stmt);
void db_bind_str(sqlite3_stmt *stmt, int i, struct str v);
/* One step; *row tells whether there is a row. */
ATTR_MUST_CHECK errint db_step(struct store *s, sqlite3_stmt *stmt, bool *row, struct err *err);
/* Runs a statement that gives no rows and takes no more binding. */
ATTR_MUST_CHECK errint db_exec(struct store *s, enum db_stmt id, struct err *err);
/* Until the end many queries are of one state of the database, and cost no lock each. One inside
 * another is the other; no change may be made meanwhile. Without a database there is nothing. */
struct db_reading {
	struct store *s; /* NULL: not ours to end */
};
ATTR_MUST_CHECK errint db_reading_begin(struct store *s, struct db_reading *out, struct err *err);
void db_reading_end(struct db_reading *r);
/* A text column, copied to the arena; "" for NULL. */
struct str db_column(struct arena *a, sqlite3_stmt *stmt, int i);
/* The paths that a one-column statement with an optional text argument gives, sorted. */
ATTR_MUST_CHECK errint db_paths(struct store *s, struct arena *a, enum db_stmt id,
				const struct str *arg, struct str_set *out, struct err *err);
/* Is it in the database? Knows nothing of pending paths. */
ATTR_MUST_CHECK errint db_is_valid(struct store *s, struct str path, bool *out, struct err *err);
/* Makes durable what earlier transactions of anybody did. */
ATTR_MUST_CHECK errint db_settle(struct store *s, struct err *err);
/* NAR hash and size (0 when unknown) that a path was registered with; ERR_NOT_FOUND. */
ATTR_MUST_CHECK errint db_nar_hash(struct store *s, struct str path, struct hash *hash,
				   uint64_t *size, struct err *err);
/* What is known of a path that may be the one to be added. */
struct newest {
	struct str path; /* "": there is none */
	time_t registered;
};
/* The path with this name that became valid last. Looks at all of them. */
ATTR_MUST_CHECK errint db_newest_named(struct store *s, struct arena *a, struct str name,
				       struct newest *out, struct err *err);
/* Registers all in one transaction, with Nix's rows for .drv files. */
ATTR_MUST_CHECK errint db_register(struct store *s, const struct registration *v, size_t n,
				   struct err *err);
/* Unregisters paths, in this order and in one transaction; one that still has referrers other than
 * itself is an error. */
ATTR_MUST_CHECK errint db_invalidate(struct store *s, const struct str *paths, size_t n,
				     struct err *err);
/* Whether transactions are on the disk when they end, and not only in their order some time later:
 * what is unregistered must be so before it is deleted, or a power cut leaves it valid and gone. */
ATTR_MUST_CHECK errint db_durable(struct store *s, bool durable, struct err *err);

/* Creates the store's and the state's folders and opens store_fd. */
ATTR_MUST_CHECK errint store_make_writable(struct store *s, struct err *err);
/* There is a database that we may read, and nowhere to put roots. */
bool store_is_foreign(const struct store *s);
/* Opens store_fd if it is not open yet. */
ATTR_MUST_CHECK errint store_open_folder(struct store *s, struct err *err);
/* state_dir/name on this machine, malloc'd. */
ATTR_MALLOC char *store_state_file(const struct store *s, const char *name);
/* The name in store_fd under which an object is prepared, malloc'd: it begins with the hash part
 * of the final path, and any Nix's collector spares what has the hash part of a temporary root. */
ATTR_MALLOC char *store_temp_name(struct str path);
/* Moves a prepared object to its final name, replacing an unregistered leftover there. */
ATTR_MUST_CHECK errint store_move_in(struct store *s, const char *temp, struct str path,
				     struct err *err);
/* Makes everything of the store's file system durable. */
ATTR_MUST_CHECK errint store_sync(struct store *s, struct err *err);
/* Checks that a path is a store path of this store. */
ATTR_MUST_CHECK errint store_path_check(const struct store *s, struct str path, struct err *err);

/* What registering a path needs; the outputs of a .drv are read from it: it came as a finished
 * file, from a cache or a copy, and is at its place. */
ATTR_MUST_CHECK errint registration_of(struct store *s, struct arena *a,
				       const struct path_info *info, struct registration *out,
				       struct err *err);
/* Moves an object that was prepared in the store folder to its place and leaves its registration to
 * the next store_flush(); drv is the record of a .drv, or NULL, and it is read. The path is
 * protected; where it became valid meanwhile the object is removed instead, as after a failure. */
ATTR_MUST_CHECK errint store_pend(struct store *s, const struct path_info *info,
				  const struct drv *drv, const char *temp, struct err *err);
/* Makes a path a temporary root and tells whether it is valid and there. */
ATTR_MUST_CHECK errint store_protect(struct store *s, struct str path, bool *valid,
				     struct err *err);
/* The same for what is about to be added: with store_set_mending() a valid path whose NAR hash is
 * another one is *altered, and not valid. */
ATTR_MUST_CHECK errint store_protect_added(struct store *s, struct str path, const struct hash *nar,
					   bool *valid, bool *altered, struct err *err);
/* store_replace() of an altered path, with its lock, by an object in the store folder, which is
 * gone then in any case. Tells it. */
ATTR_MUST_CHECK errint store_mend(struct store *s, struct str path, const char *temp,
				  struct err *err);
/* From now on this handle takes the path for valid. */
void store_mark_added(struct store *s, struct str path);
/* Is there anything at the path's place? */
ATTR_MUST_CHECK errint store_on_disk(struct store *s, struct str path, bool *out, struct err *err);
/* A path that nothing else has, as a temporary root: collectors spare what lies at its name. */
ATTR_MUST_CHECK errint store_own_place(struct store *s, struct arena *a, struct str *out,
				       struct err *err);
/* store_lock() that waits, without registering first what is pending: for who takes no other lock
 * while holding these. */
ATTR_MUST_CHECK errint store_lock_only(struct store *s, const struct str *paths, size_t n,
				       struct store_lock **out, struct err *err);
/* Adds a text whose path is computed; drv is its record where it is a .drv, else NULL. */
ATTR_MUST_CHECK errint store_put_text(struct store *s, struct str path, struct str bytes,
				      struct str_set refs, const struct drv *drv, struct err *err);

/* Unpacks a NAR in the store folder under a temporary name, and hashes it. */
ATTR_MUST_CHECK errint store_unpack(struct store *s, struct source *nar, const char *temp,
				    struct hash *hash, uint64_t *size, struct err *err);
/* Makes an object that lies in the store folder under a temporary name pending as info->path, or
 * removes it where that is valid already. */
ATTR_MUST_CHECK errint store_adopt(struct store *s, const char *temp, const struct path_info *info,
				   struct err *err);

/* Removes a lock file that we hold, by Nix's protocol: whoever opened it before finds a byte in it
 * and starts again with a new file. */
void lock_file_remove(const char *path, int fd);

/* Temporary roots end with the handle. */
void store_temp_roots_release(struct store *s);
/* Opens state_dir/gc.lock once. */
ATTR_MUST_CHECK errint store_gc_lock_open(struct store *s, struct err *err);

/* Are the outputs' paths, and the environment's, those that the rest of the record implies? */
ATTR_MUST_CHECK errint drv_check(struct store *s, const struct drv *d, struct err *err);
void drv_modulo_remember(struct store *s, struct str drv_path, const struct hash *h);

/* One object to be hashed, and what became of it. */
struct rehash {
	struct str path;
	uint8_t want[32];  /* for the caller */
	uint64_t size;     /* about: the biggest first */
	errint rc;         /* ERR_INTERRUPTED: its turn did not come */
	uint8_t got[32];   /* sha256 of the NAR, where rc is 0, */
	uint64_t got_size; /* and its size */
	char *why;         /* else; malloc'd */
};
struct activity;
/* Hashes all of them, on all processors. Fails only when interrupted. */
ATTR_MUST_CHECK errint store_rehash(struct store *s, struct rehash *v, size_t n,
				    struct activity *activity, struct err *err);
