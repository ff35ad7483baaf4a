/* SPDX-License-Identifier: MIT
 *
 * Strings, indented strings and paths: what is inside quotes is read here, byte by byte, from
 * where the lexer stands. */
#include "eval/syntax_int.h"

#include "base/environ.h"
#include "memo/inputs.h"

/* A string or path under way: constants and interpolated expressions. */
struct piece {
	pos_t pos;
	struct expr *expr; /* NULL: text */
	struct str text;
	bool indented; /* its leading blanks count for indentation */
};
struct string_pieces {
	struct piece *v;
	uint32_t n, cap;
};

static void add_piece(struct parser *p, struct string_pieces *ps, struct piece piece)
{
	if (ps->n == ps->cap) {
		uint32_t cap = ps->cap ? ps->cap * 2 : 4;
		struct piece *v = arena_alloc(&p->tmp, cap * sizeof(*v));

		if (ps->n)
			memcpy(v, ps->v, ps->n * sizeof(*v));
		ps->v = v;
		ps->cap = cap;
	}
	ps->v[ps->n++] = piece;
}

/* expr } behind `${`; afterwards the lexer stands behind the brace. */
static errint parse_interpolation(struct parser *p, struct string_pieces *ps, const char *at)
{
	struct piece piece = {.pos = parser_at(p, at)};
	PARSER_OPEN(p, OPEN_INTERPOLATION, piece.pos);

	p->lexer.p = at + 2;
	PARSE(parser_next(p));
	PARSE(parse_expr(p, &piece.expr));
	if (p->tok.kind != T_RBRACE)
		return parser_unexpected(p, "'}'");
	PARSER_CLOSE(p);
	p->lexer.p = p->tok.p + 1;
	add_piece(p, ps, piece);
	return 0;
}

static struct expr *concat(struct parser *p, pos_t pos, bool quoted, const struct string_pieces *ps)
{
	struct e_strings *s = ast_alloc(p, sizeof(*s) + ps->n * sizeof(s->v[0]));

	s->e = (struct expr){.kind = E_STRINGS, .flag = quoted, .pos = pos};
	s->n = ps->n;
	for (uint32_t i = 0; i < ps->n; i++) {
		struct piece *x = &ps->v[i];

		s->v[i].pos = x->pos;
		s->v[i].expr = x->expr ? x->expr : parser_string_const(p, x->pos, x->text);
	}
	return &s->e;
}

static errint check_nul(struct parser *p, pos_t pos, struct str s)
{
	BUF(shown, LIMIT_ERR_TEXT);

	if (LIKELY(s.n == 0 || !memchr(s.p, '\0', s.n)))
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i])
			buf_putc(&shown, s.p[i]);
		else
			buf_putz(&shown, "␀");
	}
	return parser_fail(p, pos,
			   "input string '%s' cannot be represented as Nix string because it "
			   "contains null bytes",
			   buf_z(&shown));
}

static char unescape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

static const bool ends_text[256] = {['"'] = true, ['\\'] = true, ['$'] = true, ['\r'] = true};

/* Appends the text up to the closing quote or the next interpolation; *q is left there. */
static errint scan_text(struct parser *p, const char **q, struct buf *b)
{
	const char *s = *q, *end = p->lexer.end;

	for (; s < end && *s != '"'; s++) {
		PARSE(eval_check_interrupt(p->E));
		if (*s == '\\') {
			if (++s == end)
				break;
			buf_putc(b, unescape(*s));
		} else if (*s == '$' && s + 1 < end && s[1] == '{') {
			break;
		} else if (*s == '$' && s + 1 < end && s[1] == '$') {
			/* $${ is no interpolation */
			buf_putz(b, "$$");
			s++;
		} else if (*s == '\r') {
			buf_putc(b, '\n');
			if (s + 1 < end && s[1] == '\n')
				s++;
		} else {
			const char *from = s;

			while (s + 1 < end && !ends_text[(unsigned char)s[1]])
				s++;
			buf_put(b, from, (size_t)(s + 1 - from));
		}
	}
	*q = s;
	if (s < end)
		return 0;
	p->lexer.p = end;
	PARSE(parser_next(p));
	return parser_unexpected(p, "'\"'");
}

