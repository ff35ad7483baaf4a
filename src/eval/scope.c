/* SPDX-License-Identifier: MIT
 *
 * Resolution: every name becomes an address, a builtin, or a look-up in the surrounding withs.
 * What is in lexical scope always wins over a with.
 *
 * A level is an environment at run time, a scope is a set of names in one. A let or with that a
 * level's code reaches at most once (no thunk and no function between) gets slots in that level
 * instead of a level of its own. */
#include "eval/ast.h"
#include "eval/base_env.h"
#include "eval/error.h"

#include <stdlib.h>
#include "base/sort.h"

/* Arguments of a chain of functions that are taken at once, and slots that lets and withs may add
 * to a function's level: what a branch does not use costs memory in every call. */
enum { MAX_ARITY = 16, MAX_MERGED = 40 };

struct scope_level {
	struct scope_level *up;
	uint32_t n_slots, max_slots;
};

struct scope_entry {
	sym_t sym;
	uint32_t slot;
};

struct scope {
	struct scope *up;
	struct scope_level *level;
	bool is_with;
	uint32_t with_slot;
	pos_t with_pos;
	uint32_t n;
	const struct scope_entry *v; /* sorted by symbol */
};

struct resolver {
	struct eval *E;
	struct arena tmp;
	bool shadows; /* some scope binds the name of an operator's builtin */
	/* The table of the latest dynamic variable: of the innermost with, so many levels up. */
	struct {
		const struct scope *with;
		uint32_t distance, n;
		struct with_place *v;
	} table;
};

/* Where an expression is: its scope, the level its code runs in, and whether lets may join it. */
struct place {
	struct scope *scope;
	struct scope_level *level;
	bool once;
};

static errint resolve(struct resolver *r, struct place at, struct expr **e);

static errint resolve_thunk(struct resolver *r, struct place at, struct expr **e)
{
	at.once = false;
	return resolve(r, at, e);
}

#define TRY(call)                   \
	do {                        \
		errint r_ = (call); \
		if (r_ < 0)         \
			return r_;  \
	} while (0)

static bool is_operator_name(sym_t sym)
{
	return sym == SYM_lessThan || sym == SYM_sub || sym == SYM_mul || sym == SYM_div ||
	       sym == SYM_findFile || sym == SYM_nixPath;
}

static int entry_cmp(const void *x, const void *y)
{
	const struct scope_entry *a = x, *b = y;

	if (a->sym != b->sym)
		return a->sym < b->sym ? -1 : 1;
	return (a->slot > b->slot) - (a->slot < b->slot);
}

/* Sorts entries; of equal names the one with the highest slot stays (the innermost). */
static struct scope *scope_new(struct resolver *r, struct scope *up, struct scope_level *level,
			       struct scope_entry *v, uint32_t n)
{
	struct scope *s = ARENA_NEW(&r->tmp, struct scope);
	uint32_t kept = 0;

	sort_few(v, n, sizeof(*v), entry_cmp);
	for (uint32_t i = 0; i < n; i++) {
		r->shadows |= is_operator_name(v[i].sym);
		if (kept && v[kept - 1].sym == v[i].sym)
			kept--;
		v[kept++] = v[i];
	}
	*s = (struct scope){.up = up, .level = level, .n = kept, .v = v};
	return s;
}

static const struct scope_entry *scope_find(const struct scope *s, sym_t sym)
{
	uint32_t lo = 0, hi = s->n;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->v[mid].sym == sym)
			return &s->v[mid];
		if (s->v[mid].sym < sym)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static uint32_t level_distance(const struct scope_level *from, const struct scope_level *to)
{
	uint32_t n = 0;

	for (; from != to; from = from->up)
		n++;
	return n;
}

static bool lookup(struct place at, sym_t sym, struct address *out)
{
	for (struct scope *s = at.scope; s; s = s->up) {
		const struct scope_entry *e = s->is_with ? NULL : scope_find(s, sym);

		if (!e)
			continue;
		*out = (struct address){level_distance(at.level, s->level), e->slot};
		return true;
	}
	return false;
}

