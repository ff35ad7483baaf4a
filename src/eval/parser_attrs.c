/* SPDX-License-Identifier: MIT
 *
 * Bindings (`a.b = e;`, `inherit`), attribute paths and formals. Paths that share a beginning are
 * merged into nested sets here, as is a set literal with the paths below it; a name defined twice
 * is an error that tells both places. */
#include "eval/syntax_int.h"

#include <stdlib.h>
#include "base/sort.h"

struct e_attrs *parser_attrs_new(struct parser *p, pos_t pos)
{
	struct e_attrs *a = NODE(p, e_attrs, E_ATTRS, pos);

	a->overrides = -1;
	return a;
}

/* Doubles an array of the tree. */
#define AST_GROW(p, v, n, cap)                                                  \
	do {                                                                    \
		if ((n) == (cap)) {                                             \
			uint32_t cap_ = (cap) ? (cap)*2 : 2;                    \
			__typeof__(v) v_ = ast_alloc((p), cap_ * sizeof(*(v))); \
			if (n)                                                  \
				memcpy(v_, (v), (n) * sizeof(*(v)));            \
			(v) = v_;                                               \
			(cap) = cap_;                                           \
		}                                                               \
	} while (0)

enum { INDEX_FROM = 16 };

static inline uint32_t index_slot(const struct e_attrs *a, sym_t sym)
{
	return sym * 2654435761u & (a->n_index - 1);
}

static void index_put(struct e_attrs *a, uint32_t i)
{
	uint32_t s = index_slot(a, a->defs[i].sym);

	while (a->index[s])
		s = (s + 1) & (a->n_index - 1);
	a->index[s] = i + 1;
}

static void index_grow(struct parser *p, struct e_attrs *a)
{
	a->n_index = a->n_index ? a->n_index * 2 : INDEX_FROM * 4;
	a->index = arena_calloc(&p->tmp, a->n_index, sizeof(*a->index));
	for (uint32_t i = 0; i < a->n; i++)
		index_put(a, i);
}

static struct attr_def *find_def(const struct e_attrs *a, sym_t sym)
{
	if (a->n_index == 0) {
		for (uint32_t i = 0; i < a->n; i++)
			if (a->defs[i].sym == sym)
				return &a->defs[i];
		return NULL;
	}
	for (uint32_t s = index_slot(a, sym); a->index[s]; s = (s + 1) & (a->n_index - 1))
		if (a->defs[a->index[s] - 1].sym == sym)
			return &a->defs[a->index[s] - 1];
	return NULL;
}

static void add_def(struct parser *p, struct e_attrs *a, struct attr_def def)
{
	AST_GROW(p, a->defs, a->n, a->cap);
	a->defs[a->n++] = def;
	if (a->n > INDEX_FROM && a->n * 2 > a->n_index)
		index_grow(p, a);
	else if (a->n_index)
		index_put(a, a->n - 1);
}

static void add_dynamic(struct parser *p, struct e_attrs *a, struct dynamic_def def)
{
	AST_GROW(p, a->dynamic, a->n_dynamic, a->cap_dynamic);
	a->dynamic[a->n_dynamic++] = def;
}

static uint32_t add_from(struct parser *p, struct e_attrs *a, struct expr *from)
{
	AST_GROW(p, a->from, a->n_from, a->cap_from);
	a->from[a->n_from] = from;
	return a->n_from++;
}

static void path_text(struct parser *p, const struct attr_name *path, uint32_t n, struct buf *b)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_putc(b, '.');
		if (path[i].sym) {
			buf_puts(b, sym_str(p->E, path[i].sym));
			continue;
		}
		buf_putz(b, "\"${");
		print_expr(p->E, path[i].expr, b);
		buf_putz(b, "}\"");
	}
}

ATTR_COLD static errint duplicate(struct parser *p, const struct attr_name *path, uint32_t n,
				  pos_t pos, pos_t before)
{
	BUF(b, LIMIT_ERR_TEXT);
	BUF(where, LIMIT_ERR_TEXT);

	path_text(p, path, n, &b);
	pos_print(p->E, before, &where);
	parser_fail(p, pos, "attribute '%s' already defined at %s", buf_z(&b), buf_z(&where));
	return eval_cure(p->E, "leave one of the two out");
}

static void name_lambda(struct expr *e, sym_t name)
{
	for (struct lambda *l; e->kind == E_LAMBDA; e = l->body) {
		l = (struct lambda *)e;
		if (!l->name)
			l->name = name;
	}
}