errint parse_string(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	const char *q = p->lexer.p;
	struct string_pieces ps = {0};
	size_t texts = syntax_n_texts(p);
	BUF(b, LIMIT_NIX_STRING);
	PARSER_OPEN(p, OPEN_STRING, pos);

	for (;;) {
		const char *from = q;

		buf_clear(&b);
		PARSE(scan_text(p, &q, &b));
		if (b.over)
			return parser_fail(p, pos, "string is too long");
		syntax_add_text(p, from, q, SYNTAX_QUOTED);
		PARSE(check_nul(p, parser_at(p, from), buf_str(&b)));
		if (*q == '"' && ps.n == 0)
			break;
		if (b.n)
			add_piece(p, &ps,
				  (struct piece){.pos = parser_at(p, from),
						 .text = arena_str(&p->tmp, buf_str(&b))});
		if (*q == '"')
			break;
		PARSE(parse_interpolation(p, &ps, q));
		q = p->lexer.p;
	}
	PARSER_CLOSE(p);
	p->lexer.p = q + 1;
	if (!ps.n)
		syntax_mark(p, texts, true, false);
	if (ps.n)
		*out = concat(p, ps.v[0].pos, true, &ps);
	else
		*out = parser_string_const(p, pos, buf_str(&b));
	return parser_next(p);
}

/* ---- indented strings ---- */

/* Length of the plain text at q: everything up to a quote pair, an interpolation, or a dollar or
 * quote that cannot be taken together with what follows it. */
static size_t ind_text(const char *q, const char *end)
{
	const char *s = q;

	while (s < end) {
		if (*s != '$' && *s != '\'') {
			s++;
			continue;
		}
		if (end - s < 2)
			break;
		if (*s == '$' ? (s[1] == '{' || s[1] == '\'') : (s[1] == '\'' || s[1] == '$'))
			break;
		s += 2;
	}
	return (size_t)(s - q);
}

static void add_text(struct parser *p, struct string_pieces *ps, const char *at, struct str text,
		     bool indented)
{
	add_piece(p, ps,
		  (struct piece){.pos = parser_at(p, at), .text = text, .indented = indented});
}

/* Behind two quotes: an escape (returns true, *q behind it), or the end of the string. */
static bool ind_escape(struct parser *p, struct string_pieces *ps, const char **q)
{
	const char *at = *q, *s = at + 2, *end = p->lexer.end;
	char *c;

	if (s < end && *s == '$') {
		add_text(p, ps, at, S("$"), false);
		*q = s + 1;
		return true;
	}
	if (s < end && *s == '\'') {
		add_text(p, ps, at, S("''"), false);
		*q = s + 1;
		return true;
	}
	if (end - s < 2 || *s != '\\')
		return false;
	c = arena_alloc(&p->tmp, 1);
	*c = unescape(s[1]);
	add_text(p, ps, at, str_n(c, 1), false);
	*q = s + 2;
	return true;
}

static errint ind_pieces(struct parser *p, struct string_pieces *ps)
{
	const char *q = p->lexer.p, *end = p->lexer.end;

	for (;;) {
		size_t n = ind_text(q, end);

		if (n) {
			PARSE(check_nul(p, parser_at(p, q), str_n(q, n)));
			syntax_add_text(p, q, q + n, SYNTAX_INDENTED);
			add_text(p, ps, q, str_n(q, n), true);
			q += n;
		}
		if (q >= end) {
			p->lexer.p = end;
			PARSE(parser_next(p));
			return parser_unexpected(p, "indented string or '${' or end of an "
						    "indented string");
		}
		if (*q == '$' && end - q >= 2 && q[1] == '{') {
			PARSE(parse_interpolation(p, ps, q));
			q = p->lexer.p;
		} else if (*q == '$' || end - q < 2 || q[1] != '\'') {
			add_text(p, ps, q, str_n(q, 1), false);
			q++;
		} else if (!ind_escape(p, ps, &q)) {
			p->lexer.p = q + 2;
			return 0;
		}
	}
}

