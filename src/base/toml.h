/* SPDX-License-Identifier: MIT
 *
 * TOML 1.0 (toml.io/en/v1.0.0) into a tree that lives in an arena. Tables keep the order in which
 * their keys were first written; every value knows its position, so that what is wrong with its
 * meaning can be told like what is wrong with its syntax. Read only; kiln writes TOML by printf. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

/* X(enum, what the user reads). ORDER toml_kind */
#define TOML_KINDS(X)                           \
	X(STRING, "a string")                   \
	X(INTEGER, "an integer")                \
	X(FLOAT, "a float")                     \
	X(BOOLEAN, "a boolean")                 \
	X(OFFSET_DATE_TIME, "a date-time")      \
	X(LOCAL_DATE_TIME, "a local date-time") \
	X(LOCAL_DATE, "a local date")           \
	X(LOCAL_TIME, "a local time")           \
	X(ARRAY, "an array")                    \
	X(TABLE, "a table")

enum toml_kind {
#define X(id, what) TOML_##id,
	TOML_KINDS(X)
#undef X
};

struct toml_entry {
	struct str key;
	struct toml *value;
	/* Of `a.key = value`, in bytes of the text: where a begins, where value begins and ends,
	 * and how many keys there are; 0 keys of tables that headers or dotted keys make. */
	uint32_t from, value_from, to, keys;
};

struct toml {
	enum toml_kind kind;
	unsigned line, column; /* where it begins, from 1; columns count bytes */
	const char *file;      /* as given to toml_parse() */
	union {
		struct str text; /* STRING; the four of dates and times: as written */
		int64_t integer;
		double number;
		bool boolean;
		struct {
			struct toml **items;
			size_t n;
		} array;
		struct {
			struct toml_entry *entries;
			size_t n;
		} table;
	};
	struct toml_growth *growth; /* the parser's own, of arrays and tables */
};

/* How deep arrays and tables nest at most; who walks the tree may recurse. */
enum { TOML_DEPTH = 200 };

/* Parses a document; *out is its root table. name (copied) is the file in messages:
 * "name:line:column: what is wrong", ERR_CORRUPT. Keys and strings are copied, too. */
ATTR_MUST_CHECK errint toml_parse(struct str text, const char *name, struct arena *a,
				  struct toml **out, struct err *err);

/* The value of a key, or NULL. */
const struct toml *toml_get(const struct toml *table, struct str key);
/* The same, but a value of another kind is an error with its position; *out is NULL when the key
 * is absent. */
ATTR_MUST_CHECK errint toml_want(const struct toml *table, const char *key, enum toml_kind kind,
				 const struct toml **out, struct err *err);
/* The same for a key that has to be there. */
ATTR_MUST_CHECK errint toml_need(const struct toml *table, const char *key, enum toml_kind kind,
				 const struct toml **out, struct err *err);
/* An error about a value, prefixed with its position; for what callers find wrong with it. */
ATTR_COLD ATTR_PRINTF(3, 4) errint
	toml_err(const struct toml *at, struct err *err, const char *fmt, ...);
const char *toml_kind_text(enum toml_kind kind);
