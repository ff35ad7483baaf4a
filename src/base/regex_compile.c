/* SPDX-License-Identifier: MIT
 *
 * Reads a pattern into a tree and turns that into a program. What is accepted, down to the oddities
 * (an escaped letter is an error, intervals are written out), is what libstdc++'s std::regex
 * accepts under regex_constants::extended in strict ISO mode. */
#include "base/regex_int.h"

#include <stdlib.h>

#include "base/arena.h"

enum { STATE_LIMIT = 100000, DEPTH_LIMIT = 1000 };

enum node_kind {
	NODE_EMPTY,
	NODE_CHAR,
	NODE_ANY,
	NODE_SET,
	NODE_BOL,
	NODE_EOL,
	NODE_GROUP,
	NODE_CAT,
	NODE_ALT,
	NODE_STAR,
	NODE_PLUS,
	NODE_OPT,
	NODE_REPEAT,
};

struct node {
	enum node_kind kind;
	uint32_t arg;       /* byte, set or group */
	uint32_t min, more; /* NODE_REPEAT: rounds that must be, and that may follow */
	bool endless;       /* NODE_REPEAT: without a ceiling */
	bool nullable;
	size_t states; /* that libstdc++ would make of it */
	struct node *a, *b;
};

struct compiler {
	struct regex *re;
	struct arena arena;
	struct str s;
	size_t pos;
	unsigned depth;
	enum regex_status status;
};

static struct node *fail(struct compiler *c, enum regex_status why)
{
	if (c->status == REGEX_OK)
		c->status = why;
	return NULL;
}

static bool at_end(const struct compiler *c)
{
	return c->pos == c->s.n;
}

static unsigned char peek(const struct compiler *c)
{
	return (unsigned char)c->s.p[c->pos];
}

static struct node *node_new(struct compiler *c, enum node_kind kind, size_t states)
{
	struct node *n = ARENA_NEW(&c->arena, struct node);

	if (states > STATE_LIMIT)
		return fail(c, REGEX_TOO_BIG);
	n->kind = kind;
	n->states = states;
	return n;
}

static size_t set_new(struct regex *re)
{
	ARRAY_GROW(re->sets, re->n_sets, re->cap_sets);
	re->sets[re->n_sets] = (struct regex_set){{0}};
	return re->n_sets++;
}

static struct node *parse_bracket(struct compiler *c)
{
	struct regex_set set;
	struct node *n;

	if (!regex_bracket(c->s, &c->pos, &set))
		return fail(c, REGEX_INVALID);
	n = node_new(c, NODE_SET, 1);
	if (n) {
		n->arg = (uint32_t)set_new(c->re);
		c->re->sets[n->arg] = set;
	}
	return n;
}

static struct node *parse_alternatives(struct compiler *c);

static struct node *parse_group(struct compiler *c)
{
	uint32_t group = (uint32_t)c->re->n_groups++;
	struct node *body, *n;

	if (++c->depth > DEPTH_LIMIT)
		return fail(c, REGEX_TOO_BIG);
	body = parse_alternatives(c);
	if (!body)
		return NULL;
	if (at_end(c) || peek(c) != ')')
		return fail(c, REGEX_INVALID);
	c->pos++;
	c->depth--;
	n = node_new(c, NODE_GROUP, body->states + 2);
	if (!n)
		return NULL;
	n->arg = group;
	n->a = body;
	n->nullable = body->nullable;
	return n;
}

static struct node *node_char(struct compiler *c, unsigned char ch)
{
	struct node *n = node_new(c, NODE_CHAR, 1);

	if (n)
		n->arg = ch;
	return n;
}

/* NULL with the status unset where no atom starts here. */
static struct node *parse_atom(struct compiler *c)
{
	unsigned char ch = peek(c);

	if (strchr(")*+?{|", ch) && ch)
		return NULL;
	c->pos++;
	switch (ch) {
	case '.':
		return node_new(c, NODE_ANY, 1);
	case '(':
		return parse_group(c);
	case '[':
		return parse_bracket(c);
	case '\\':
		if (at_end(c) || !peek(c) || !strchr(".[\\()*+?{|^$", peek(c)))
			return fail(c, REGEX_INVALID);
		return node_char(c, (unsigned char)c->s.p[c->pos++]);
	default:
		return node_char(c, ch);
	}
}