/* The least indentation of a line that has more than blanks. */
static size_t min_indent(const struct string_pieces *ps)
{
	size_t min = 1000000, cur = 0;
	bool at_start = true;

	for (uint32_t i = 0; i < ps->n; i++) {
		const struct piece *x = &ps->v[i];

		if (x->expr || !x->indented) {
			if (at_start && cur < min)
				min = cur;
			at_start = false;
			continue;
		}
		for (size_t j = 0; j < x->text.n; j++) {
			char c = x->text.p[j];

			if (c == '\n') {
				at_start = true;
				cur = 0;
			} else if (at_start && c == ' ') {
				cur++;
			} else if (at_start) {
				at_start = false;
				if (cur < min)
					min = cur;
			}
		}
	}
	return min;
}

struct stripping {
	size_t indent, dropped;
	bool at_start;
};

static struct str strip_text(struct parser *p, struct stripping *st, struct str in, bool last)
{
	char *out = arena_alloc(&p->tmp, in.n), *w = out;
	ptrdiff_t nl;
	struct str s;

	for (size_t j = 0; j < in.n; j++) {
		char c = in.p[j];

		if (!st->at_start) {
			*w++ = c;
			st->at_start = c == '\n';
			continue;
		}
		if (c == ' ') {
			if (st->dropped++ >= st->indent)
				*w++ = c;
			continue;
		}
		st->dropped = 0;
		st->at_start = c == '\n';
		*w++ = c;
	}
	s = str_n(out, (size_t)(w - out));
	nl = last ? str_rchr(s, '\n') : -1;
	if (nl < 0)
		return s;
	for (size_t j = (size_t)nl + 1; j < s.n; j++)
		if (s.p[j] != ' ')
			return s;
	return str_n(s.p, (size_t)nl + 1);
}

errint parse_ind_string(struct parser *p, struct expr **out)
{
	struct string_pieces in = {0}, kept = {0};
	struct stripping st = {.at_start = true};
	pos_t pos = parser_here(p);
	const char *q = p->lexer.p;
	size_t texts = syntax_n_texts(p);
	PARSER_OPEN(p, OPEN_INDENTED, pos);

	while (q < p->lexer.end && *q == ' ')
		q++;
	if (q < p->lexer.end && *q == '\n')
		p->lexer.p = q + 1;
	PARSE(ind_pieces(p, &in));
	PARSER_CLOSE(p);
	if (in.n == 1)
		syntax_mark(p, texts, !in.v[0].expr, false);
	st.indent = min_indent(&in);
	for (uint32_t i = 0; i < in.n; i++) {
		struct piece x = in.v[i];

		if (x.expr) {
			st.at_start = false;
			st.dropped = 0;
			add_piece(p, &kept, x);
			continue;
		}
		x.text = strip_text(p, &st, x.text, i + 1 == in.n);
		if (x.text.n)
			add_piece(p, &kept, x);
	}
	if (kept.n == 0)
		*out = parser_string_const(p, pos, S(""));
	else if (kept.n == 1 && !kept.v[0].expr)
		*out = parser_string_const(p, kept.v[0].pos, kept.v[0].text);
	else
		*out = concat(p, pos, true, &kept);
	return parser_next(p);
}

/* ---- paths ---- */

