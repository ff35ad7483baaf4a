/* SPDX-License-Identifier: MIT
 *
 * SQLite, loaded when the first database is opened: an evaluation that only reads needs none, and
 * its symbols were a third of what the dynamic linker did at every start. */
#pragma once

#include <sqlite3.h>
#include "base/err.h"

#define SQLITE_FUNCTIONS(X)  \
	X(bind_int64)        \
	X(bind_null)         \
	X(bind_text)         \
	X(busy_handler)      \
	X(clear_bindings)    \
	X(close)             \
	X(column_bytes)      \
	X(column_int64)      \
	X(column_text)       \
	X(errcode)           \
	X(errmsg)            \
	X(exec)              \
	X(finalize)          \
	X(get_autocommit)    \
	X(last_insert_rowid) \
	X(open_v2)           \
	X(prepare_v2)        \
	X(prepare_v3)        \
	X(reset)             \
	X(step)

struct sqlite_api {
#define X(fn) __typeof__(&sqlite3_##fn) fn;
	SQLITE_FUNCTIONS(X)
#undef X
};

/* Its functions, once sqlite_load() was called with success: who has a handle may use them. */
extern struct sqlite_api sqlite;

ATTR_MUST_CHECK errint sqlite_load(struct err *err);
