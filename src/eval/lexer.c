/* SPDX-License-Identifier: MIT
 *
 * The lexer: at every place the longest token wins, and of equally long ones the first in the
 * grammar, as flex has it. So `a/b` is a path, `a:b` a URI and `1-2/3` a path. */
#include "eval/lexer.h"

enum char_class {
	C_SPACE = 1 << 0,
	C_DIGIT = 1 << 1,
	C_ID_START = 1 << 2,
	C_ID = 1 << 3,
	C_PATH = 1 << 4,
	C_SCHEME = 1 << 5, /* of a URI, behind its first letter */
	C_URI = 1 << 6,
	C_LETTER = 1 << 7,
};

#define LETTER_CLASS (C_ID_START | C_ID | C_PATH | C_SCHEME | C_URI | C_LETTER)
#define DIGIT_CLASS  (C_DIGIT | C_ID | C_PATH | C_SCHEME | C_URI)

static const uint8_t classes[256] = {
	[' '] = C_SPACE,
	['\t'] = C_SPACE,
	['\r'] = C_SPACE,
	['\n'] = C_SPACE,
	['a' ... 'z'] = LETTER_CLASS,
	['A' ... 'Z'] = LETTER_CLASS,
	['0' ... '9'] = DIGIT_CLASS,
	['_'] = C_ID_START | C_ID | C_PATH | C_URI,
	['\''] = C_ID | C_URI,
	['-'] = C_ID | C_PATH | C_SCHEME | C_URI,
	['.'] = C_PATH | C_SCHEME | C_URI,
	['+'] = C_PATH | C_SCHEME | C_URI,
	['%'] = C_URI,
	['/'] = C_URI,
	['?'] = C_URI,
	[':'] = C_URI,
	['@'] = C_URI,
	['&'] = C_URI,
	['='] = C_URI,
	['$'] = C_URI,
	[','] = C_URI,
	['!'] = C_URI,
	['~'] = C_URI,
	['*'] = C_URI,
};

static const char *const texts[] = {
#define X(id, text) text,
	TOKENS(X)
#undef X
};

const char *token_text(enum token_kind kind)
{
	return texts[kind];
}

static inline bool is(char c, unsigned class)
{
	return classes[(unsigned char)c] & class;
}

static size_t run(const char *p, const char *end, unsigned class)
{
	const char *q = p;

	while (q < end && is(*q, class))
		q++;
	return (size_t)(q - p);
}

static inline bool ahead(const char *p, const char *end, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(end - p) >= n && memcmp(p, text, n) == 0;
}

/* ( '/' PATH_CHAR+ )+ '/'? at p; 0 when there is none. */
static size_t path_segments(const char *p, const char *end)
{
	const char *q = p;

	while (end - q >= 2 && *q == '/' && is(q[1], C_PATH))
		q += 1 + run(q + 1, end, C_PATH);
	if (q == p)
		return 0;
	if (q < end && *q == '/')
		q++;
	return (size_t)(q - p);
}

/* A path, or its first segment when an interpolation follows the slash; 0 when there is none. */
static size_t path_length(struct lexer *l, const char *p)
{
	size_t head, n;

	if (p < l->no_path)
		return 0;
	head = run(p, l->end, C_PATH);
	n = path_segments(p + head, l->end);
	if (n)
		return head + n;
	if (ahead(p + head, l->end, "/${"))
		return head + 1;
	l->no_path = p + head;
	return 0;
}

size_t lex_path_rest(const char *p, const char *end)
{
	size_t head = run(p, end, C_PATH);
	size_t n = path_segments(p + head, end);

	if (n)
		return head + n;
	return p + head < end && p[head] == '/' ? head + 1 : head;
}

static size_t home_path_length(const char *p, const char *end)
{
	size_t n = path_segments(p + 1, end);

	if (n)
		return n + 1;
	return ahead(p, end, "~/${") ? 2 : 0;
}

