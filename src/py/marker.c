/* SPDX-License-Identifier: MIT
 *
 * marker := and ('or' and)*; and := atom ('and' atom)*; atom := '(' marker ')' | value op value. */
#include "py/marker.h"

#include <stdlib.h>

#include "py/requirement.h"
#include "py/specifier.h"

enum { MAX_DEPTH = 64 };

enum marker_op {
	OP_SPECIFIER, /* op of specifier.h */
	OP_IN,
	OP_NOT_IN,
};

struct marker_operand {
	enum marker_var var; /* or MARKER_LITERAL */
	struct str text;
};

struct marker {
	enum { MARKER_COMPARE, MARKER_AND, MARKER_OR } kind;
	struct marker *left, *right;
	struct marker_operand a, b;
	enum marker_op op;
	enum specifier_op cmp;
	struct str op_text;
};

static const struct {
	struct str name;
	bool version;
} vars[] = {
#define X(id, text, version) {S(text), version},
	MARKER_VARS(X)
#undef X
};

/* Spellings from before PEP 508 that old metadata still has. */
static const struct {
	struct str name;
	enum marker_var var;
} old_names[] = {
	{S("os.name"), MARKER_OS_NAME},
	{S("sys.platform"), MARKER_SYS_PLATFORM},
	{S("platform.machine"), MARKER_PLATFORM_MACHINE},
	{S("platform.version"), MARKER_PLATFORM_VERSION},
	{S("platform.python_implementation"), MARKER_PLATFORM_IMPLEMENTATION},
	{S("python_implementation"), MARKER_PLATFORM_IMPLEMENTATION},
};

struct marker_parser {
	struct arena *a;
	struct str all;
	size_t at;
	unsigned depth;
	struct err *err;
};

static errint fail(struct marker_parser *p, const char *expected)
{
	return err_set(p->err, ERR_CORRUPT, "marker '%.*s': expected %s at column %zu",
		       STR_ARG(p->all), expected, p->at + 1);
}

static void blanks(struct marker_parser *p)
{
	while (p->at < p->all.n && (p->all.p[p->at] == ' ' || p->all.p[p->at] == '\t'))
		p->at++;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '.';
}

/* The word at the cursor, not taken. */
static struct str peek_word(struct marker_parser *p)
{
	size_t n = 0;

	blanks(p);
	while (p->at + n < p->all.n && is_word(p->all.p[p->at + n]))
		n++;
	return str_sub(p->all, p->at, n);
}

static bool take_word(struct marker_parser *p, struct str word)
{
	if (!str_eq(peek_word(p), word))
		return false;
	p->at += word.n;
	return true;
}

static bool take_char(struct marker_parser *p, char c)
{
	blanks(p);
	if (p->at == p->all.n || p->all.p[p->at] != c)
		return false;
	p->at++;
	return true;
}

