/* SPDX-License-Identifier: MIT
 *
 * Where things stand in a text of the language, for whoever edits it: byte ranges of bindings, of
 * the text in string literals, and of names. The parser itself tells, so that comments, quotes,
 * escapes and interpolations are what they are to it. */
#pragma once

#include "eval/eval.h"

/* Bytes of the text. */
struct syntax_range {
	size_t at, n;
};

enum syntax_style {
	SYNTAX_QUOTED,   /* "…" */
	SYNTAX_INDENTED, /* ''…'' */
	SYNTAX_BARE,     /* a URL without quotes */
};

/* What stands between a literal's quotes and interpolations, as it is written. */
struct syntax_text {
	struct syntax_range range;
	enum syntax_style style;
	bool whole;  /* there is nothing else between the quotes */
	bool key;    /* it is an attribute's name, or a part of one */
	int binding; /* the innermost one that it stands in, or -1 */
};

/* NAME = EXPR; or a name of `inherit`. */
struct syntax_binding {
	struct syntax_range range; /* all of it, to its ';'; of an inherited one its name */
	struct syntax_range name;  /* "src", "meta.license" */
	struct syntax_range expr;  /* n is 0 where it is inherited from around it */
	bool inherited;            /* expr, if any, is the set that it is inherited from */
	int up;                    /* the innermost one that it stands in, or -1 */
	unsigned depth;            /* of sets and lets around it */
};

/* A variable, or an attribute that is selected by its name. */
struct syntax_name {
	struct syntax_range range;
	int binding;
};

struct syntax {
	struct arena *a; /* arrays live in it */
	struct str text;
	struct syntax_text *texts;
	size_t n_texts, cap_texts;
	struct syntax_binding *bindings; /* in the order in which they begin */
	size_t n_bindings, cap_bindings;
	struct syntax_name *names;
	size_t n_names, cap_names;
	/* the parser's own */
	int open;
	unsigned depth;
};

/* Parses a text, which is borrowed as long as *out is read; file is for the words of an error. */
ATTR_MUST_CHECK errint eval_syntax(struct eval *E, struct str text, const char *file,
				   struct arena *a, struct syntax *out, struct err *err);

static inline struct str syntax_str(const struct syntax *s, struct syntax_range r)
{
	return str_n(s->text.p + r.at, r.n);
}
/* The line that a byte is in, from 1. */
unsigned syntax_line(struct str text, size_t at);

/* The i-th file that was read as a program, and its text; false behind the last. */
bool eval_source_at(struct eval *E, size_t i, struct str *file, struct str *text);
/* The file and byte where an attribute's name stands; false when that is not known. */
bool eval_attr_place(struct eval *E, struct value *set, struct str name, struct str *file,
		     size_t *at);