static size_t search_path_length(const char *p, const char *end)
{
	const char *q = p + 1;
	size_t n = run(q, end, C_PATH);

	if (n == 0)
		return 0;
	q += n;
	while (end - q >= 2 && *q == '/' && is(q[1], C_PATH))
		q += 1 + run(q + 1, end, C_PATH);
	return q < end && *q == '>' ? (size_t)(q + 1 - p) : 0;
}

static size_t uri_length(struct lexer *l, const char *p)
{
	size_t scheme, n;

	if (p < l->no_uri)
		return 0;
	scheme = 1 + run(p + 1, l->end, C_SCHEME);
	if (p + scheme >= l->end || p[scheme] != ':') {
		l->no_uri = p + scheme;
		return 0;
	}
	n = run(p + scheme + 1, l->end, C_URI);
	return n ? scheme + 1 + n : 0;
}

static size_t exponent_length(const char *p, const char *end)
{
	const char *q = p;
	size_t n;

	if (q >= end || (*q != 'e' && *q != 'E'))
		return 0;
	q++;
	if (q < end && (*q == '+' || *q == '-'))
		q++;
	n = run(q, end, C_DIGIT);
	return n ? (size_t)(q - p) + n : 0;
}

static size_t float_length(const char *p, const char *end)
{
	size_t whole = run(p, end, C_DIGIT), part;

	if (p + whole >= end || p[whole] != '.')
		return 0;
	part = run(p + whole + 1, end, C_DIGIT);
	if (whole && p[0] != '0')
		return whole + 1 + part + exponent_length(p + whole + 1 + part, end);
	if (whole > 1 || part == 0)
		return 0;
	return whole + 1 + part + exponent_length(p + whole + 1 + part, end);
}

static size_t comment_length(const char *p, const char *end)
{
	const char *q = memmem(p + 2, (size_t)(end - p) - 2, "*/", 2);

	return q ? (size_t)(q + 2 - p) : 0;
}

/* Up to its end, which is a carriage return, too. */
static size_t comment_line(const char *p, const char *end)
{
	const char *q = memchr(p, '\n', (size_t)(end - p)), *cr;

	q = q ? q : end;
	cr = memchr(p, '\r', (size_t)(q - p));
	return (size_t)((cr ? cr : q) - p);
}

static const char *skip_blanks(const char *p, const char *end)
{
	size_t n;

	for (; p < end; p += n) {
		n = run(p, end, C_SPACE);
		if (n)
			continue;
		if (*p == '#') {
			n = comment_line(p, end);
			continue;
		}
		if (*p == '/' && end - p >= 2 && p[1] == '*')
			n = comment_length(p, end);
		if (n == 0)
			break;
	}
	return p;
}

static enum token_kind word_kind(const char *p, size_t n)
{
#define IS(word) (n == sizeof(word) - 1 && memcmp(p, word, sizeof(word) - 1) == 0)
	switch (*p) {
	case 'a':
		return IS("assert") ? T_ASSERT : T_ID;
	case 'e':
		return IS("else") ? T_ELSE : T_ID;
	case 'i':
		return IS("inherit") ? T_INHERIT : IS("in") ? T_IN : IS("if") ? T_IF : T_ID;
	case 'l':
		return IS("let") ? T_LET : T_ID;
	case 'o':
		return IS("or") ? T_OR_KW : T_ID;
	case 'r':
		return IS("rec") ? T_REC : T_ID;
	case 't':
		return IS("then") ? T_THEN : T_ID;
	case 'w':
		return IS("with") ? T_WITH : T_ID;
	}
#undef IS
	return T_ID;
}

static struct token word(struct lexer *l, const char *p)
{
	size_t id = run(p, l->end, C_ID), uri, path;

	/* Most words: what follows continues neither a path nor a URI. */
	if (p + id == l->end || is(p[id], C_SPACE) || p[id] == ';' || p[id] == ')')
		return (struct token){word_kind(p, id), p, id};
	uri = is(*p, C_LETTER) ? uri_length(l, p) : 0;
	path = path_length(l, p);
	if (path > id && path >= uri)
		return (struct token){T_PATH, p, path};
	if (uri > id)
		return (struct token){T_URI, p, uri};
	return (struct token){word_kind(p, id), p, id};
}