static errint add_attr(struct parser *p, struct e_attrs *into, struct attr_name *path, uint32_t n,
		       struct attr_def def);

/* `a = { … };` after `a.b = …;`: the literal's attributes join the set that is there. */
static errint merge_attrs(struct parser *p, struct e_attrs *into, struct e_attrs *from,
			  const struct attr_name *path, uint32_t n)
{
	uint32_t shift = into->n_from;
	struct attr_name *longer = arena_alloc(&p->tmp, (n + 1) * sizeof(*longer));

	memcpy(longer, path, n * sizeof(*longer));
	for (uint32_t i = 0; i < from->n; i++) {
		struct attr_def *d = &from->defs[i];

		if (d->kind == DEF_INHERIT_FROM)
			((struct e_from *)((struct e_select *)d->expr)->subject)->index += shift;
		longer[n] = (struct attr_name){.sym = d->sym};
		PARSE(add_attr(p, into, longer, n + 1, *d));
	}
	for (uint32_t i = 0; i < from->n_dynamic; i++)
		add_dynamic(p, into, from->dynamic[i]);
	for (uint32_t i = 0; i < from->n_from; i++)
		add_from(p, into, from->from[i]);
	return 0;
}

/* path is for messages and ends in def's name. */
static errint add_attr(struct parser *p, struct e_attrs *into, struct attr_name *path, uint32_t n,
		       struct attr_def def)
{
	struct attr_def *there = find_def(into, def.sym);

	if (!there) {
		add_def(p, into, def);
		name_lambda(def.expr, def.sym);
		return 0;
	}
	if (there->expr->kind != E_ATTRS || def.expr->kind != E_ATTRS)
		return duplicate(p, path, n, def.pos, there->pos);
	return merge_attrs(p, (struct e_attrs *)there->expr, (struct e_attrs *)def.expr, path, n);
}

/* The nested set for one step of a path, made when it is not there. */
static errint step_into(struct parser *p, struct e_attrs **into, struct attr_name *path, uint32_t i,
			pos_t pos)
{
	struct attr_def *there = path[i].sym ? find_def(*into, path[i].sym) : NULL;
	struct e_attrs *nested;

	if (there) {
		if (there->expr->kind != E_ATTRS)
			return duplicate(p, path, i + 1, pos, there->pos);
		*into = (struct e_attrs *)there->expr;
		return 0;
	}
	nested = parser_attrs_new(p, 0);
	if (path[i].sym)
		add_def(p, *into, (struct attr_def){path[i].sym, pos, &nested->e, DEF_PLAIN});
	else
		add_dynamic(p, *into, (struct dynamic_def){path[i].expr, &nested->e, pos});
	*into = nested;
	return 0;
}

static errint parse_binding(struct parser *p, struct e_attrs *into)
{
	pos_t pos = parser_here(p);
	struct attr_path path;
	struct attr_name *last;
	struct expr *e;
	int noted = syntax_begin(p);
	PARSER_OPEN(p, OPEN_BINDING, pos);

	PARSER_CLOSE(p);
	PARSE(parse_attr_path(p, &path));
	PARSE(parser_check_depth(p, path.n));
	PARSE(parser_take(p, T_ASSIGN, "'.' or '='"));
	p->open = &open_;
	syntax_begin_expr(p, noted);
	PARSE(parse_expr(p, &e));
	syntax_end_expr(p, noted);
	PARSE(parser_take(p, T_SEMICOLON, "';'"));
	syntax_end(p, noted);
	PARSER_CLOSE(p);
	for (uint32_t i = 0; i + 1 < path.n; i++)
		PARSE(step_into(p, &into, path.v, i, pos));
	last = &path.v[path.n - 1];
	if (last->sym)
		return add_attr(p, into, path.v, path.n,
				(struct attr_def){last->sym, pos, e, DEF_PLAIN});
	add_dynamic(p, into, (struct dynamic_def){last->expr, e, pos});
	return 0;
}

