/* SPDX-License-Identifier: MIT
 *
 * What a syntax error's cure may be. Only what is sure is said: which bracket, string or word is
 * still open where the error is, and what certain tokens cannot mean. */
#include "eval/error.h"
#include "eval/parser_int.h"

static const struct {
	const char *what, *closer;
} openers[] = {
	[OPEN_PAREN] = {"'('", "')'"},
	[OPEN_LIST] = {"'['", "']'"},
	[OPEN_BRACE] = {"'{'", "'}'"},
	[OPEN_INTERPOLATION] = {"'${'", "'}'"},
	[OPEN_STRING] = {"string", "closing '\"'"},
	[OPEN_INDENTED] = {"indented string", "closing pair of single quotes"},
	[OPEN_LET] = {"'let'", "'in'"},
	[OPEN_IF] = {"'if'", "'else'"},
	[OPEN_WITH] = {"'with'", "';'"},
	[OPEN_ASSERT] = {"'assert'", "';'"},
	[OPEN_INHERIT] = {"'inherit'", "';'"},
	[OPEN_BINDING] = {"value", "';'"},
};

static struct pos_info place(struct parser *p, pos_t pos)
{
	struct pos_info i = {0};

	pos_resolve(p->E, pos, &i);
	return i;
}

static void hint_open(struct parser *p, const struct parser_open *o, const char *expecting)
{
	struct pos_info i = place(p, o->pos);
	const char *closer = openers[o->kind].closer;

	if (o->kind == OPEN_BRACE && p->tok.kind == T_SEMICOLON && p->prev.kind == T_SEMICOLON) {
		eval_hint(p->E, "one ';' is enough");
		return;
	}
	if (o->kind == OPEN_IF && expecting)
		closer = expecting;
	eval_hint(p->E, "the %s that begins at %u:%u has no %s yet", openers[o->kind].what, i.line,
		  i.column, closer);
}

/* A binding's value ran into what follows it: `a = 1 b = 2;`. */
static void hint_binding(struct parser *p, const struct parser_open *o)
{
	struct pos_info name = place(p, o->pos), at = place(p, parser_here(p));
	struct pos_info before = place(p, parser_at(p, p->prev.p));

	if (p->tok.kind == T_COMMA)
		eval_hint(p->E, "bindings end in ';', not in ','");
	else if (p->tok.kind == T_ASSIGN && p->prev.kind == T_ID)
		eval_hint(p->E, "is a ';' missing in front of '%.*s' at %u:%u?", (int)p->prev.n,
			  p->prev.p, before.line, before.column);
	else
		eval_hint(p->E, "the binding that begins at %u:%u has no ';' before %u:%u",
			  name.line, name.column, at.line, at.column);
}

/* Tokens that cannot go on an expression, so that whatever is open should have been closed. */
static bool ends_something(enum token_kind k)
{
	switch (k) {
	case T_EOF:
	case T_SEMICOLON:
	case T_COMMA:
	case T_COLON:
	case T_ASSIGN:
	case T_RPAREN:
	case T_RBRACKET:
	case T_RBRACE:
	case T_IN:
	case T_THEN:
	case T_ELSE:
		return true;
	default:
		return false;
	}
}

static bool is_closer(enum token_kind k)
{
	return k == T_RPAREN || k == T_RBRACKET || k == T_RBRACE;
}

static bool starts(const struct parser *p, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(p->lexer.end - p->tok.p) >= n && memcmp(p->tok.p, text, n) == 0;
}

/* What is no token at all, or not what it looks like. */
static bool hint_token(struct parser *p)
{
	static const struct {
		const char *text, *hint;
	} hints[] = {
		{"/*", "this comment has no '*/'"},
		{"'", "strings are written in double quotes, or between two pairs of single ones"},
		{"\xef\xbb\xbf", "the text begins with a byte order mark: save it without one"},
		{"\xe2\x80\x9c", "this is a typographic quote; strings are written in '\"'"},
		{"\xe2\x80\x9d", "this is a typographic quote; strings are written in '\"'"},
		{"\xc2\xa0", "this is a no-break space"},
		{"&", "and is written '&&'"},
		{"|", "or is written '||'"},
		{"`", "there are no backquotes in the language"},
		{"$", "variables are written without '$'; in strings and paths as ${name}"},
	};

	/* Behind an operand the beginning of an endless comment is a division. */
	if (p->tok.kind == T_TIMES && p->prev.kind == T_DIVIDE && p->prev.p + 1 == p->tok.p) {
		eval_hint(p->E, "%s", hints[0].hint);
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(hints); i++)
		if (starts(p, hints[i].text)) {
			eval_hint(p->E, "%s", hints[i].hint);
			return true;
		}
	return false;
}

/* A token that somebody who knows other languages puts here. */
static bool hint_habit(struct parser *p, const char *expecting)
{
	enum token_kind k = p->tok.kind;
	bool name_ahead = expecting && strcmp(expecting, "'.' or '='") == 0;

	if (k == T_ID && name_ahead && p->prev.kind == T_ID && p->open &&
	    p->open->kind == OPEN_BRACE)
		eval_hint(p->E, "a function's arguments are separated by ',', a set's bindings end "
				"in ';'");
	else if (k == T_COLON && name_ahead)
		eval_hint(p->E, "in a set, names and values are joined by '='");
	else if (k == T_EQ && name_ahead)
		eval_hint(p->E, "'=' binds a name; '==' compares");
	else if (k == T_COMMA && p->open && p->open->kind == OPEN_LIST)
		eval_hint(p->E, "elements of a list are separated by blanks");
	else
		return false;
	return true;
}

void parser_hint(struct parser *p, const char *expecting)
{
	enum token_kind k = p->tok.kind;
	const struct parser_open *o = p->open;

	if ((k == T_INVALID || k == T_DIVIDE || k == T_TIMES || k == T_DOLLAR_CURLY) &&
	    hint_token(p))
		return;
	if (hint_habit(p, expecting) || !ends_something(k))
		return;
	if (!o && is_closer(k))
		eval_hint(p->E, "nothing is open that this %s could close", token_text(k));
	if (!o && k == T_ASSIGN)
		eval_hint(p->E, "names are bound in sets, { name = value; }, and by let … in");
	if (o && o->kind == OPEN_BINDING) {
		hint_binding(p, o);
		o = k == T_EOF ? o->up : NULL;
	}
	if (o)
		hint_open(p, o, expecting);
}

void parser_warn_shell(struct parser *p)
{
	struct str text = str_n(p->tok.p, p->tok.n);
	struct pos_info i;
	struct str before;

	if (LIKELY(!p->E->opt.project) || !pos_text(p->E, parser_here(p), &before) ||
	    !str_ends(before, S("${")) || str_find(text, S(":-")) < 0 ||
	    !pos_resolve(p->E, parser_here(p), &i) || !error_is_of_project(p->E, i.file))
		return;
	error_warn(p->E, parser_here(p), NULL,
		   "'%.*s' is a URL here, and stays as it is; for the shell's own ${%.*s} write "
		   "''${ or, between double quotes, \\${",
		   STR_ARG(text), STR_ARG(text));
}