/* A number in braces; false when there is none, or when it is absurd. */
static bool parse_count(struct compiler *c, long *out)
{
	size_t from = c->pos;
	long n = 0;

	while (!at_end(c) && peek(c) >= '0' && peek(c) <= '9') {
		n = n * 10 + (peek(c) - '0');
		if (n > 1 << 30)
			return false;
		c->pos++;
	}
	*out = n;
	return c->pos > from;
}

static struct node *parse_interval(struct compiler *c, struct node *body)
{
	long min, max;
	bool endless = false;
	size_t rounds;
	struct node *n;

	if (!parse_count(c, &min))
		return fail(c, REGEX_INVALID);
	max = min;
	if (!at_end(c) && peek(c) == ',') {
		c->pos++;
		endless = at_end(c) || peek(c) < '0' || peek(c) > '9';
		if (!endless && !parse_count(c, &max))
			return fail(c, REGEX_INVALID);
	}
	if (at_end(c) || peek(c) != '}' || max < min)
		return fail(c, REGEX_INVALID);
	c->pos++;
	rounds = endless ? (size_t)min + 1 : (size_t)max;
	if (rounds > STATE_LIMIT)
		return fail(c, REGEX_TOO_BIG);
	n = node_new(c, NODE_REPEAT, body->states * (rounds + 1) + (size_t)(max - min) + 2);
	if (!n)
		return NULL;
	n->a = body;
	n->min = (uint32_t)min;
	n->more = (uint32_t)(max - min);
	n->endless = endless;
	n->nullable = min == 0 || body->nullable;
	return n;
}

static struct node *parse_quantified(struct compiler *c, struct node *atom)
{
	for (unsigned depth = 0; atom && !at_end(c); depth++) {
		unsigned char ch = peek(c);
		enum node_kind kind = ch == '*' ? NODE_STAR : ch == '+' ? NODE_PLUS : NODE_OPT;
		struct node *n;

		if (!ch || !strchr("*+?{", ch))
			return atom;
		if (depth == DEPTH_LIMIT)
			return fail(c, REGEX_TOO_BIG);
		c->pos++;
		if (ch == '{') {
			atom = parse_interval(c, atom);
			continue;
		}
		n = node_new(c, kind, atom->states + (ch == '?' ? 2 : 1));
		if (!n)
			return NULL;
		n->a = atom;
		n->nullable = ch != '+' || atom->nullable;
		atom = n;
	}
	return atom;
}

static struct node *parse_term(struct compiler *c)
{
	unsigned char ch = peek(c);
	struct node *n;

	if (ch == '^' || ch == '$') {
		c->pos++;
		n = node_new(c, ch == '^' ? NODE_BOL : NODE_EOL, 1);
		if (n)
			n->nullable = true;
		return n;
	}
	return parse_quantified(c, parse_atom(c));
}

static struct node *join(struct compiler *c, enum node_kind kind, struct node *a, struct node *b)
{
	struct node *n = node_new(c, kind, a->states + b->states + (kind == NODE_ALT ? 2 : 0));

	if (!n)
		return NULL;
	n->a = a;
	n->b = b;
	n->nullable = kind == NODE_ALT ? a->nullable || b->nullable : a->nullable && b->nullable;
	return n;
}

/* Terms one after another; a list hanging to the left, so that emitting it needs a loop only. */
static struct node *parse_sequence(struct compiler *c)
{
	struct node *seq = node_new(c, NODE_EMPTY, 1);

	if (seq)
		seq->nullable = true;
	while (seq && !at_end(c)) {
		struct node *term = parse_term(c);

		if (!term)
			return c->status == REGEX_OK ? seq : NULL;
		seq = join(c, NODE_CAT, seq, term);
	}
	return seq;
}

static struct node *parse_alternatives(struct compiler *c)
{
	struct node *all = parse_sequence(c);

	while (all && !at_end(c) && peek(c) == '|') {
		struct node *more;

		c->pos++;
		more = parse_sequence(c);
		all = more ? join(c, NODE_ALT, all, more) : NULL;
	}
	return all;
}