static struct expr *inherited(struct parser *p, sym_t sym, pos_t pos, pos_t from_pos,
			      const uint32_t *from)
{
	struct e_select *s;
	struct e_from *f;
	struct e_var *v;

	if (!from) {
		v = NODE(p, e_var, E_VAR, pos);
		v->sym = sym;
		return &v->e;
	}
	f = NODE(p, e_from, E_FROM, from_pos);
	f->index = *from;
	s = ast_alloc(p, sizeof(*s) + sizeof(s->path[0]));
	s->e = (struct expr){.kind = E_SELECT, .pos = pos};
	s->subject = &f->e;
	s->n = 1;
	s->path[0].sym = sym;
	return &s->e;
}

static bool starts_attr(enum token_kind k)
{
	return k == T_ID || k == T_OR_KW || k == T_QUOTE || k == T_DOLLAR_CURLY;
}

/* One attribute name: sym, or an expression. */
static errint parse_attr(struct parser *p, struct attr_name *out)
{
	size_t texts = syntax_n_texts(p);
	struct expr *e;

	*out = (struct attr_name){0};
	switch (p->tok.kind) {
	case T_ID:
	case T_OR_KW:
		syntax_add_name(p);
		out->sym = sym_intern(p->E, str_n(p->tok.p, p->tok.n));
		return parser_next(p);
	case T_QUOTE:
		PARSE(parse_string(p, &e));
		syntax_mark(p, texts, false, true);
		break;
	case T_DOLLAR_CURLY:
		PARSE(parser_next(p));
		PARSE(parse_expr(p, &e));
		PARSE(parser_take(p, T_RBRACE, "'}'"));
		break;
	default:
		return parser_unexpected(p, "identifier or 'or' or '${' or '\"'");
	}
	if (e->kind == E_CONST && ((struct e_const *)e)->v.tag == V_STRING)
		out->sym = sym_intern(p->E, value_str(&((struct e_const *)e)->v));
	else
		out->expr = e;
	return 0;
}

errint parse_attr_path(struct parser *p, struct attr_path *path)
{
	struct attr_name name;
	uint32_t cap = ARRAY_LEN(path->few);

	path->v = path->few;
	path->n = 0;
	for (;;) {
		PARSE(parse_attr(p, &name));
		AST_GROW(p, path->v, path->n, cap);
		path->v[path->n++] = name;
		if (p->tok.kind != T_DOT)
			return 0;
		PARSE(parser_next(p));
	}
}

static errint parse_inherited(struct parser *p, struct e_attrs *into, pos_t from_pos,
			      const uint32_t *from, const struct syntax_range *set)
{
	const char *at = p->tok.p;
	pos_t pos = parser_here(p);
	struct attr_def *there;
	struct attr_name name;

	PARSE(parse_attr(p, &name));
	syntax_inherited(p, at, set);
	if (!name.sym)
		return parser_fail(p, pos, "dynamic attributes not allowed in inherit");
	there = find_def(into, name.sym);
	if (there)
		return duplicate(p, &name, 1, pos, there->pos);
	add_def(p, into,
		(struct attr_def){name.sym, pos, inherited(p, name.sym, pos, from_pos, from),
				  from ? DEF_INHERIT_FROM : DEF_INHERIT});
	return 0;
}

static errint parse_inherit(struct parser *p, struct e_attrs *into)
{
	struct syntax_range set = {0};
	uint32_t index = 0, *from = NULL;
	pos_t from_pos = 0;
	struct expr *e;
	PARSER_OPEN(p, OPEN_INHERIT, parser_here(p));

	PARSE(parser_next(p));
	if (p->tok.kind == T_LPAREN) {
		PARSE(parser_next(p));
		from_pos = parser_here(p);
		set.at = (size_t)(p->tok.p - p->text);
		PARSE(parse_expr(p, &e));
		set.n = (size_t)(p->prev_end - p->text) - set.at;
		PARSE(parser_take(p, T_RPAREN, "')'"));
		index = add_from(p, into, e);
		from = &index;
	}
	while (starts_attr(p->tok.kind))
		PARSE(parse_inherited(p, into, from_pos, from, from ? &set : NULL));
	PARSE(parser_take(p, T_SEMICOLON, NULL));
	PARSER_CLOSE(p);
	return 0;
}

errint parse_bindings(struct parser *p, struct e_attrs *into, enum token_kind end)
{
	while (p->tok.kind != end) {
		if (p->tok.kind == T_INHERIT)
			PARSE(parse_inherit(p, into));
		else if (starts_attr(p->tok.kind))
			PARSE(parse_binding(p, into));
		else
			return parser_unexpected(p, end == T_IN    ? "'in' or 'inherit'"
						    : into->e.flag ? "'inherit' or '}'"
								   : "'inherit'");
	}
	return 0;
}

