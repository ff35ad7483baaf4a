/* SPDX-License-Identifier: MIT
 *
 * Expressions. The levels are those of Nix's grammar: functions, let, with, assert; if and pipes;
 * operators; application; selection; simple expressions. What the grammar forbids (a function as
 * an operand, `a == b == c`) is a syntax error here, too. */
#include "eval/parser_int.h"

#include <errno.h>
#include <stdlib.h>
#include "base/report.h"
#include "eval/error.h"
#include "eval/syntax_int.h"

errint parser_fail(struct parser *p, pos_t pos, const char *fmt, ...)
{
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;
	errint r;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	r = eval_fail(p->E, pos, "%s", buf_z(&text));
	p->E->err_in_text = true;
	return r;
}

errint parser_lint(struct parser *p, enum eval_lint level, const char *setting, const char *fmt,
		   ...)
{
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	if (LIKELY(level == LINT_IGNORE))
		return 0;
	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	if (level == LINT_FATAL)
		return parser_fail(p, parser_here(p), "%s (%s)", buf_z(&text), setting);
	error_warn(p->E, parser_here(p), NULL, "%s (%s)", buf_z(&text), setting);
	return 0;
}

errint parser_unexpected(struct parser *p, const char *expecting)
{
	pos_t pos = parser_here(p);
	const char *what = token_text(p->tok.kind);
	errint r;

	p->cut_short = p->tok.kind == T_EOF;
	if (expecting)
		r = parser_fail(p, pos, "syntax error, unexpected %s, expecting %s", what,
				expecting);
	else
		r = parser_fail(p, pos, "syntax error, unexpected %s", what);
	parser_hint(p, expecting);
	return r;
}

errint parser_next(struct parser *p)
{
	p->prev = p->tok;
	p->prev_end = p->lexer.p;
	p->tok = lex(&p->lexer);
	if (LIKELY(p->tok.kind != T_PIPE_FROM && p->tok.kind != T_PIPE_INTO))
		return 0;
	if (p->E->opt.pipe_operators)
		return 0;
	return parser_fail(p, parser_here(p),
			   "experimental Nix feature 'pipe-operators' is disabled; add "
			   "'--extra-experimental-features pipe-operators' to enable it");
}

errint parser_take(struct parser *p, enum token_kind kind, const char *expecting)
{
	if (UNLIKELY(p->tok.kind != kind))
		return parser_unexpected(p, expecting);
	return parser_next(p);
}

errint parser_check_depth(struct parser *p, size_t more)
{
	if (UNLIKELY(p->depth + more > p->E->max_nesting))
		return parser_fail(p, parser_here(p), "expression is nested more than %u deep",
				   p->E->max_nesting);
	return eval_check_interrupt(p->E);
}

errint parser_enter(struct parser *p)
{
	p->depth++;
	return parser_check_depth(p, 0);
}

struct expr *parser_const(struct parser *p, pos_t pos, struct value v)
{
	struct e_const *c = NODE(p, e_const, E_CONST, pos);

	c->v = v;
	return &c->e;
}

struct expr *parser_string_const(struct parser *p, pos_t pos, struct str s)
{
	return parser_const(p, pos, v_str(arena_str(&p->E->perm, s)));
}

static struct expr *new_var(struct parser *p, pos_t pos, sym_t sym)
{
	struct e_var *v = NODE(p, e_var, E_VAR, pos);

	v->sym = sym;
	return &v->e;
}

static struct expr *new_op(struct parser *p, enum expr_kind kind, pos_t pos, struct expr *a,
			   struct expr *b)
{
	struct e_op *o = NODE(p, e_op, kind, pos);

	o->a = a;
	o->b = b;
	return &o->e;
}

/* f a b is one call with two arguments, however it is put into parentheses. */
static struct expr *new_call(struct parser *p, pos_t pos, struct expr *fn, struct expr *arg)
{
	struct e_call *c;

	if (fn->kind == E_CALL) {
		c = (struct e_call *)fn;
	} else {
		c = NODE(p, e_call, E_CALL, pos);
		c->fn = fn;
	}
	if (c->n == c->cap) {
		uint32_t cap = c->cap ? c->cap * 2 : 1;
		struct expr **args = ast_alloc(p, cap * sizeof(*args));

		if (c->n)
			memcpy(args, c->args, c->n * sizeof(*args));
		c->args = args;
		c->cap = cap;
	}
	c->args[c->n++] = arg;
	return &c->e;
}

