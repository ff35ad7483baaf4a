/* SPDX-License-Identifier: MIT
 *
 * Values of the Nix language: 16 bytes, a tag and a payload. Immutable once evaluated; a thunk is
 * overwritten once, by its result. Everything lives in the evaluator's arena: nothing is freed,
 * interior pointers are fine, and a `struct value` that is evaluated may be copied freely. One
 * that is not (tag < V_INT) must never be copied: pass a pointer to it.
 *
 * Strings, lists and small things are made by the v_*() functions and assigned: `*out = v_int(1)`.
 */
#pragma once

#include "base/str.h"

struct eval;
struct expr;
struct env;
struct attrs;
struct context;
struct value;
struct builtin_row;
struct app;
struct each;
struct lambda;
struct thrown;

typedef uint32_t sym_t; /* an interned name; 0 is none */
typedef uint32_t pos_t; /* a position in some source; 0 is none */

enum value_tag {
	/* Not yet evaluated: force() turns them into one of the rest. */
	V_THUNK,     /* an expression and its environment */
	V_APP,       /* a function and its arguments, to be called when needed */
	V_EACH,      /* the same for one of what map, genList or mapAttrs made */
	V_BLACKHOLE, /* being evaluated */
	V_THROWN,    /* it threw; forcing it again throws the same again, error.c */
	/* Evaluated. ORDER value_tag */
	V_INT,
	V_FLOAT,
	V_BOOL,
	V_NULL,
	V_STRING, /* bytes without context */
	V_STRCTX, /* bytes with context */
	V_PATH,
	V_LIST,
	V_ATTRS,
	V_LAMBDA,
	V_PRIMOP, /* a builtin */
	V_PARTIAL /* a lambda or builtin with some of its arguments */
};

/* A string with context: what V_STRCTX points to. */
struct strctx {
	const char *p;
	const struct context *ctx;
};

struct value {
	union {
		uint64_t head;
		struct {
			uint8_t tag, pad_[3];
			uint32_t n; /* bytes of a string or path, elements of a list, index of
				       V_EACH */
		};
	};
	union {
		int64_t i;
		double f;
		bool b;
		const char *s;
		const struct strctx *sc;
		struct value **list; /* n != 1 */
		struct value *one;   /* n == 1: the element itself */
		struct attrs *attrs;
		struct env *env;
		const struct builtin_row *primop;
		struct app *app;
		const struct each *each;
		struct thrown *thrown;
	};
};

/* A suspended or partial application. */
struct app {
	struct value *fn;
	uint32_t n;
	struct value *args[];
};

/* What all values share that one function makes of the elements of a list, of the names and values
 * of a flat set, or without either of the numbers from 0 on. */
struct each {
	struct value *fn;
	struct value *const *list;
	const struct attrs *attrs;
};

/* One attribute. In a set, attributes are sorted by symbol (not by name). */
struct attr {
	sym_t sym;
	pos_t pos;
	struct value *v;
};

/* A set: attributes of its own over those of an older set (`//` makes a thin layer). Read it
 * through attrs_get(), or, for iteration, through attrs_flat() whose result has no base. */
struct attrs {
	uint32_t n, cap;
	struct attrs *base; /* NULL in a flat set */
	struct attr v[];
};

static inline bool value_done(const struct value *v)
{
	return v->tag >= V_INT;
}
/* Tag and length of a value that is held by value: read from the whole word, so that the compiler
 * can keep the value in registers. */
static inline unsigned value_tag(struct value v)
{
	return (uint8_t)v.head;
}
static inline uint32_t value_len(struct value v)
{
	return (uint32_t)(v.head >> 32);
}
static inline struct value v_int(int64_t i)
{
	return (struct value){.head = V_INT, .i = i};
}
static inline struct value v_float(double f)
{
	return (struct value){.head = V_FLOAT, .f = f};
}
static inline struct value v_bool(bool b)
{
	return (struct value){.head = V_BOOL, .i = b};
}
static inline struct value v_null(void)
{
	return (struct value){.head = V_NULL, .i = 0};
}
/* The bytes are borrowed for as long as the evaluation lasts (arena, or a literal). */
static inline struct value v_str(struct str s)
{
	return (struct value){.head = V_STRING | (uint64_t)s.n << 32, .s = s.p};
}
static inline struct value v_path(struct str s)
{
	return (struct value){.head = V_PATH | (uint64_t)s.n << 32, .s = s.p};
}
/* elems is an array of the arena (list_alloc()), complete already. */
static inline struct value v_list(struct value **elems, size_t n)
{
	struct value v = {.head = V_LIST | (uint64_t)n << 32, .list = elems};

	if (n == 1)
		v.one = elems[0];
	return v;
}
static inline struct value v_each(const struct each *each, size_t i)
{
	return (struct value){.head = V_EACH | (uint64_t)i << 32, .each = each};
}
static inline struct value v_attrs(struct attrs *a)
{
	return (struct value){.head = V_ATTRS, .attrs = a};
}
static inline struct value v_primop(const struct builtin_row *row)
{
	return (struct value){.head = V_PRIMOP, .primop = row};
}

/* The elements of a list; v->n says how many. Points into v when there is one: valid while v is. */
static inline struct value **list_elems(struct value *v)
{
	return v->n == 1 ? &v->one : v->list;
}
static inline bool value_is_string(const struct value *v)
{
	return v->tag == V_STRING || v->tag == V_STRCTX;
}
/* Bytes of a string or path. Not NUL terminated. */
static inline struct str value_str(const struct value *v)
{
	return (struct str){v->tag == V_STRCTX ? v->sc->p : v->s, v->n};
}
/* A string's context, NULL when it has none. */
static inline const struct context *value_ctx(const struct value *v)
{
	return v->tag == V_STRCTX ? v->sc->ctx : NULL;
}
static inline bool value_is_function(const struct value *v)
{
	return v->tag >= V_LAMBDA;
}
