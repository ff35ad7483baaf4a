/* SPDX-License-Identifier: MIT
 *
 * The table of SQLite's functions. */
#include "store/sqlite_dl.h"

#include "base/dl.h"

struct sqlite_api sqlite;

static errint load(void *table, struct err *err)
{
	static const struct dl_symbol symbols[] = {
#define X(fn) {"sqlite3_" #fn, offsetof(struct sqlite_api, fn)},
		SQLITE_FUNCTIONS(X)
#undef X
	};

	return dl_load("libsqlite3.so.0", "libsqlite3-0", symbols, ARRAY_LEN(symbols), table, err);
}

errint sqlite_load(struct err *err)
{
	static struct dl_once once = DL_ONCE;

	return dl_load_once(&once, load, &sqlite, err);
}