static errint lint_path(struct parser *p, struct str lit)
{
	const struct eval_options *o = &p->E->opt;

	if (lit.p[0] == '/' || lit.p[0] == '~')
		return parser_lint(p, o->lint_absolute_paths, "lint-absolute-path-literals",
				   "%s path literals are not portable. Consider replacing path "
				   "literal '%.*s' by a string, relative path, or parameter",
				   lit.p[0] == '/' ? "absolute" : "home", STR_ARG(lit));
	if (lit.p[0] == '.')
		return 0;
	return parser_lint(p, o->lint_short_paths, "lint-short-path-literals",
			   "relative path literal '%.*s' should be prefixed with '.' for clarity: "
			   "'./%.*s'",
			   STR_ARG(lit), STR_ARG(lit));
}

/* The canonical path of a literal's first segment, with the slash it ended in. */
static errint path_base_text(struct parser *p, struct str lit, struct str *out)
{
	bool slash = lit.n > 1 && lit.p[lit.n - 1] == '/';
	struct str full, clean;

	if (lit.p[0] == '~') {
		if (p->E->opt.pure)
			return parser_fail(p, parser_here(p),
					   "the path '%.*s' can not be resolved in pure mode",
					   STR_ARG(lit));
		input_variable(p->E->opt.inputs, S("HOME"), str_c(env_or("HOME", "")));
		full = str_c(arena_printf(&p->tmp, "%s%.*s", env_or("HOME", ""), (int)(lit.n - 1),
					  lit.p + 1));
	} else if (lit.p[0] == '/') {
		full = lit;
	} else {
		full = str_c(arena_printf(&p->tmp, "%.*s/%.*s", STR_ARG(p->dir), STR_ARG(lit)));
	}
	clean = path_canonical(p->E, full);
	if (slash && clean.n > 1)
		clean = str_c(arena_printf(&p->tmp, "%.*s/", STR_ARG(clean)));
	*out = arena_str(&p->E->perm, clean);
	return 0;
}

ATTR_COLD static errint trailing_slash(struct parser *p, pos_t pos)
{
	errint r = parser_fail(p, pos, "path has a trailing slash");

	eval_hint(p->E, "leave the last '/' out: a path means the folder without it, too");
	return r;
}

errint parse_path(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	struct string_pieces ps = {0};
	struct str base;
	const char *q = p->lexer.p;
	bool slash = q[-1] == '/';

	PARSE(lint_path(p, str_n(p->tok.p, p->tok.n)));
	PARSE(path_base_text(p, str_n(p->tok.p, p->tok.n), &base));
	*out = parser_const(p, pos, v_path(base));
	add_piece(p, &ps, (struct piece){.pos = pos, .expr = *out});
	for (;;) {
		size_t n;

		if (p->lexer.end - q >= 2 && q[0] == '$' && q[1] == '{') {
			PARSE(parse_interpolation(p, &ps, q));
			q = p->lexer.p;
			slash = false;
			continue;
		}
		n = lex_path_rest(q, p->lexer.end);
		if (n == 0)
			break;
		add_piece(p, &ps, (struct piece){.pos = parser_at(p, q), .text = str_n(q, n)});
		q += n;
		slash = q[-1] == '/';
		/* Behind two slashes only an interpolation may follow what is not one. */
		if (ps.n == 2 && !slash && !(p->lexer.end - q >= 2 && q[0] == '$' && q[1] == '{'))
			return parser_fail(p, ps.v[1].pos,
					   "syntax error, unexpected end of path, expecting '${'");
		if (ps.n == 2 && slash && q < p->lexer.end && *q == '/')
			return parser_fail(p, parser_at(p, q),
					   "syntax error, unexpected string, expecting '${'");
	}
	/* The end of the text has no place of its own. */
	if (slash)
		return trailing_slash(p, q < p->lexer.end ? parser_at(p, q) : ps.v[ps.n - 1].pos);
	p->lexer.p = q;
	if (ps.n > 1)
		*out = concat(p, pos, false, &ps);
	return parser_next(p);
}