static errint parse_int(struct parser *p, struct expr **out)
{
	int64_t i;

	if (!str_to_i64(str_n(p->tok.p, p->tok.n), &i))
		return parser_fail(p, parser_here(p), "invalid integer '%.*s'", (int)p->tok.n,
				   p->tok.p);
	*out = parser_const(p, parser_here(p), v_int(i));
	return parser_next(p);
}

static errint parse_float(struct parser *p, struct expr **out)
{
	char *z CLEANUP_FREE = str_dupz(str_n(p->tok.p, p->tok.n));
	double f;

	errno = 0;
	f = strtod(z, NULL);
	if (errno)
		return parser_fail(p, parser_here(p), "invalid float '%s'", z);
	*out = parser_const(p, parser_here(p), v_float(f));
	return parser_next(p);
}

static errint parse_list(struct parser *p, struct expr **out);
static errint parse_operand(struct parser *p, struct expr **out);
static errint parse_op(struct parser *p, unsigned min, struct expr **out);

static errint parse_word(struct parser *p, struct expr **out)
{
	sym_t sym = sym_intern(p->E, str_n(p->tok.p, p->tok.n));
	pos_t pos = parser_here(p);

	syntax_add_name(p);
	if (sym == SYM_curPos)
		*out = &NODE(p, e_const, E_POS, pos)->e;
	else
		*out = new_var(p, pos, sym);
	return parser_next(p);
}

static errint parse_search_path(struct parser *p, struct expr **out)
{
	struct e_spath *s = NODE(p, e_spath, E_SPATH, parser_here(p));
	struct str name = str_n(p->tok.p + 1, p->tok.n - 2);
	struct expr *fn = new_var(p, s->e.pos, SYM_findFile);

	s->name = v_str(arena_str(&p->E->perm, name));
	s->call = new_call(p, s->e.pos, fn, new_var(p, s->e.pos, SYM_nixPath));
	s->call = new_call(p, s->e.pos, s->call, parser_const(p, s->e.pos, s->name));
	*out = &s->e;
	return parser_next(p);
}

static errint parse_braces(struct parser *p, pos_t pos, bool rec, struct e_attrs **out)
{
	struct e_attrs *a = parser_attrs_new(p, pos);
	PARSER_OPEN(p, OPEN_BRACE, parser_here(p));

	a->e.flag = rec;
	PARSE(parser_take(p, T_LBRACE, "'{'"));
	PARSE(parse_bindings(p, a, T_RBRACE));
	PARSER_CLOSE(p);
	*out = a;
	return parser_next(p);
}

/* let { …; body = …; } is (rec { … }).body */
static errint parse_old_let(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	struct e_select *s;
	struct e_attrs *a;

	PARSE(parser_next(p));
	PARSE(parse_braces(p, pos, true, &a));
	s = ast_alloc(p, sizeof(*s) + sizeof(s->path[0]));
	s->e = (struct expr){.kind = E_SELECT, .pos = pos};
	s->subject = &a->e;
	s->n = 1;
	s->path[0].sym = SYM_body;
	*out = &s->e;
	return 0;
}

static errint parse_parens(struct parser *p, struct expr **out)
{
	PARSER_OPEN(p, OPEN_PAREN, parser_here(p));

	PARSE(parser_next(p));
	PARSE(parse_expr(p, out));
	PARSE(parser_take(p, T_RPAREN, "')'"));
	PARSER_CLOSE(p);
	return 0;
}

static errint parse_simple_inner(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	struct e_attrs *a;

	switch (p->tok.kind) {
	case T_ID:
		return parse_word(p, out);
	case T_INT:
		return parse_int(p, out);
	case T_FLOAT:
		return parse_float(p, out);
	case T_QUOTE:
		return parse_string(p, out);
	case T_IND_OPEN:
		return parse_ind_string(p, out);
	case T_PATH:
	case T_HPATH:
		return parse_path(p, out);
	case T_SPATH:
		return parse_search_path(p, out);
	case T_URI:
		PARSE(parser_lint(p, p->E->opt.lint_urls, "lint-url-literals",
				  "URL literals are %s. Consider using a string literal \"%.*s\" "
				  "instead",
				  p->E->opt.lint_urls == LINT_FATAL ? "disallowed" : "discouraged",
				  (int)p->tok.n, p->tok.p));
		parser_warn_shell(p);
		syntax_add_bare(p);
		*out = parser_string_const(p, pos, str_n(p->tok.p, p->tok.n));
		return parser_next(p);
	case T_LPAREN:
		return parse_parens(p, out);
	case T_LET:
		return parse_old_let(p, out);
	case T_REC:
		PARSE(parser_next(p));
		PARSE(parse_braces(p, pos, true, &a));
		*out = &a->e;
		return 0;
	case T_LBRACE:
		PARSE(parse_braces(p, pos, false, &a));
		*out = &a->e;
		return 0;
	case T_LBRACKET:
		return parse_list(p, out);
	default:
		return parser_unexpected(p, NULL);
	}
}