static size_t emit(struct regex *re, enum regex_op op, size_t arg)
{
	ARRAY_GROW(re->prog, re->n_prog, re->cap_prog);
	re->prog[re->n_prog] = (struct regex_inst){.op = (uint8_t)op, .arg = (uint32_t)arg};
	if (op == RE_ALT || op == RE_LOOP || op == RE_RUN)
		re->prog[re->n_prog].memo = (uint32_t)re->n_memo++;
	return re->n_prog++;
}

static void emit_node(struct regex *re, const struct node *n);

static bool is_single(const struct node *n)
{
	return n->kind == NODE_CHAR || n->kind == NODE_ANY || n->kind == NODE_SET;
}

static void emit_run(struct regex *re, const struct node *n)
{
	size_t set = n->arg;

	if (n->kind != NODE_SET) {
		set = set_new(re);
		for (unsigned b = 1; b < 256; b++)
			if (n->kind == NODE_ANY || b == n->arg)
				regex_set_add(&re->sets[set], (unsigned char)b);
	}
	emit(re, RE_RUN, set);
}

static void emit_star(struct regex *re, const struct node *body)
{
	size_t loop;

	if (is_single(body)) {
		emit_run(re, body);
		return;
	}
	re->counted |= body->nullable;
	loop = emit(re, RE_LOOP, 0);
	re->prog[loop].body = (uint32_t)loop + 1;
	emit_node(re, body);
	emit(re, RE_JUMP, loop);
	re->prog[loop].arg = (uint32_t)re->n_prog;
}

static void emit_plus(struct regex *re, const struct node *body)
{
	size_t start = re->n_prog, loop;

	emit_node(re, body);
	if (is_single(body)) {
		emit_run(re, body);
		return;
	}
	re->counted |= body->nullable;
	loop = emit(re, RE_LOOP, 0);
	re->prog[loop].body = (uint32_t)start;
	re->prog[loop].arg = (uint32_t)re->n_prog;
}

/* Up to so many rounds, each of which may be the last. */
static void emit_optional(struct regex *re, const struct node *body, size_t rounds)
{
	size_t first = re->n_prog, chain = SIZE_MAX;

	for (size_t i = 0; i < rounds; i++) {
		size_t loop = emit(re, RE_LOOP, chain);

		chain = loop;
		re->prog[loop].body = (uint32_t)loop + 1;
		emit_node(re, body);
	}
	while (chain != SIZE_MAX) {
		size_t before = re->prog[chain].arg;

		re->prog[chain].arg = (uint32_t)re->n_prog;
		chain = chain == first ? SIZE_MAX : before;
	}
}

/* The parts of a chain of one kind, which hangs to the left and may be as long as the pattern,
 * from left to right; malloc'd. */
static const struct node **chain_parts(const struct node *n, size_t *count)
{
	enum node_kind kind = n->kind;
	const struct node **parts;

	*count = 1;
	for (const struct node *p = n; p->kind == kind; p = p->a)
		++*count;
	parts = xcalloc(*count, sizeof(*parts));
	for (size_t i = *count - 1; i > 0; i--, n = n->a)
		parts[i] = n->b;
	parts[0] = n;
	return parts;
}

static void emit_chain(struct regex *re, const struct node *n)
{
	size_t count, jumps = 0;
	const struct node **parts CLEANUP_FREE = chain_parts(n, &count);
	bool alt = n->kind == NODE_ALT;

	re->has_alt |= alt;
	for (size_t i = 0; i < count; i++) {
		size_t at = SIZE_MAX;

		if (alt && i + 1 < count)
			at = emit(re, RE_ALT, 0);
		emit_node(re, parts[i]);
		if (at == SIZE_MAX)
			continue;
		jumps = emit(re, RE_JUMP, jumps);
		re->prog[at].arg = (uint32_t)re->n_prog;
	}
	while (jumps) {
		size_t before = re->prog[jumps].arg;

		re->prog[jumps].arg = (uint32_t)re->n_prog;
		jumps = before;
	}
}

