/* SPDX-License-Identifier: MIT
 *
 * Tokens of the Nix language. The lexer has no modes: the parser reads the inside of strings and
 * interpolated paths itself, from where the last token ended. */
#pragma once

#include "base/str.h"

/* X(enum, as messages name it) */
#define TOKENS(X)                                  \
	X(EOF, "end of file")                      \
	X(ID, "identifier")                        \
	X(INT, "integer")                          \
	X(FLOAT, "floating-point literal")         \
	X(QUOTE, "'\"'")                           \
	X(IND_OPEN, "start of an indented string") \
	X(PATH, "path")                            \
	X(HPATH, "'~/…' path")                     \
	X(SPATH, "'<…>' path")                     \
	X(URI, "URI")                              \
	X(IF, "'if'")                              \
	X(THEN, "'then'")                          \
	X(ELSE, "'else'")                          \
	X(ASSERT, "'assert'")                      \
	X(WITH, "'with'")                          \
	X(LET, "'let'")                            \
	X(IN, "'in'")                              \
	X(REC, "'rec'")                            \
	X(INHERIT, "'inherit'")                    \
	X(OR_KW, "'or'")                           \
	X(EQ, "'=='")                              \
	X(NE, "'!='")                              \
	X(LE, "'<='")                              \
	X(GE, "'>='")                              \
	X(LT, "'<'")                               \
	X(GT, "'>'")                               \
	X(UPDATE, "'//'")                          \
	X(CONCAT, "'++'")                          \
	X(AND, "'&&'")                             \
	X(OR, "'||'")                              \
	X(IMPL, "'->'")                            \
	X(PIPE_FROM, "'<|'")                       \
	X(PIPE_INTO, "'|>'")                       \
	X(DOLLAR_CURLY, "'${'")                    \
	X(ELLIPSIS, "'...'")                       \
	X(LBRACE, "'{'")                           \
	X(RBRACE, "'}'")                           \
	X(LBRACKET, "'['")                         \
	X(RBRACKET, "']'")                         \
	X(LPAREN, "'('")                           \
	X(RPAREN, "')'")                           \
	X(SEMICOLON, "';'")                        \
	X(COLON, "':'")                            \
	X(COMMA, "','")                            \
	X(AT, "'@'")                               \
	X(DOT, "'.'")                              \
	X(QUESTION, "'?'")                         \
	X(ASSIGN, "'='")                           \
	X(NOT, "'!'")                              \
	X(PLUS, "'+'")                             \
	X(MINUS, "'-'")                            \
	X(TIMES, "'*'")                            \
	X(DIVIDE, "'/'")                           \
	X(INVALID, "invalid token")

enum token_kind {
#define X(id, text) T_##id,
	TOKENS(X)
#undef X
};

struct token {
	enum token_kind kind;
	const char *p; /* where it begins */
	size_t n;
};

struct lexer {
	const char *p, *end; /* p: behind the last token */
	/* Up to here no path and no URI begins: both are looked for from every token on, and a long
	 * run of characters that might be one shall be looked at once. */
	const char *no_path, *no_uri;
};

/* The next token; at the end that of the end, again and again. */
struct token lex(struct lexer *l);
/* As messages name it. */
const char *token_text(enum token_kind kind);
/* Behind an interpolation in a path: bytes of more path text at p. */
size_t lex_path_rest(const char *p, const char *end);