static errint parse_simple(struct parser *p, struct expr **out)
{
	errint r;

	PARSE(parser_enter(p));
	r = parse_simple_inner(p, out);
	p->depth--;
	return r;
}

static bool starts_simple(enum token_kind k)
{
	switch (k) {
	case T_ID:
	case T_INT:
	case T_FLOAT:
	case T_QUOTE:
	case T_IND_OPEN:
	case T_PATH:
	case T_HPATH:
	case T_SPATH:
	case T_URI:
	case T_LPAREN:
	case T_LET:
	case T_REC:
	case T_LBRACE:
	case T_LBRACKET:
		return true;
	default:
		return false;
	}
}

static errint parse_list(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	size_t from = p->n_stack, n;
	struct e_list *l;
	PARSER_OPEN(p, OPEN_LIST, pos);

	PARSE(parser_next(p));
	while (starts_simple(p->tok.kind)) {
		struct expr *e;

		PARSE(parse_operand(p, &e));
		parser_push(p, e);
	}
	PARSE(parser_take(p, T_RBRACKET, NULL));
	PARSER_CLOSE(p);
	n = p->n_stack - from;
	l = ast_alloc(p, sizeof(*l) + n * sizeof(l->v[0]));
	l->e = (struct expr){.kind = E_LIST, .pos = pos};
	l->n = (uint32_t)n;
	if (n)
		memcpy(l->v, p->stack + from, n * sizeof(l->v[0]));
	p->n_stack = from;
	*out = &l->e;
	return 0;
}

static errint new_select(struct parser *p, enum expr_kind kind, pos_t pos, struct expr *subject,
			 struct e_select **out)
{
	struct attr_path path;
	struct e_select *s;

	PARSE(parse_attr_path(p, &path));
	s = ast_alloc(p, sizeof(*s) + path.n * sizeof(path.v[0]));
	s->e = (struct expr){.kind = kind, .pos = pos};
	s->subject = subject;
	s->n = path.n;
	memcpy(s->path, path.v, path.n * sizeof(path.v[0]));
	*out = s;
	return 0;
}

static errint parse_select(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	struct expr *subject;
	struct e_select *s;

	PARSE(parse_simple(p, &subject));
	p->or_end = NULL;
	if (p->tok.kind == T_OR_KW) {
		/* `f or` is f applied to a variable of that name: nixpkgs once had one. */
		*out = new_call(p, pos, subject, new_var(p, pos, SYM_or_));
		p->or_end = p->tok.p + strlen("or");
		return parser_next(p);
	}
	*out = subject;
	if (p->tok.kind != T_DOT)
		return 0;
	PARSE(parser_next(p));
	PARSE(new_select(p, E_SELECT, pos, subject, &s));
	*out = &s->e;
	if (p->tok.kind != T_OR_KW)
		return 0;
	PARSE(parser_next(p));
	PARSE(parser_enter(p));
	PARSE(parse_operand(p, &s->otherwise));
	p->depth--;
	return 0;
}

/* What stands where `x or` would mean something else, were `or` a name like others. */
static errint parse_operand(struct parser *p, struct expr **out)
{
	const char *from = p->tok.p;
	BUF(place, LIMIT_ERR_TEXT);

	PARSE(parse_select(p, out));
	if (LIKELY(!p->or_end))
		return 0;
	pos_print(p->E, parser_at(p, from), &place);
	eval_tell(p->E, REPORT_WARN,
		  "at %s: This expression uses `or` as an identifier in a way that will change in "
		  "a future Nix release.\nWrap this entire expression in parentheses to preserve "
		  "its current meaning:\n    (%.*s)\n"
		  "Give feedback at https://github.com/NixOS/nix/pull/11121",
		  buf_z(&place), (int)(p->or_end - from), from);
	p->or_end = NULL;
	return 0;
}

