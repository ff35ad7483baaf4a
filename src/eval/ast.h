/* SPDX-License-Identifier: MIT
 *
 * Syntax trees. The parser makes them as written (print_expr() shows that form); scope_resolve()
 * then turns names into addresses and annotates nodes for evaluation, in place. Nodes live in the
 * evaluator's perm arena for ever, since thunks point to them.
 *
 * Addresses: an environment is an array of slots with a link outwards; a variable is a number of
 * links and a slot. Directly nested single-argument functions share one environment, and so does
 * a `let` or `with` that a function's body reaches without a thunk between. */
#pragma once

#include "eval/eval_int.h"

enum expr_kind {
	/* As the parser makes them. */
	E_CONST,  /* number, string, path; after resolution true, false, null, too */
	E_VAR,    /* a name; resolution turns it into one of the five below */
	E_SELECT, /* a.b.c or d */
	E_HAS,    /* a ? b.c */
	E_ATTRS,  /* { } and rec { } */
	E_LIST,
	E_LAMBDA,
	E_CALL,
	E_LET,
	E_WITH,
	E_IF,
	E_ASSERT,
	E_NOT,
	E_EQ,
	E_NE,
	E_AND,
	E_OR,
	E_IMPL,
	E_UPDATE,
	E_CONCAT,  /* ++ */
	E_STRINGS, /* + and interpolation */
	E_LESS,    /* __lessThan a b */
	E_SUB,
	E_MUL,
	E_DIV,
	E_SPATH, /* <name> */
	E_POS,   /* __curPos */
	E_FROM,  /* the set of an `inherit (set)` */
	/* What E_VAR becomes. */
	E_LOCAL0, /* in the innermost environment */
	E_LOCAL1, /* one further out */
	E_LOCAL,
	E_GLOBAL,  /* a builtin */
	E_DYNAMIC, /* to be looked for in the surrounding withs */
	/* What E_CALL becomes where calls are to be told. */
	E_CALL_TRACED
};

struct expr {
	uint8_t kind;
	/* E_LAMBDA, E_ATTRS, …: see the structs. */
	uint8_t flag;
	uint16_t aux;
	pos_t pos;
};

struct e_const {
	struct expr e;
	struct value v;
};
/* A place in an environment: so many links outwards, then this slot. */
struct address {
	uint32_t level, slot;
};
/* A `with` around a variable: where its set is, and where it is written. */
struct with_place {
	struct address at;
	pos_t pos;
};
/* flag of the local kinds: the slot may be empty still when a thunk for it is made. */
struct e_var {
	struct expr e;
	sym_t sym;
	uint32_t n_withs; /* of E_DYNAMIC */
	union {
		struct address at;        /* of E_LOCAL* */
		struct value *box;        /* of E_GLOBAL */
		struct with_place *withs; /* of E_DYNAMIC: innermost first */
	};
};
/* One step of an attribute path: a name, or an expression for one. */
struct attr_name {
	sym_t sym; /* 0: dynamic */
	struct expr *expr;
};
struct e_select { /* E_SELECT, E_HAS */
	struct expr e;
	struct expr *subject, *otherwise; /* otherwise may be NULL */
	uint32_t n;
	struct attr_name path[];
};
enum def_kind {
	DEF_PLAIN,
	DEF_INHERIT,     /* inherit x; expr is E_VAR */
	DEF_INHERIT_FROM /* inherit (s) x; expr is E_SELECT on E_FROM */
};
struct attr_def {
	sym_t sym;
	pos_t pos;
	struct expr *expr;
	enum def_kind kind;
};
struct dynamic_def {
	struct expr *name, *value;
	pos_t pos;
};
struct e_attrs { /* also the bindings of E_LET; flag: rec */
	struct expr e;
	uint32_t n, n_dynamic, n_from, cap, cap_dynamic, cap_from;
	struct attr_def *defs; /* by the resolver sorted by symbol */
	struct dynamic_def *dynamic;
	struct expr **from; /* sets of inherit (…), each once */
	uint32_t *index;    /* the parser's own: hash of names in large sets */
	uint32_t n_index;
	/* Of the resolver: a rec set has an environment of its own with slots 0..n for the
	 * attributes and then the `from` sets; a plain set has one for these only when there are
	 * any; a let puts both into slots from `base` on, with own_env in a fresh environment. */
	uint32_t base, n_slots;
	int32_t overrides; /* index of __overrides in a rec set, or -1 */
};
struct e_list {
	struct expr e;
	uint32_t n;
	struct expr *v[];
};
struct formal {
	sym_t sym;
	pos_t pos;
	struct expr *otherwise; /* default, or NULL */
};
struct lambda { /* E_LAMBDA */
	struct expr e;
	sym_t arg;  /* 0 with formals and no @ */
	sym_t name; /* what it was bound to, or 0 */
	bool has_formals, ellipsis;
	uint32_t n_formals;
	struct formal *formals; /* sorted by symbol */
	struct expr *body;
	/* Of the resolver: a chain a: b: c: is entered at once with `arity` arguments, in one
	 * environment of n_slots; inner is its last function, whose body is evaluated. */
	uint32_t arity, n_slots;
	struct lambda *inner;
};
struct e_call {
	struct expr e;
	struct expr *fn;
	uint32_t n, cap;
	struct expr **args;
};
struct e_let {
	struct expr e; /* flag: in an environment of its own */
	struct e_attrs *defs;
	struct expr *body;
};
struct e_with {
	struct expr e; /* flag: in an environment of its own */
	uint32_t slot;
	struct expr *set, *body;
};
struct e_if { /* E_IF; E_ASSERT without otherwise */
	struct expr e;
	struct expr *cond, *then, *otherwise;
};
/* E_NOT (b is NULL) … E_CONCAT, E_LESS … E_DIV. flag of the arithmetic ones: cheap enough to be
 * tried at once where a thunk would be made, since both sides are constants or variables. */
