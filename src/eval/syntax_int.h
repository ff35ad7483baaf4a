/* SPDX-License-Identifier: MIT
 *
 * What the parser calls as it goes; log is NULL when nobody wants to know. */
#pragma once

#include "eval/parser_int.h"
#include "eval/syntax.h"

/* Text between p and end was read. Returns its number. */
void syntax_add_text(struct parser *p, const char *at, const char *end, enum syntax_style style);
/* What was added since, n texts ago, is the only one of its literal; or all are names. */
void syntax_mark(struct parser *p, size_t from, bool whole, bool key);
static inline size_t syntax_n_texts(const struct parser *p)
{
	return p->log ? p->log->n_texts : 0;
}
/* The URL ahead is a literal without quotes; the word ahead is a name. */
void syntax_add_bare(struct parser *p);
void syntax_add_name(struct parser *p);

/* A binding begins; behind its '=' and before its ';'. */
int syntax_begin(struct parser *p);
void syntax_begin_expr(struct parser *p, int binding);
void syntax_end_expr(struct parser *p, int binding);
void syntax_end(struct parser *p, int binding);
/* A name of an inherit was read; from is the set's range, or NULL. */
void syntax_inherited(struct parser *p, const char *at, const struct syntax_range *from);