static errint parse_app(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);

	PARSE(parse_select(p, out));
	while (starts_simple(p->tok.kind)) {
		struct expr *arg;

		PARSE(parse_operand(p, &arg));
		*out = new_call(p, pos, *out, arg);
	}
	return 0;
}

enum assoc { LEFT, RIGHT, NONE };
enum { PREC_NOT = 7, PREC_NEGATE = 12 };

static const struct binary {
	uint8_t prec, assoc;
} binaries[] = {
	[T_IMPL] = {1, RIGHT},     [T_OR] = {2, LEFT},     [T_AND] = {3, LEFT},
	[T_EQ] = {4, NONE},        [T_NE] = {4, NONE},     [T_LT] = {5, NONE},
	[T_GT] = {5, NONE},        [T_LE] = {5, NONE},     [T_GE] = {5, NONE},
	[T_UPDATE] = {6, RIGHT},   [T_PLUS] = {8, LEFT},   [T_MINUS] = {8, LEFT},
	[T_TIMES] = {9, LEFT},     [T_DIVIDE] = {9, LEFT}, [T_CONCAT] = {10, RIGHT},
	[T_QUESTION] = {11, LEFT}, [T_INVALID] = {0, 0},
};

static struct expr *new_plus(struct parser *p, pos_t pos, pos_t a_pos, struct expr *a, pos_t b_pos,
			     struct expr *b)
{
	struct e_strings *s = ast_alloc(p, sizeof(*s) + 2 * sizeof(struct string_part));

	s->e = (struct expr){.kind = E_STRINGS, .pos = pos};
	s->n = 2;
	s->v[0] = (struct string_part){a_pos, a};
	s->v[1] = (struct string_part){b_pos, b};
	return &s->e;
}

static struct expr *new_binary(struct parser *p, enum token_kind op, pos_t pos, struct expr *a,
			       struct expr *b)
{
	switch (op) {
	case T_EQ:
		return new_op(p, E_EQ, pos, a, b);
	case T_NE:
		return new_op(p, E_NE, pos, a, b);
	case T_LT:
		return new_op(p, E_LESS, pos, a, b);
	case T_GT:
		return new_op(p, E_LESS, pos, b, a);
	case T_LE:
		return new_op(p, E_NOT, pos, new_op(p, E_LESS, pos, b, a), NULL);
	case T_GE:
		return new_op(p, E_NOT, pos, new_op(p, E_LESS, pos, a, b), NULL);
	case T_AND:
		return new_op(p, E_AND, pos, a, b);
	case T_OR:
		return new_op(p, E_OR, pos, a, b);
	case T_IMPL:
		return new_op(p, E_IMPL, pos, a, b);
	case T_UPDATE:
		return new_op(p, E_UPDATE, pos, a, b);
	case T_CONCAT:
		return new_op(p, E_CONCAT, pos, a, b);
	case T_MINUS:
		return new_op(p, E_SUB, pos, a, b);
	case T_TIMES:
		return new_op(p, E_MUL, pos, a, b);
	case T_DIVIDE:
		return new_op(p, E_DIV, pos, a, b);
	default:
		BUG("no binary operator");
	}
}

static errint parse_prefix(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	enum token_kind op = p->tok.kind;
	struct expr *operand;

	if (op != T_NOT && op != T_MINUS)
		return parse_app(p, out);
	PARSE(parser_enter(p));
	PARSE(parser_next(p));
	PARSE(parse_op(p, op == T_NOT ? PREC_NOT + 1 : PREC_NEGATE + 1, &operand));
	p->depth--;
	if (op == T_NOT)
		*out = new_op(p, E_NOT, pos, operand, NULL);
	else
		*out = new_op(p, E_SUB, pos, parser_const(p, pos, v_int(0)), operand);
	return 0;
}