static bool find_var(struct str word, enum marker_var *out)
{
	for (size_t i = 0; i < ARRAY_LEN(vars); i++) {
		if (str_eq(word, vars[i].name)) {
			*out = (enum marker_var)i;
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_LEN(old_names); i++) {
		if (str_eq(word, old_names[i].name)) {
			*out = old_names[i].var;
			return true;
		}
	}
	return false;
}

static errint operand(struct marker_parser *p, struct marker_operand *out)
{
	struct str word = peek_word(p);
	char quote = p->at < p->all.n ? p->all.p[p->at] : '\0';
	ptrdiff_t end;

	if (quote == '"' || quote == '\'') {
		end = str_chr(str_skip(p->all, p->at + 1), quote);
		if (end < 0)
			return fail(p, "a closing quote of the text");
		out->var = MARKER_LITERAL;
		out->text = arena_str(p->a, str_sub(p->all, p->at + 1, (size_t)end));
		p->at += (size_t)end + 2;
		return 0;
	}
	if (!word.n || !find_var(word, &out->var))
		return fail(p, "a marker variable or a quoted text");
	p->at += word.n;
	return 0;
}

static errint operator(struct marker_parser *p, struct marker *m)
{
	struct str rest;
	size_t from;

	blanks(p);
	from = p->at;
	if (take_word(p, S("in"))) {
		m->op = OP_IN;
	} else if (take_word(p, S("not"))) {
		if (!take_word(p, S("in")))
			return fail(p, "'in' behind 'not'");
		m->op = OP_NOT_IN;
	} else if (specifier_op_take(str_skip(p->all, p->at), &m->cmp, &rest)) {
		m->op = OP_SPECIFIER;
		p->at = p->all.n - rest.n;
	} else {
		return fail(p, "an operator");
	}
	m->op_text = arena_str(p->a, str_sub(p->all, from, p->at - from));
	return 0;
}

static errint disjunction(struct marker_parser *p, struct marker **out);

static errint atom(struct marker_parser *p, struct marker **out)
{
	struct marker *m;

	if (take_char(p, '(')) {
		if (++p->depth > MAX_DEPTH)
			return fail(p, "fewer parentheses");
		if (disjunction(p, out))
			return p->err->code;
		p->depth--;
		return take_char(p, ')') ? 0 : fail(p, "')'");
	}
	m = ARENA_NEW(p->a, struct marker);
	m->kind = MARKER_COMPARE;
	if (operand(p, &m->a) || operator(p, m) || operand(p, &m->b))
		return p->err->code;
	if (m->a.var == MARKER_LITERAL && m->b.var == MARKER_LITERAL)
		return fail(p, "a marker variable on one side");
	*out = m;
	return 0;
}

static struct marker *join(struct marker_parser *p, int kind, struct marker *left,
			   struct marker *right)
{
	struct marker *m = ARENA_NEW(p->a, struct marker);

	m->kind = kind;
	m->left = left;
	m->right = right;
	return m;
}

static errint conjunction(struct marker_parser *p, struct marker **out)
{
	struct marker *left, *right;

	if (atom(p, &left))
		return p->err->code;
	while (take_word(p, S("and"))) {
		if (atom(p, &right))
			return p->err->code;
		left = join(p, MARKER_AND, left, right);
	}
	*out = left;
	return 0;
}

static errint disjunction(struct marker_parser *p, struct marker **out)
{
	struct marker *left, *right;

	if (conjunction(p, &left))
		return p->err->code;
	while (take_word(p, S("or"))) {
		if (conjunction(p, &right))
			return p->err->code;
		left = join(p, MARKER_OR, left, right);
	}
	*out = left;
	return 0;
}

errint marker_parse(struct arena *a, struct str s, struct marker **out, struct err *err)
{
	struct marker_parser p = {.a = a, .all = s, .err = err};
	struct marker *m;
	errint rc = disjunction(&p, &m);

	if (rc)
		return rc;
	blanks(&p);
	if (p.at != s.n)
		return fail(&p, "'and', 'or' or the end");
	*out = m;
	return 0;
}

struct str marker_machine(void)
{
#if defined(__aarch64__)
	return S("aarch64");
#else
	return S("x86_64");
#endif
}

struct marker_env marker_env_linux(struct arena *a, struct str full, struct str machine)
{
	struct str major, rest, minor, tail;
	struct marker_env env;

	for (size_t i = 0; i < MARKER_VAR_COUNT; i++)
		env.v[i] = S("");
	env.v[MARKER_OS_NAME] = S("posix");
	env.v[MARKER_SYS_PLATFORM] = S("linux");
	env.v[MARKER_PLATFORM_MACHINE] = machine;
	env.v[MARKER_PLATFORM_IMPLEMENTATION] = S("CPython");
	env.v[MARKER_PLATFORM_SYSTEM] = S("Linux");
	env.v[MARKER_IMPLEMENTATION_NAME] = S("cpython");
	env.v[MARKER_PYTHON_FULL_VERSION] = full;
	env.v[MARKER_IMPLEMENTATION_VERSION] = full;
	env.v[MARKER_PYTHON_VERSION] = full;
	if (str_cut(full, '.', &major, &rest) && str_cut(rest, '.', &minor, &tail))
		env.v[MARKER_PYTHON_VERSION] = arena_str(a, str_n(full.p, major.n + 1 + minor.n));
	return env;
}

static struct str value(const struct marker_operand *o, const struct marker_env *env)
{
	return o->var == MARKER_LITERAL ? o->text : env->v[o->var];
}

/* PEP 508: as versions when the right side is a valid specifier, and the variable is a version. */
static bool as_version(struct arena *a, const struct marker *m, struct str left, struct str right,
		       bool *out)
{
	ERR(ignored);
	struct specifier spec;
	struct pep440 v;
	const char *text = arena_printf(a, "%.*s%.*s", STR_ARG(m->op_text), STR_ARG(right));

	if (m->op != OP_SPECIFIER || specifier_parse(a, str_c(text), &spec, &ignored))
		return false;
	if (m->cmp == SPECIFIER_ARBITRARY) {
		*out = str_eq(left, spec.text);
		return true;
	}
	*out = !pep440_parse(a, left, &v, &ignored) && specifier_contains(&spec, &v);
	return true;
}

static errint compare(const struct marker *m, const struct marker_env *env, bool *out,
		      struct err *err)
{
	ARENA(scratch);
	enum marker_var var = m->a.var != MARKER_LITERAL ? m->a.var : m->b.var;
	struct str left = value(&m->a, env), right = value(&m->b, env);

	if (var == MARKER_EXTRA) {
		left = pep503_name(&scratch, left);
		right = pep503_name(&scratch, right);
	}
	if (vars[var].version && as_version(&scratch, m, left, right, out))
		return 0;
	if (m->op != OP_SPECIFIER) {
		*out = (str_find(right, left) >= 0) == (m->op == OP_IN);
		return 0;
	}
	switch (m->cmp) {
	case SPECIFIER_EQ:
	case SPECIFIER_LE:
	case SPECIFIER_GE:
		*out = str_eq(left, right);
		return 0;
	case SPECIFIER_NE:
		*out = !str_eq(left, right);
		return 0;
	case SPECIFIER_LT:
	case SPECIFIER_GT:
		*out = false;
		return 0;
	default:
		return err_set(err, ERR_CORRUPT, "marker compares '%.*s' and '%.*s' by '%.*s'",
			       STR_ARG(left), STR_ARG(right), STR_ARG(m->op_text));
	}
}

/* Both sides are looked at whatever the first says, so that an undefined comparison never hides. A
 * chain of `and`s and `or`s leans to the left: its length is walked, not recursed into. */
errint marker_eval(const struct marker *m, const struct marker_env *env, bool *out, struct err *err)
{
	const struct marker **chain = NULL;
	size_t n = 0, cap = 0;
	bool now, right;
	errint code;

	for (; m->kind != MARKER_COMPARE; m = m->left) {
		ARRAY_GROW(chain, n, cap);
		chain[n++] = m;
	}
	code = compare(m, env, &now, err);
	while (!code && n > 0) {
		const struct marker *up = chain[--n];

		code = marker_eval(up->right, env, &right, err);
		if (!code)
			now = up->kind == MARKER_AND ? now && right : now || right;
	}
	free(chain);
	if (!code)
		*out = now;
	return code;
}