struct e_op {
	struct expr e;
	struct expr *a, *b;
};
struct string_part {
	pos_t pos;
	struct expr *expr;
};
struct e_strings { /* flag: interpolation in quotes, so the result is a string */
	struct expr e;
	uint32_t n;
	struct string_part v[];
};
struct e_spath {
	struct expr e;
	struct value name;
	struct expr *call; /* as a call of __findFile, for those who shadow it */
};
struct e_from {
	struct expr e;
	uint32_t index;
	struct address at; /* of the resolver */
};

/* Names that are in scope outside a text (scopedImport, the REPL): slot i of an environment that
 * is around it. */
struct static_scope {
	uint32_t n;
	sym_t *names;
};
/* Parses text (kept, not copied) of a source whose first byte is at position `source`; relative
 * paths are below dir. scope may be NULL. The result is resolved and ready for evaluation in the
 * scope's environment. */
errint parse(struct eval *E, uint32_t source, struct str text, struct str dir,
	     const struct static_scope *scope, struct expr **out);
/* What a person typed: an expression, or with bindings `a = b; inherit c;` as a set. All but
 * PARSE_DONE leave the error. */
enum parse_end {
	PARSE_DONE,
	PARSE_TOO_SHORT, /* more text could make it one */
	PARSE_WRONG,
	PARSE_UNBOUND, /* a name is not known */
};
enum parse_end parse_typed(struct eval *E, uint32_t source, struct str text, struct str dir,
			   const struct static_scope *scope, bool bindings, struct expr **out);
/* Parses alone, looks no name up; log, if any, is told where things stand (syntax.h). */
struct syntax;
errint parse_alone(struct eval *E, uint32_t source, struct str text, struct str dir,
		   struct syntax *log, struct expr **out);
/* Parses, looks names up, and prints as nix-instantiate --parse does. */
errint parse_print(struct eval *E, uint32_t source, struct str text, struct str dir, struct buf *b);
/* parse_print.c */
void print_expr(struct eval *E, const struct expr *e, struct buf *b);
/* scope.c: may replace the root. */
errint scope_resolve(struct eval *E, struct expr **e, const struct static_scope *outer);

/* position.c: registers a text and gives the number for its first byte. Exactly one of file and
 * name is set; the text must live as long as the evaluator. */
#define INTERNAL_SOURCE "«nix-internal»/derivation-internal.nix"
uint32_t source_add(struct eval *E, struct str file, const char *name, struct str text);
/* The position of a line and column (both from 1) of a file that was read; 0 when there is none. */
pos_t pos_find(struct eval *E, struct str file, unsigned line, unsigned column);
/* The line that a position is in and its neighbours; false without a text. */
bool pos_lines(struct eval *E, pos_t pos, struct str *before, struct str *line, struct str *after);
