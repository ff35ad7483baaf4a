/* SPDX-License-Identifier: MIT
 *
 * The TOML parser's inside: toml.c has the grammar of documents, keys and tables, toml_value.c
 * that of single values, toml_string.c that of strings, toml_tree.c makes and finds nodes. */
#pragma once

#include "base/buf.h"
#include "base/toml.h"

/* How a table came to be: it decides who may add to it (TOML 1.0, "Keys" and "Table"). */
enum toml_origin {
	TOML_IMPLIED,  /* by a longer header; a header may still define it */
	TOML_HEADER,   /* by [its own header] */
	TOML_DOTTED,   /* by a dotted key; only such keys and headers of subtables add to it */
	TOML_INLINE,   /* { } or [ ]; nothing adds to it */
	TOML_ELEMENTS, /* an array made by [[headers]] */
};

struct toml_growth {
	enum toml_origin origin;
	unsigned depth;
	size_t cap;
	/* Of tables with many keys: positions in entries plus 1, by hash; 0 is free. */
	uint32_t *index;
	size_t index_cap;
};

struct toml_parser {
	const char *p, *end, *line_start;
	const char *begin; /* of the text, before a byte order mark */
	struct str key;    /* the last simple key as written, for errors about it */
	unsigned line;
	const char *file;
	struct arena *arena;
	struct buf scratch; /* the string that is being read */
	struct err *err;
};

/* toml_tree.c. New containers check the depth. */
struct toml *toml_node(struct toml_parser *p, enum toml_kind kind);
errint toml_container(struct toml_parser *p, enum toml_kind kind, enum toml_origin origin,
		      unsigned depth, struct toml **out);
void toml_push(struct toml_parser *p, struct toml *array, struct toml *item);
/* The key is not there yet. */
void toml_add(struct toml_parser *p, struct toml *table, struct str key, struct toml *value);

/* A syntax error here. */
ATTR_COLD ATTR_PRINTF(2, 3) errint toml_fail(struct toml_parser *p, const char *fmt, ...);
/* The byte ahead, or -1 at the end. */
static inline int toml_peek(const struct toml_parser *p)
{
	return p->p < p->end ? (unsigned char)*p->p : -1;
}
static inline bool toml_ahead(const struct toml_parser *p, struct str s)
{
	return str_starts(str_n(p->p, (size_t)(p->end - p->p)), s);
}
/* Steps over LF or CRLF if it is ahead. */
bool toml_newline(struct toml_parser *p);
void toml_blanks(struct toml_parser *p);
/* Blanks, comments and newlines. */
errint toml_gap(struct toml_parser *p);

/* toml_value.c, toml_string.c; the string's opening quote is ahead. */
errint toml_value(struct toml_parser *p, unsigned depth, struct toml **out);
errint toml_string(struct toml_parser *p, bool may_be_multi_line, struct str *out);
/* toml.c: `key = value` into a table. */
errint toml_key_value(struct toml_parser *p, struct toml *table);
