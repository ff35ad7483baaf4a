/* SPDX-License-Identifier: MIT
 *
 * The language as a person uses it line by line (a REPL): a scope that grows, what was typed, where
 * a value comes from and what is known about it. */
#pragma once

#include "eval/eval.h"

struct eval_scope;
/* An empty scope; lives as long as the evaluator. */
struct eval_scope *eval_scope_new(struct eval *E);
/* Adds the attributes of a set. */
ATTR_MUST_CHECK errint eval_scope_add_attrs(struct eval_scope *s, struct value *set,
					    struct err *err);
/* The names added, sorted; with all, those that every program has, too. Strings live in the
 * evaluator, the array in the arena. */
void eval_scope_names(const struct eval_scope *s, bool all, struct arena *a, struct str **out,
		      size_t *n);

/* What is typed at once: bindings are added to the scope (*out is NULL), an expression is
 * evaluated. */
ATTR_MUST_CHECK errint eval_typed(struct eval_scope *s, struct str text, struct value **out,
				  struct err *err);
/* An expression only. */
ATTR_MUST_CHECK errint eval_typed_expr(struct eval_scope *s, struct str text, struct value **out,
				       struct err *err);
/* Did the last of these fail because its text ends too early? */
bool eval_scope_wants_more(const struct eval_scope *s);

/* Files are read again when next imported. */
void eval_forget_files(struct eval *E);
void eval_set_show_trace(struct eval *E, bool on);

/* Where to edit a value: a function's own place, a path or string itself, a derivation's
 * meta.position. line is 0 when only the file is known. what names the value in messages. */
ATTR_MUST_CHECK errint eval_position(struct eval *E, struct value *v, const char *what,
				     struct str *file, unsigned *line, struct err *err);
/* What is known about a value: a builtin's documentation, a function's comment. ERR_NOT_FOUND when
 * it is no function. */
ATTR_MUST_CHECK errint eval_doc(struct eval *E, struct value *v, struct buf *b, struct err *err);
/* The same about an attribute, from where it is defined; false when that is not known. */
bool eval_attr_doc(struct eval *E, struct value *set, struct str name, struct buf *b);