static void emit_node(struct regex *re, const struct node *n)
{
	switch (n->kind) {
	case NODE_EMPTY:
		return;
	case NODE_CHAR:
		emit(re, RE_CHAR, n->arg);
		return;
	case NODE_ANY:
		emit(re, RE_ANY, 0);
		return;
	case NODE_SET:
		emit(re, RE_SET, n->arg);
		return;
	case NODE_BOL:
		emit(re, RE_BOL, 0);
		return;
	case NODE_EOL:
		emit(re, RE_EOL, 0);
		return;
	case NODE_GROUP:
		emit(re, RE_BEGIN, n->arg);
		emit_node(re, n->a);
		emit(re, RE_END, n->arg);
		return;
	case NODE_CAT:
	case NODE_ALT:
		emit_chain(re, n);
		return;
	case NODE_STAR:
		emit_star(re, n->a);
		return;
	case NODE_PLUS:
		emit_plus(re, n->a);
		return;
	case NODE_OPT:
		emit_optional(re, n->a, 1);
		return;
	case NODE_REPEAT:
		for (uint32_t i = 0; i < n->min; i++)
			emit_node(re, n->a);
		if (n->endless)
			emit_star(re, n->a);
		else
			emit_optional(re, n->a, n->more);
		return;
	}
}

/* Which bytes can come first? Unknown where a match can be empty or an assertion stands first. */
static void find_first(struct regex *re)
{
	uint32_t *todo = xcalloc(2 * re->n_prog + 1, sizeof(*todo));
	uint8_t *seen = xcalloc(re->n_prog, 1);
	size_t n = 0;

	todo[n++] = 0;
	re->first_known = true;
	while (n && re->first_known) {
		uint32_t pc = todo[--n];
		const struct regex_inst *in = &re->prog[pc];

		if (seen[pc])
			continue;
		seen[pc] = 1;
		switch ((enum regex_op)in->op) {
		case RE_CHAR:
			regex_set_add(&re->first, (unsigned char)in->arg);
			break;
		case RE_SET:
		case RE_RUN:
			for (int i = 0; i < 4; i++)
				re->first.bits[i] |= re->sets[in->arg].bits[i];
			if (in->op == RE_RUN)
				todo[n++] = pc + 1;
			break;
		case RE_BEGIN:
		case RE_END:
			todo[n++] = pc + 1;
			break;
		case RE_ALT:
			todo[n++] = pc + 1;
			todo[n++] = in->arg;
			break;
		case RE_LOOP:
			todo[n++] = in->body;
			todo[n++] = in->arg;
			break;
		case RE_JUMP:
			todo[n++] = in->arg;
			break;
		case RE_ANY:
		case RE_BOL:
		case RE_EOL:
		case RE_ACCEPT:
			re->first_known = false;
			break;
		}
	}
	free(todo);
	free(seen);
}

struct regex *regex_new(struct str pattern, enum regex_status *status)
{
	struct regex *re = xcalloc(1, sizeof(*re));
	struct compiler c = {.re = re, .s = pattern, .status = REGEX_OK};
	struct node *all;

	re->n_groups = 1;
	all = parse_alternatives(&c);
	if (all && !at_end(&c))
		fail(&c, REGEX_INVALID);
	if (c.status == REGEX_OK && all->states + 4 > STATE_LIMIT)
		fail(&c, REGEX_TOO_BIG);
	if (c.status == REGEX_OK) {
		emit_node(re, all);
		emit(re, RE_ACCEPT, 0);
		find_first(re);
		re->cur = xcalloc(re->n_groups, sizeof(*re->cur));
		re->best = xcalloc(re->n_groups, sizeof(*re->best));
		re->rounds = xcalloc(re->n_memo + 1, sizeof(*re->rounds));
	}
	arena_release(&c.arena);
	*status = c.status;
	if (c.status != REGEX_OK) {
		regex_free(re);
		return NULL;
	}
	return re;
}

void regex_free(struct regex *re)
{
	if (!re)
		return;
	free(re->prog);
	free(re->sets);
	free(re->cur);
	free(re->best);
	free(re->rounds);
	free(re->frames);
	free(re->memo);
	free(re);
}

size_t regex_groups(const struct regex *re)
{
	return re->n_groups - 1;
}