static errint parse_op(struct parser *p, unsigned min, struct expr **out)
{
	pos_t start = parser_here(p);
	unsigned depth = p->depth;
	struct expr *left;

	PARSE(parse_prefix(p, &left));
	for (;;) {
		enum token_kind op = p->tok.kind;
		struct binary b = op < ARRAY_LEN(binaries) ? binaries[op] : (struct binary){0, 0};
		pos_t pos = parser_here(p), right_start;
		struct expr *right;

		if (b.prec == 0 || b.prec < min)
			break;
		/* Each turn nests the tree so far in a new one. */
		PARSE(parser_enter(p));
		PARSE(parser_next(p));
		if (op == T_QUESTION) {
			struct e_select *s;

			PARSE(new_select(p, E_HAS, start, left, &s));
			left = &s->e;
		} else {
			right_start = parser_here(p);
			PARSE(parse_op(p, b.assoc == RIGHT ? b.prec : b.prec + 1u, &right));
			left = op == T_PLUS ? new_plus(p, pos, start, left, right_start, right)
					    : new_binary(p, op, pos, left, right);
		}
		if (b.assoc == NONE && p->tok.kind < ARRAY_LEN(binaries) &&
		    binaries[p->tok.kind].prec == b.prec)
			return parser_unexpected(p, NULL);
	}
	p->depth = depth;
	*out = left;
	return 0;
}

/* a |> f |> g, or f <| g <| a; the two do not mix. */
static errint parse_pipes(struct parser *p, struct expr **out)
{
	size_t from = p->n_stack;
	unsigned depth = p->depth;
	struct expr *e;

	PARSE(parse_op(p, 1, out));
	while (p->tok.kind == T_PIPE_INTO) {
		pos_t pos = parser_here(p);

		PARSE(parser_enter(p));
		PARSE(parser_next(p));
		PARSE(parse_op(p, 1, &e));
		*out = new_call(p, pos, e, *out);
		if (p->tok.kind == T_PIPE_FROM)
			return parser_unexpected(p, NULL);
	}
	while (p->tok.kind == T_PIPE_FROM) {
		parser_push(p, *out);
		parser_push(p, (void *)(uintptr_t)parser_here(p));
		PARSE(parser_enter(p));
		PARSE(parser_next(p));
		PARSE(parse_op(p, 1, out));
		if (p->tok.kind == T_PIPE_INTO)
			return parser_unexpected(p, NULL);
	}
	for (; p->n_stack > from; p->n_stack -= 2)
		*out = new_call(p, (pos_t)(uintptr_t)p->stack[p->n_stack - 1],
				p->stack[p->n_stack - 2], *out);
	p->depth = depth;
	return 0;
}

static errint parse_if(struct parser *p, struct expr **out)
{
	struct e_if *i = NODE(p, e_if, E_IF, parser_here(p));
	PARSER_OPEN(p, OPEN_IF, i->e.pos);

	PARSE(parser_next(p));
	PARSE(parse_expr(p, &i->cond));
	PARSE(parser_take(p, T_THEN, "'then'"));
	PARSE(parse_expr(p, &i->then));
	PARSE(parser_take(p, T_ELSE, "'else'"));
	PARSER_CLOSE(p);
	PARSE(parse_expr(p, &i->otherwise));
	*out = &i->e;
	return 0;
}

static errint parse_assert(struct parser *p, struct expr **out)
{
	struct e_if *i = NODE(p, e_if, E_ASSERT, parser_here(p));
	PARSER_OPEN(p, OPEN_ASSERT, i->e.pos);

	PARSE(parser_next(p));
	PARSE(parse_expr(p, &i->cond));
	PARSE(parser_take(p, T_SEMICOLON, "';'"));
	PARSER_CLOSE(p);
	PARSE(parse_expr(p, &i->then));
	*out = &i->e;
	return 0;
}

static errint parse_with(struct parser *p, struct expr **out)
{
	struct e_with *w = NODE(p, e_with, E_WITH, parser_here(p));
	PARSER_OPEN(p, OPEN_WITH, w->e.pos);

	PARSE(parser_next(p));
	PARSE(parse_expr(p, &w->set));
	PARSE(parser_take(p, T_SEMICOLON, "';'"));
	PARSER_CLOSE(p);
	PARSE(parse_expr(p, &w->body));
	*out = &w->e;
	return 0;
}

static errint parse_let(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	struct lexer ahead = p->lexer;
	struct e_let *l;
	PARSER_OPEN(p, OPEN_LET, pos);

	PARSER_CLOSE(p);
	if (lex(&ahead).kind == T_LBRACE)
		return parse_pipes(p, out);
	PARSE(parser_next(p));
	l = NODE(p, e_let, E_LET, pos);
	l->defs = parser_attrs_new(p, pos);
	l->defs->e.flag = true;
	p->open = &open_;
	PARSE(parse_bindings(p, l->defs, T_IN));
	PARSER_CLOSE(p);
	if (l->defs->n_dynamic)
		return parser_fail(p, pos, "dynamic attributes not allowed in let");
	PARSE(parser_next(p));
	PARSE(parse_expr(p, &l->body));
	*out = &l->e;
	return 0;
}