/* Names from elsewhere, and what stands for them here. */
static errint hint_foreign(struct resolver *r, struct str name)
{
	static const struct {
		struct str name;
		const char *here;
	} words[] = {
		{S("and"), "'&&'"},
		{S("not"), "'!'"},
		{S("elif"), "'else if'"},
		{S("elseif"), "'else if'"},
		{S("None"), "'null'"},
		{S("nil"), "'null'"},
		{S("function"), "'arg: body'"},
		{S("fn"), "'arg: body'"},
		{S("lambda"), "'arg: body'"},
		{S("True"), "'true'"},
		{S("False"), "'false'"},
		{S("undefined"), "'null'"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_eq(name, words[i].name))
			return eval_hint(r->E, "here this is written %s", words[i].here);
	return eval_failed(r->E);
}

/* Nobody has it: the names in scope that are spelled alike are told. */
ATTR_COLD static errint undefined(struct resolver *r, struct place at, const struct e_var *v)
{
	struct str name = sym_str(r->E, v->sym);
	sym_t *names;
	size_t n = 0;

	eval_fail(r->E, v->e.pos, "undefined variable '%.*s'", STR_ARG(name));
	r->E->err_in_text = true;
	for (struct scope *s = at.scope; s; s = s->up)
		n += s->n;
	names = ARENA_ARRAY(&r->tmp, sym_t, n);
	n = 0;
	for (struct scope *s = at.scope; s; s = s->up)
		for (uint32_t i = 0; i < s->n; i++)
			names[n++] = s->v[i].sym;
	eval_suggest(r->E, v->sym, names, n);
	hint_foreign(r, name);
	if (!r->E->err.hint && !r->E->err.detail)
		error_cure_undefined(r->E, v->e.pos, name);
	return eval_failed(r->E);
}

/* Many variables share one: those below the same with, at the same distance from it. */
static void make_table(struct resolver *r, const struct scope *with, uint32_t distance)
{
	const struct scope_level *level = with->level;
	uint32_t n = 0;

	for (const struct scope *s = with; s; s = s->up)
		n += s->is_with;
	r->table.with = with;
	r->table.distance = distance;
	r->table.n = n;
	r->table.v = ARENA_ARRAY(&r->E->perm, struct with_place, n);
	n = 0;
	for (const struct scope *s = with; s; s = s->up) {
		if (!s->is_with)
			continue;
		distance += level_distance(level, s->level);
		level = s->level;
		r->table.v[n++] = (struct with_place){{distance, s->with_slot}, s->with_pos};
	}
}

static errint resolve_dynamic(struct resolver *r, struct place at, struct e_var *v)
{
	struct scope *with = at.scope;
	uint32_t distance;

	while (with && !with->is_with)
		with = with->up;
	if (!with)
		return undefined(r, at, v);
	distance = level_distance(at.level, with->level);
	if (r->table.with != with || r->table.distance != distance)
		make_table(r, with, distance);
	v->e.kind = E_DYNAMIC;
	v->n_withs = r->table.n;
	v->withs = r->table.v;
	return 0;
}

static errint resolve_var(struct resolver *r, struct place at, struct e_var *v)
{
	struct value *global;

	if (lookup(at, v->sym, &v->at)) {
		v->e.kind = v->at.level == 0 ? E_LOCAL0 : v->at.level == 1 ? E_LOCAL1 : E_LOCAL;
		return 0;
	}
	global = base_env_find(r->E, v->sym);
	if (!global)
		return resolve_dynamic(r, at, v);
	if (v->sym == SYM_true_ || v->sym == SYM_false_ || v->sym == SYM_null_) {
		struct e_const *c = (struct e_const *)v;

		_Static_assert(sizeof(struct e_const) <= sizeof(struct e_var),
			       "a variable can become a constant in place");
		c->v = v->sym == SYM_null_ ? v_null() : v_bool(v->sym == SYM_true_);
		c->e.kind = E_CONST;
		return 0;
	}
	v->e.kind = E_GLOBAL;
	v->box = global;
	return 0;
}

static struct expr *new_var(struct resolver *r, pos_t pos, sym_t sym)
{
	struct e_var *v = ARENA_NEW(&r->E->perm, struct e_var);

	v->e = (struct expr){.kind = E_VAR, .pos = pos};
	v->sym = sym;
	return &v->e;
}

/* Operators are calls of builtins that a program may shadow. Then, and only then, they become
 * calls of what it put there. */
static bool unshadow(struct resolver *r, struct place at, struct expr **e)
{
	static const sym_t names[] = {
		[E_LESS] = SYM_lessThan, [E_SUB] = SYM_sub, [E_MUL] = SYM_mul, [E_DIV] = SYM_div};
	struct e_op *o = (struct e_op *)*e;
	struct address found;
	struct e_call *c;

	if (LIKELY(!r->shadows) || !lookup(at, names[o->e.kind], &found))
		return false;
	c = ARENA_NEW(&r->E->perm, struct e_call);
	c->e = (struct expr){.kind = E_CALL, .pos = o->e.pos};
	c->fn = new_var(r, o->e.pos, names[o->e.kind]);
	c->n = c->cap = 2;
	c->args = ARENA_ARRAY(&r->E->perm, struct expr *, 2);
	c->args[0] = o->a;
	c->args[1] = o->b;
	*e = &c->e;
	return true;
}

/* ---- sets and lets ---- */

static int def_cmp(const void *x, const void *y)
{
	const struct attr_def *a = x, *b = y;

	return (a->sym > b->sym) - (a->sym < b->sym);
}

/* In order of their symbols, as the attributes of sets are. */
static void sort_defs(struct e_attrs *a)
{
	sort_few(a->defs, a->n, sizeof(a->defs[0]), def_cmp);
	a->index = NULL;
}

/* Marks what must not be looked at while the slots [lo, hi) of its level are being filled. */
static void mark_early(struct expr *e, uint32_t lo, uint32_t hi)
{
	switch (e->kind) {
	case E_LOCAL0:
		if (((struct e_var *)e)->at.slot >= lo && ((struct e_var *)e)->at.slot < hi)
			e->flag = true;
		break;
	case E_SELECT:
		mark_early(((struct e_select *)e)->subject, lo, hi);
		break;
	case E_SUB:
	case E_MUL:
	case E_LESS:
		mark_early(((struct e_op *)e)->a, lo, hi);
		mark_early(((struct e_op *)e)->b, lo, hi);
		break;
	case E_STRINGS:
		for (uint32_t i = 0; i < ((struct e_strings *)e)->n; i++)
			mark_early(((struct e_strings *)e)->v[i].expr, lo, hi);
		break;
	default:
		break;
	}
}

static errint resolve_from_selects(struct resolver *r, struct e_attrs *a, uint32_t first)
{
	for (uint32_t i = 0; i < a->n; i++) {
		struct e_select *s;

		if (a->defs[i].kind != DEF_INHERIT_FROM)
			continue;
		s = (struct e_select *)a->defs[i].expr;
		((struct e_from *)s->subject)->at =
			(struct address){0, first + ((struct e_from *)s->subject)->index};
	}
	return 0;
}

/* The definitions of a rec set or let, whose names are in `inner` at slots from base on. */
static errint resolve_recursive(struct resolver *r, struct place outer, struct place inner,
				struct e_attrs *a)
{
	uint32_t end = a->base + a->n + a->n_from;

	inner.once = false;
	for (uint32_t i = 0; i < a->n_from; i++) {
		TRY(resolve(r, inner, &a->from[i]));
		mark_early(a->from[i], a->base, end);
	}
	for (uint32_t i = 0; i < a->n; i++) {
		struct attr_def *d = &a->defs[i];

		if (d->kind == DEF_INHERIT_FROM)
			continue;
		TRY(resolve_thunk(r, d->kind == DEF_INHERIT ? outer : inner, &d->expr));
		if (d->kind == DEF_PLAIN)
			mark_early(d->expr, a->base + i, end);
	}
	return resolve_from_selects(r, a, a->base + a->n);
}

static struct scope *scope_of_defs(struct resolver *r, struct place at, struct e_attrs *a)
{
	struct scope_entry *v = ARENA_ARRAY(&r->tmp, struct scope_entry, a->n);

	for (uint32_t i = 0; i < a->n; i++)
		v[i] = (struct scope_entry){a->defs[i].sym, a->base + i};
	return scope_new(r, at.scope, at.level, v, a->n);
}

static errint resolve_dynamic_defs(struct resolver *r, struct place at, struct e_attrs *a)
{
	at.once = false;
	for (uint32_t i = 0; i < a->n_dynamic; i++) {
		TRY(resolve(r, at, &a->dynamic[i].name));
		TRY(resolve(r, at, &a->dynamic[i].value));
	}
	return 0;
}

static errint resolve_rec(struct resolver *r, struct place at, struct e_attrs *a)
{
	struct scope_level level = {.up = at.level, .n_slots = a->n + a->n_from};
	struct place inner = {at.scope, &level, false};

	a->base = 0;
	a->n_slots = level.n_slots;
	inner.scope = scope_of_defs(r, inner, a);
	for (uint32_t i = 0; i < a->n; i++)
		if (a->defs[i].sym == SYM_overrides)
			a->overrides = (int32_t)i;
	TRY(resolve_recursive(r, at, inner, a));
	return resolve_dynamic_defs(r, inner, a);
}

static errint resolve_attrs(struct resolver *r, struct place at, struct e_attrs *a)
{
	sort_defs(a);
	if (a->e.flag)
		return resolve_rec(r, at, a);
	a->n_slots = a->n_from;
	for (uint32_t i = 0; i < a->n_from; i++)
		TRY(resolve_thunk(r, at, &a->from[i]));
	for (uint32_t i = 0; i < a->n; i++)
		if (a->defs[i].kind != DEF_INHERIT_FROM)
			TRY(resolve_thunk(r, at, &a->defs[i].expr));
	TRY(resolve_from_selects(r, a, 0));
	return resolve_dynamic_defs(r, at, a);
}

/* Room for n slots in the level itself? */
static bool joins(struct place at, uint32_t n)
{
	return at.once && at.level->n_slots + n <= at.level->max_slots;
}

static errint resolve_let(struct resolver *r, struct place at, struct e_let *l)
{
	struct e_attrs *a = l->defs;
	uint32_t n = a->n + a->n_from;
	struct scope_level level = {.up = at.level, .n_slots = n, .max_slots = n + MAX_MERGED};
	struct place inner = {at.scope, &level, true};

	sort_defs(a);
	l->e.flag = !joins(at, n);
	if (!l->e.flag) {
		inner.level = at.level;
		a->base = at.level->n_slots;
		at.level->n_slots += n;
	}
	inner.scope = scope_of_defs(r, inner, a);
	TRY(resolve_recursive(r, at, inner, a));
	TRY(resolve(r, inner, &l->body));
	a->n_slots = level.n_slots;
	return 0;
}

static errint resolve_with(struct resolver *r, struct place at, struct e_with *w)
{
	struct scope_level level = {.up = at.level, .n_slots = 1, .max_slots = 1};
	struct place inner = {ARENA_NEW(&r->tmp, struct scope), &level, false};

	TRY(resolve_thunk(r, at, &w->set));
	w->e.flag = !joins(at, 1);
	w->slot = 0;
	if (!w->e.flag) {
		inner.level = at.level;
		inner.once = true;
		w->slot = at.level->n_slots++;
	}
	*inner.scope = (struct scope){.up = at.scope,
				      .level = inner.level,
				      .is_with = true,
				      .with_slot = w->slot,
				      .with_pos = w->e.pos};
	return resolve(r, inner, &w->body);
}

/* ---- functions ---- */

static errint resolve_simple_lambda(struct resolver *r, struct place at, struct lambda *l)
{
	struct scope_level level = {.up = at.level};
	struct place inner = {at.scope, &level, true};
	struct scope_entry args[MAX_ARITY];
	struct lambda *last = l;

	for (;;) {
		struct lambda *next = (struct lambda *)last->body;

		args[level.n_slots] = (struct scope_entry){last->arg, level.n_slots};
		level.n_slots++;
		if (next->e.kind != E_LAMBDA || next->has_formals || level.n_slots == MAX_ARITY)
			break;
		last = next;
	}
	l->arity = level.n_slots;
	l->inner = last;
	level.max_slots = level.n_slots + MAX_MERGED;
	inner.scope = scope_new(r, at.scope, &level, args, level.n_slots);
	TRY(resolve(r, inner, &last->body));
	l->n_slots = level.n_slots;
	return 0;
}

static errint resolve_formals_lambda(struct resolver *r, struct place at, struct lambda *l)
{
	uint32_t first = l->arg ? 1 : 0, n = first + l->n_formals;
	struct scope_level level = {.up = at.level, .n_slots = n, .max_slots = n + MAX_MERGED};
	struct place inner = {at.scope, &level, true};
	struct scope_entry *v = ARENA_ARRAY(&r->tmp, struct scope_entry, n);

	if (l->arg)
		v[0] = (struct scope_entry){l->arg, 0};
	for (uint32_t i = 0; i < l->n_formals; i++)
		v[first + i] = (struct scope_entry){l->formals[i].sym, first + i};
	inner.scope = scope_new(r, at.scope, &level, v, n);
	for (uint32_t i = 0; i < l->n_formals; i++) {
		if (!l->formals[i].otherwise)
			continue;
		TRY(resolve_thunk(r, inner, &l->formals[i].otherwise));
		mark_early(l->formals[i].otherwise, first, n);
	}
	l->arity = 1;
	l->inner = l;
	TRY(resolve(r, inner, &l->body));
	l->n_slots = level.n_slots;
	return 0;
}

/* ---- everything else ---- */

static errint resolve_select(struct resolver *r, struct place at, struct e_select *s)
{
	at.once = false;
	TRY(resolve(r, at, &s->subject));
	if (s->otherwise)
		TRY(resolve(r, at, &s->otherwise));
	for (uint32_t i = 0; i < s->n; i++)
		if (s->path[i].expr)
			TRY(resolve(r, at, &s->path[i].expr));
	return 0;
}

static errint resolve_call(struct resolver *r, struct place at, struct e_call *c)
{
	at.once = false;
	TRY(resolve(r, at, &c->fn));
	for (uint32_t i = 0; i < c->n; i++)
		TRY(resolve(r, at, &c->args[i]));
	/* So that calls which nobody wants to hear of cost nothing. */
	if (r->E->opt.trace_function_calls && !pos_is_internal(r->E, c->e.pos))
		c->e.kind = E_CALL_TRACED;
	return 0;
}

static errint resolve_if(struct resolver *r, struct place at, struct e_if *i)
{
	TRY(resolve(r, at, &i->cond));
	TRY(resolve(r, at, &i->then));
	return i->otherwise ? resolve(r, at, &i->otherwise) : 0;
}

static bool is_local(const struct expr *e)
{
	return e->kind == E_LOCAL0 || e->kind == E_LOCAL1 || e->kind == E_LOCAL;
}

/* Can it be computed from what is there, without evaluating anything? */
static bool cheap(const struct expr *a, const struct expr *b)
{
	return (is_local(a) && (is_local(b) || b->kind == E_CONST)) ||
	       (a->kind == E_CONST && is_local(b));
}

static errint resolve_op(struct resolver *r, struct place at, struct e_op *o)
{
	at.once = false;
	TRY(resolve(r, at, &o->a));
	return o->b ? resolve(r, at, &o->b) : 0;
}

static errint resolve_search_path(struct resolver *r, struct place at, struct expr **e)
{
	struct e_spath *s = (struct e_spath *)*e;
	struct address found;

	if (!lookup(at, SYM_findFile, &found) && !lookup(at, SYM_nixPath, &found))
		return 0;
	*e = s->call;
	return resolve(r, at, e);
}

static errint resolve(struct resolver *r, struct place at, struct expr **pe)
{
	struct expr *e = *pe;

	if (UNLIKELY(eval_stack_low(r->E)))
		return eval_fail_stack(r->E, e->pos);
	TRY(eval_check_interrupt(r->E));
	switch ((enum expr_kind)e->kind) {
	case E_VAR:
		return resolve_var(r, at, (struct e_var *)e);
	case E_SELECT:
	case E_HAS:
		return resolve_select(r, at, (struct e_select *)e);
	case E_ATTRS:
		return resolve_attrs(r, at, (struct e_attrs *)e);
	case E_LIST:
		for (uint32_t i = 0; i < ((struct e_list *)e)->n; i++)
			TRY(resolve_thunk(r, at, &((struct e_list *)e)->v[i]));
		return 0;
	case E_LAMBDA:
		if (((struct lambda *)e)->has_formals)
			return resolve_formals_lambda(r, at, (struct lambda *)e);
		return resolve_simple_lambda(r, at, (struct lambda *)e);
	case E_CALL:
	case E_CALL_TRACED:
		return resolve_call(r, at, (struct e_call *)e);
	case E_LET:
		return resolve_let(r, at, (struct e_let *)e);
	case E_WITH:
		return resolve_with(r, at, (struct e_with *)e);
	case E_IF:
	case E_ASSERT:
		return resolve_if(r, at, (struct e_if *)e);
	case E_LESS:
	case E_SUB:
	case E_MUL:
	case E_DIV:
		if (unshadow(r, at, pe))
			return resolve(r, at, pe);
		TRY(resolve_op(r, at, (struct e_op *)e));
		e->flag = cheap(((struct e_op *)e)->a, ((struct e_op *)e)->b);
		return 0;
	case E_NOT:
	case E_EQ:
	case E_NE:
	case E_AND:
	case E_OR:
	case E_IMPL:
	case E_UPDATE:
	case E_CONCAT:
		return resolve_op(r, at, (struct e_op *)e);
	case E_STRINGS:
		for (uint32_t i = 0; i < ((struct e_strings *)e)->n; i++)
			TRY(resolve_thunk(r, at, &((struct e_strings *)e)->v[i].expr));
		e->aux = !e->flag && ((struct e_strings *)e)->n == 2 &&
			 cheap(((struct e_strings *)e)->v[0].expr,
			       ((struct e_strings *)e)->v[1].expr);
		return 0;
	case E_SPATH:
		return resolve_search_path(r, at, pe);
	case E_CONST:
	case E_POS:
	case E_FROM:
	case E_LOCAL0:
	case E_LOCAL1:
	case E_LOCAL:
	case E_GLOBAL:
	case E_DYNAMIC:
		break;
	}
	return 0;
}

errint scope_resolve(struct eval *E, struct expr **e, const struct static_scope *outer)
{
	struct resolver r = {.E = E};
	/* A file's level has no slots: it would be older than the region that its value is computed
	 * in, and outlive what that drops. */
	struct scope_level outside = {0};
	struct place at = {NULL, &outside, true};
	errint result;

	if (outer) {
		struct scope_entry *v = ARENA_ARRAY(&r.tmp, struct scope_entry, outer->n);

		for (uint32_t i = 0; i < outer->n; i++)
			v[i] = (struct scope_entry){outer->names[i], i};
		at.scope = scope_new(&r, NULL, &outside, v, outer->n);
	}
	result = resolve(&r, at, e);
	arena_release(&r.tmp);
	return result;
}