bool parser_at_formals(struct parser *p)
{
	struct lexer ahead = p->lexer;
	enum token_kind k = lex(&ahead).kind;

	if (k == T_ELLIPSIS)
		return true;
	if (k == T_RBRACE) {
		k = lex(&ahead).kind;
		return k == T_COLON || k == T_AT;
	}
	if (k != T_ID)
		return false;
	k = lex(&ahead).kind;
	return k == T_COMMA || k == T_QUESTION || k == T_RBRACE;
}

static int formal_cmp(const void *x, const void *y)
{
	const struct formal *a = x, *b = y;

	if (a->sym != b->sym)
		return a->sym < b->sym ? -1 : 1;
	return (a->pos > b->pos) - (a->pos < b->pos);
}

static errint check_formals(struct parser *p, struct lambda *l)
{
	for (uint32_t i = 0; i + 1 < l->n_formals; i++)
		if (l->formals[i].sym == l->formals[i + 1].sym)
			return parser_fail(p, l->formals[i + 1].pos,
					   "duplicate formal function argument '%.*s'",
					   STR_ARG(sym_str(p->E, l->formals[i].sym)));
	for (uint32_t i = 0; i < l->n_formals; i++)
		if (l->formals[i].sym == l->arg)
			return parser_fail(p, l->e.pos, "duplicate formal function argument '%.*s'",
					   STR_ARG(sym_str(p->E, l->arg)));
	return 0;
}

static errint parse_formal(struct parser *p, struct formal *f)
{
	*f = (struct formal){.pos = parser_here(p)};
	if (p->tok.kind != T_ID)
		return parser_unexpected(p, NULL);
	f->sym = sym_intern(p->E, str_n(p->tok.p, p->tok.n));
	PARSE(parser_next(p));
	if (p->tok.kind != T_QUESTION)
		return 0;
	PARSE(parser_next(p));
	return parse_expr(p, &f->otherwise);
}

errint parse_formals(struct parser *p, struct lambda *l)
{
	struct formal *v = NULL;
	uint32_t n = 0, cap = 0;
	PARSER_OPEN(p, OPEN_BRACE, parser_here(p));

	PARSE(parser_take(p, T_LBRACE, "'{'"));
	while (p->tok.kind != T_RBRACE) {
		struct formal f;

		if (p->tok.kind == T_ELLIPSIS) {
			l->ellipsis = true;
			PARSE(parser_next(p));
			if (p->tok.kind != T_RBRACE)
				return parser_unexpected(p, "'}'");
			break;
		}
		PARSE(parse_formal(p, &f));
		AST_GROW(p, v, n, cap);
		v[n++] = f;
		if (p->tok.kind == T_COMMA)
			PARSE(parser_next(p));
		else if (p->tok.kind != T_RBRACE)
			return parser_unexpected(p, "'}' or ','");
	}
	PARSER_CLOSE(p);
	l->has_formals = true;
	l->n_formals = n;
	l->formals = ast_alloc(p, n * sizeof(*v));
	if (n) {
		sort_few(v, n, sizeof(*v), formal_cmp);
		memcpy(l->formals, v, n * sizeof(*v));
	}
	return parser_next(p);
}

enum { MOST_FORMALS = 65535 };

/* { … }: …, or { … } @ arg: …; with arg given, what follows `arg @`. */
errint parse_formals_lambda(struct parser *p, sym_t arg, pos_t pos, struct expr **out)
{
	struct lambda *l = NODE(p, lambda, E_LAMBDA, pos);

	l->arg = arg;
	PARSE(parse_formals(p, l));
	if (!arg && p->tok.kind == T_AT) {
		PARSE(parser_next(p));
		if (p->tok.kind != T_ID)
			return parser_unexpected(p, "identifier");
		l->arg = sym_intern(p->E, str_n(p->tok.p, p->tok.n));
		PARSE(parser_next(p));
	}
	PARSE(parser_take(p, T_COLON, arg || l->arg ? "':'" : "':' or '@'"));
	PARSE(check_formals(p, l));
	PARSE(parse_expr(p, &l->body));
	if (l->n_formals > MOST_FORMALS)
		return parser_fail(p, l->e.pos,
				   "too many formal arguments, implementation supports at most %u",
				   MOST_FORMALS);
	*out = &l->e;
	return 0;
}
