/* SPDX-License-Identifier: MIT
 *
 * The parser's inside: parser.c has expressions, parser_attrs.c bindings and formals,
 * parser_string.c strings and paths. Recursive descent with precedence climbing; one token ahead,
 * and a copy of the lexer where two are needed. */
#pragma once

#include "eval/ast.h"
#include "eval/lexer.h"

struct syntax;

/* What was begun and not ended yet, innermost first, for the hints of syntax errors. */
enum parser_open_kind {
	OPEN_PAREN,
	OPEN_LIST,
	OPEN_BRACE,
	OPEN_INTERPOLATION,
	OPEN_STRING,
	OPEN_INDENTED,
	OPEN_LET,
	OPEN_IF,
	OPEN_WITH,
	OPEN_ASSERT,
	OPEN_INHERIT,
	OPEN_BINDING,
};
struct parser_open {
	struct parser_open *up;
	pos_t pos;
	enum parser_open_kind kind;
};

struct parser {
	struct eval *E;
	struct lexer lexer;
	struct token tok, prev; /* the one ahead, and the one before it */
	const char *prev_end;   /* behind the one before it, with all of a string */
	struct parser_open *open;
	const char *or_end; /* behind the last operand, where that is `x or` */
	const char *text;
	pos_t base; /* position of the first byte */
	struct str dir;
	bool cut_short;     /* the text ended where something had to follow */
	unsigned depth;     /* of brackets, strings and operands; below E->max_nesting */
	struct arena tmp;   /* what only parsing needs */
	struct syntax *log; /* or NULL: told where things stand (syntax_int.h) */
	void **stack;       /* of lists under way; see the users */
	size_t n_stack, cap_stack;
};

#define PARSE(call)                   \
	do {                          \
		errint r_ = (call);   \
		if (UNLIKELY(r_ < 0)) \
			return r_;    \
	} while (0)

static inline pos_t parser_at(const struct parser *p, const char *at)
{
	return p->base + (pos_t)(at - p->text);
}
static inline pos_t parser_here(const struct parser *p)
{
	return parser_at(p, p->tok.p);
}
static inline void parser_push(struct parser *p, void *x)
{
	ARRAY_GROW(p->stack, p->n_stack, p->cap_stack);
	p->stack[p->n_stack++] = x;
}

/* n cleared bytes for the tree, which needs less alignment than the arena gives. */
static inline void *ast_alloc(struct parser *p, size_t n)
{
	enum { CHUNK = 32 << 10 };
	struct ast_space *ast = &p->E->ast;
	char *at;

	n = (n + 7) & ~(size_t)7;
	if (UNLIKELY(n > CHUNK / 8))
		return arena_calloc(&p->E->perm, 1, n);
	if (UNLIKELY((size_t)(ast->end - ast->p) < n)) {
		ast->p = arena_calloc(&p->E->perm, 1, CHUNK);
		ast->end = ast->p + CHUNK;
	}
	at = ast->p;
	ast->p += n;
	return at;
}

/* A node of struct T. */
#define NODE(p, T, kind_, pos_)                                  \
	({                                                       \
		struct T *n_ = ast_alloc((p), sizeof(struct T)); \
		n_->e.kind = (kind_);                            \
		n_->e.pos = (pos_);                              \
		n_;                                              \
	})

/* A path under way; few of them are long. */
struct attr_path {
	struct attr_name *v, few[4];
	uint32_t n;
};

/* Begins something at pos, until its PARSER_CLOSE(); after a failure nobody closes. */
#define PARSER_OPEN(p, kind_, pos_)                              \
	struct parser_open open_ = {(p)->open, (pos_), (kind_)}; \
	(p)->open = &open_
#define PARSER_CLOSE(p) ((p)->open = open_.up)

/* Next token. */
errint parser_next(struct parser *p);
/* Takes a token that must be of this kind; expecting (may be NULL) completes the message. */
errint parser_take(struct parser *p, enum token_kind kind, const char *expecting);
/* "syntax error, unexpected …, expecting …" about the token ahead. */
ATTR_COLD errint parser_unexpected(struct parser *p, const char *expecting);
ATTR_COLD ATTR_PRINTF(3, 4) errint parser_fail(struct parser *p, pos_t pos, const char *fmt, ...);

/* Warns or fails about what is here, as the setting of that name says. */
ATTR_PRINTF(4, 5)
errint parser_lint(struct parser *p, enum eval_lint level, const char *setting, const char *fmt,
		   ...);

/* parser.c */
errint parse_expr(struct parser *p, struct expr **out);
struct expr *parser_const(struct parser *p, pos_t pos, struct value v);
struct expr *parser_string_const(struct parser *p, pos_t pos, struct str s);
/* One level deeper in the tree; the caller takes it back by p->depth. */
errint parser_enter(struct parser *p);
/* Is there room for so many more levels? Answers ^C, too. */
errint parser_check_depth(struct parser *p, size_t more);

/* parser_attrs.c; the token ahead is the first inside the braces, or ends behind the last. */
struct e_attrs *parser_attrs_new(struct parser *p, pos_t pos);
errint parse_bindings(struct parser *p, struct e_attrs *into, enum token_kind end);
errint parse_attr_path(struct parser *p, struct attr_path *path);
/* Are we at `{ formals } :` or `{ formals } @`? The token ahead is the brace. */
bool parser_at_formals(struct parser *p);
errint parse_formals_lambda(struct parser *p, sym_t arg, pos_t pos, struct expr **out);
errint parse_formals(struct parser *p, struct lambda *l);

/* Of a URL at hand: `${HOME:-/x}`, which the shell was to read, is one and so a text. Told of
 * recipes. */
void parser_warn_shell(struct parser *p);
/* parser_hint.c: adds the cure of the syntax error under way, where one is sure. */
ATTR_COLD void parser_hint(struct parser *p, const char *expecting);

/* parser_string.c; the token ahead is the opening quote, or the path. */
errint parse_string(struct parser *p, struct expr **out);
errint parse_ind_string(struct parser *p, struct expr **out);
errint parse_path(struct parser *p, struct expr **out);