/* The token ahead is a word: x: …, x @ { … }: …, or an operand. */
static errint parse_word_or_lambda(struct parser *p, struct expr **out)
{
	pos_t pos = parser_here(p);
	struct lexer ahead = p->lexer;
	enum token_kind next = lex(&ahead).kind;
	struct lambda *l;
	sym_t arg;

	if (next != T_COLON && next != T_AT)
		return parse_pipes(p, out);
	arg = sym_intern(p->E, str_n(p->tok.p, p->tok.n));
	PARSE(parser_next(p));
	PARSE(parser_next(p));
	if (next == T_AT)
		return parse_formals_lambda(p, arg, pos, out);
	l = NODE(p, lambda, E_LAMBDA, pos);
	l->arg = arg;
	PARSE(parse_expr(p, &l->body));
	*out = &l->e;
	return 0;
}

static errint parse_expr_inner(struct parser *p, struct expr **out)
{
	switch (p->tok.kind) {
	case T_ID:
		return parse_word_or_lambda(p, out);
	case T_LBRACE:
		if (parser_at_formals(p))
			return parse_formals_lambda(p, 0, parser_here(p), out);
		return parse_pipes(p, out);
	case T_LET:
		return parse_let(p, out);
	case T_WITH:
		return parse_with(p, out);
	case T_ASSERT:
		return parse_assert(p, out);
	case T_IF:
		return parse_if(p, out);
	default:
		return parse_pipes(p, out);
	}
}

errint parse_expr(struct parser *p, struct expr **out)
{
	errint r;

	PARSE(parser_enter(p));
	r = parse_expr_inner(p, out);
	p->depth--;
	return r;
}

static errint parse_all(struct parser *p, struct expr **out)
{
	PARSE(parser_next(p));
	PARSE(parse_expr(p, out));
	if (p->tok.kind != T_EOF)
		return parser_unexpected(p, "end of file");
	return 0;
}

static struct parser parse_begin(struct eval *E, uint32_t source, struct str text, struct str dir)
{
	return (struct parser){
		.E = E,
		.lexer = {.p = text.p, .end = text.p + text.n, .no_path = text.p, .no_uri = text.p},
		.text = text.p,
		.base = source,
		.dir = dir,
	};
}

static void parser_release(struct parser *p)
{
	arena_release(&p->tmp);
	free(p->stack);
}

errint parse(struct eval *E, uint32_t source, struct str text, struct str dir,
	     const struct static_scope *scope, struct expr **out)
{
	struct parser p = parse_begin(E, source, text, dir);
	errint r = parse_all(&p, out);

	if (r == 0)
		r = scope_resolve(E, out, scope);
	parser_release(&p);
	return r;
}

static errint parse_all_bindings(struct parser *p, struct expr **out)
{
	struct e_attrs *a;

	PARSE(parser_next(p));
	a = parser_attrs_new(p, parser_here(p));
	PARSE(parse_bindings(p, a, T_EOF));
	*out = &a->e;
	return 0;
}

enum parse_end parse_typed(struct eval *E, uint32_t source, struct str text, struct str dir,
			   const struct static_scope *scope, bool bindings, struct expr **out)
{
	struct parser p = parse_begin(E, source, text, dir);
	errint r = bindings ? parse_all_bindings(&p, out) : parse_all(&p, out);
	enum parse_end end = PARSE_DONE;

	if (r < 0)
		end = p.cut_short ? PARSE_TOO_SHORT : PARSE_WRONG;
	else if (scope_resolve(E, out, scope) < 0)
		end = PARSE_UNBOUND;
	parser_release(&p);
	return end;
}

errint parse_alone(struct eval *E, uint32_t source, struct str text, struct str dir,
		   struct syntax *log, struct expr **out)
{
	struct parser p = parse_begin(E, source, text, dir);

	p.log = log;
	errint r = parse_all(&p, out);
	parser_release(&p);
	return r;
}

errint parse_print(struct eval *E, uint32_t source, struct str text, struct str dir, struct buf *b)
{
	struct expr *e;
	errint r = parse_alone(E, source, text, dir, NULL, &e);

	if (r == 0)
		r = scope_resolve(E, &e, NULL);
	if (r == 0)
		print_expr(E, e, b);
	return r;
}