static struct token number(struct lexer *l, const char *p)
{
	size_t digits = run(p, l->end, C_DIGIT), fl = float_length(p, l->end);
	size_t path = path_length(l, p);

	if (path > MAX(digits, fl))
		return (struct token){T_PATH, p, path};
	if (fl > digits)
		return (struct token){T_FLOAT, p, fl};
	return (struct token){T_INT, p, digits};
}

static struct token dot(struct lexer *l, const char *p)
{
	size_t path = path_length(l, p), fl = float_length(p, l->end);

	if (path > fl)
		return (struct token){T_PATH, p, path};
	if (fl)
		return (struct token){T_FLOAT, p, fl};
	if (ahead(p, l->end, "..."))
		return (struct token){T_ELLIPSIS, p, 3};
	return (struct token){T_DOT, p, 1};
}

/* Tokens of one or two punctuation characters, by their first: alone, and with a second. */
struct punctuation {
	uint8_t alone;
	struct {
		char next;
		uint8_t kind;
	} pairs[2];
};

static const struct punctuation punctuations[128] = {
	['='] = {T_ASSIGN, {{'=', T_EQ}}},
	['!'] = {T_NOT, {{'=', T_NE}}},
	['<'] = {T_LT, {{'=', T_LE}, {'|', T_PIPE_FROM}}},
	['>'] = {T_GT, {{'=', T_GE}}},
	['&'] = {T_INVALID, {{'&', T_AND}}},
	['|'] = {T_INVALID, {{'|', T_OR}, {'>', T_PIPE_INTO}}},
	['-'] = {T_MINUS, {{'>', T_IMPL}}},
	['/'] = {T_DIVIDE, {{'/', T_UPDATE}}},
	['+'] = {T_PLUS, {{'+', T_CONCAT}}},
	['\''] = {T_INVALID, {{'\'', T_IND_OPEN}}},
	['$'] = {T_INVALID, {{'{', T_DOLLAR_CURLY}}},
	['{'] = {T_LBRACE},
	['}'] = {T_RBRACE},
	['['] = {T_LBRACKET},
	[']'] = {T_RBRACKET},
	['('] = {T_LPAREN},
	[')'] = {T_RPAREN},
	[';'] = {T_SEMICOLON},
	[':'] = {T_COLON},
	[','] = {T_COMMA},
	['@'] = {T_AT},
	['?'] = {T_QUESTION},
	['*'] = {T_TIMES},
	['"'] = {T_QUOTE},
};

static struct token punctuation(const char *p, const char *end)
{
	const struct punctuation *x = &punctuations[*p & 0x7f];

	if ((unsigned char)*p >= 0x80 || x->alone == T_EOF)
		return (struct token){T_INVALID, p, 1};
	for (size_t i = 0; i < ARRAY_LEN(x->pairs); i++)
		if (x->pairs[i].next && p + 1 < end && p[1] == x->pairs[i].next)
			return (struct token){x->pairs[i].kind, p, 2};
	return (struct token){x->alone, p, 1};
}

static struct token token_at(struct lexer *l, const char *p)
{
	const char *end = l->end;
	size_t n = 0;

	if (p >= end)
		return (struct token){T_EOF, p, 0};
	if (is(*p, C_ID_START))
		return word(l, p);
	if (is(*p, C_DIGIT))
		return number(l, p);
	if (*p == '.')
		return dot(l, p);
	if (*p == '/' || *p == '-' || *p == '+')
		n = path_length(l, p);
	if (n)
		return (struct token){T_PATH, p, n};
	if (*p == '~' && (n = home_path_length(p, end)))
		return (struct token){T_HPATH, p, n};
	if (*p == '<' && (n = search_path_length(p, end)))
		return (struct token){T_SPATH, p, n};
	return punctuation(p, end);
}

struct token lex(struct lexer *l)
{
	struct token t = token_at(l, skip_blanks(l->p, l->end));

	l->p = t.p + t.n;
	return t;
}
