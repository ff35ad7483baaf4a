/* SPDX-License-Identifier: MIT
 *
 * String contexts: interned elements, immutable sorted sets of them. Both live in the perm arena;
 * sets are shared where a union is one of its sides.
 *
 * Whoever puts a text together from n pieces asks for n unions and looks at the last one alone. So
 * a union of more than a few elements only notes its sides. It is made when it is read, or when
 * twice as much has been noted as was known: in all, time and memory are linear in the pieces. */
#include "eval/eval_run.h"
#include "eval/context.h"

#include <stdlib.h>

struct contexts {
	struct context_elem **slots;
	uint32_t n, cap;
	const struct context_elem *newest;
	/* The set of each single element, by id. */
	const struct context **singles;
	size_t cap_singles;
	uint32_t walk; /* number of the latest walk over unions */
};

/* Unions up to this size are made at once. */
enum { SMALL = 32 };

/* What a struct context is: a struct context_set, or where that says 0 elements, one of these. */
struct joined {
	uint32_t zero;
	uint32_t most;                  /* elements, at most */
	const void *a, *b;              /* the sides; once it is made, the set and NULL */
	const struct context_set *base; /* the largest set that is part of it */
	uint32_t walk;                  /* the latest walk that was here */
};

static const struct context_set *as_set(const struct context *c)
{
	const struct context_set *s = (const void *)c;

	return s->n ? s : NULL;
}

struct contexts *contexts_new(void)
{
	return xcalloc(1, sizeof(struct contexts));
}

void contexts_free(struct contexts *c)
{
	if (!c)
		return;
	free(c->slots);
	free(c->singles);
	free(c);
}

static uint32_t slot_of(const struct contexts *c, enum context_kind kind, struct str path,
			struct str output)
{
	uint32_t i = (uint32_t)(str_hash(path) + str_hash(output) * 31 + kind) & (c->cap - 1);

	for (; c->slots[i]; i = (i + 1) & (c->cap - 1)) {
		const struct context_elem *e = c->slots[i];

		if (e->kind == kind && str_eq(e->path, path) && str_eq(e->output, output))
			break;
	}
	return i;
}

static void grow(struct contexts *c)
{
	struct context_elem **old = c->slots;
	uint32_t n = c->cap;

	c->cap = n ? n * 2 : 64;
	c->slots = xcalloc(c->cap, sizeof(*c->slots));
	for (uint32_t i = 0; i < n; i++)
		if (old[i])
			c->slots[slot_of(c, old[i]->kind, old[i]->path, old[i]->output)] = old[i];
	free(old);
}

/* A derivation and its outputs come one after another: they share their texts. */
static struct str kept_text(struct eval *E, struct str s, struct str near)
{
	return near.p && str_eq(s, near) ? near : arena_str(&E->perm, s);
}

const struct context *context_of(struct eval *E, enum context_kind kind, struct str path,
				 struct str output)
{
	struct contexts *c = E->contexts;
	struct context_elem *e;
	struct context_set *set;
	uint32_t slot;

	if (c->n * 2 >= c->cap)
		grow(c);
	slot = slot_of(c, kind, path, output);
	if (c->slots[slot])
		return c->singles[c->slots[slot]->id];
	e = ARENA_NEW(&E->perm, struct context_elem);
	*e = (struct context_elem){
		.kind = kind,
		.id = c->n,
		.path = kept_text(E, path, c->newest ? c->newest->path : STR_NULL),
		.output = kept_text(E, output, c->newest ? c->newest->output : STR_NULL),
	};
	c->slots[slot] = e;
	c->newest = e;
	set = arena_alloc(&E->perm, sizeof(*set) + sizeof(set->v[0]));
	set->n = 1;
	set->v[0] = e;
	ARRAY_GROW(c->singles, c->n, c->cap_singles);
	c->singles[c->n++] = (const struct context *)set;
	return c->singles[c->n - 1];
}

void context_print(const struct context_elem *e, struct buf *b)
{
	if (e->kind == CTX_DEEP)
		buf_putc(b, '=');
	if (e->kind == CTX_OUTPUT)
		buf_printf(b, "!%.*s!", STR_ARG(e->output));
	buf_puts(b, e->path);
}

static bool has(const struct context_set *s, const struct context_elem *e)
{
	uint32_t lo = 0, hi = s->n;

	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (s->v[mid]->id < e->id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->v[lo] == e;
}

static bool contains(const struct context_set *big, const struct context_set *small)
{
	if (small->n > big->n)
		return false;
	for (uint32_t i = 0; i < small->n; i++)
		if (!has(big, small->v[i]))
			return false;
	return true;
}

static const struct context *merge(struct eval *E, const struct context_set *a,
				   const struct context_set *b)
{
	struct context_set *out;
	uint32_t i = 0, j = 0;

	out = arena_alloc(&E->perm, sizeof(*out) + ((size_t)a->n + b->n) * sizeof(out->v[0]));
	out->n = 0;
	while (i < a->n || j < b->n) {
		if (j == b->n || (i < a->n && a->v[i]->id <= b->v[j]->id)) {
			if (j < b->n && a->v[i] == b->v[j])
				j++;
			out->v[out->n++] = a->v[i++];
		} else {
			out->v[out->n++] = b->v[j++];
		}
	}
	return (const struct context *)out;
}

/* ---- unions that are made later ---- */

struct context_walk {
	const struct joined **stack;
	size_t n, cap;
	const struct context_elem **found;
	size_t n_found, cap_found;
};

static void walk_side(struct eval *E, struct context_walk *w, const void *side)
{
	const struct context_set *s = as_set(side);
	struct joined *j = (struct joined *)side;

	if (!s && !j->b)
		s = j->a;
	if (s) {
		for (uint32_t i = 0; i < s->n; i++) {
			ARRAY_GROW(w->found, w->n_found, w->cap_found);
			w->found[w->n_found++] = s->v[i];
		}
	} else if (j->walk != E->contexts->walk) {
		/* Sides are shared: each counts once. */
		j->walk = E->contexts->walk;
		ARRAY_GROW(w->stack, w->n, w->cap);
		w->stack[w->n++] = j;
	}
}

static int by_id(const void *a, const void *b)
{
	const struct context_elem *const *x = a, *const *y = b;

	return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

/* Replaces the sides by the set of all elements below them. */
static const struct context_set *make(struct eval *E, struct joined *j)
{
	struct context_walk w = {0};
	struct context_set *set;

	E->contexts->walk++;
	walk_side(E, &w, j);
	while (w.n) {
		const struct joined *at = w.stack[--w.n];

		walk_side(E, &w, at->a);
		walk_side(E, &w, at->b);
	}
	qsort(w.found, w.n_found, sizeof(w.found[0]), by_id);
	set = arena_alloc(&E->perm, sizeof(*set) + w.n_found * sizeof(set->v[0]));
	set->n = 0;
	for (size_t i = 0; i < w.n_found; i++)
		if (i == 0 || w.found[i] != w.found[i - 1])
			set->v[set->n++] = w.found[i];
	free(w.stack);
	free(w.found);
	j->a = j->base = set;
	j->b = NULL;
	j->most = set->n;
	return set;
}

const struct context_set *context_elems(struct eval *E, const struct context *c)
{
	static const struct context_set empty;
	struct joined *j = (struct joined *)c;

	if (!c)
		return &empty;
	if (as_set(c))
		return as_set(c);
	return j->b ? make(E, j) : j->a;
}

/* The largest set that is known to be part of c. */
static const struct context_set *base_of(const struct context *c)
{
	return as_set(c) ? as_set(c) : ((const struct joined *)c)->base;
}

static uint32_t most(const struct context *c)
{
	return as_set(c) ? as_set(c)->n : ((const struct joined *)c)->most;
}

static const struct context *join(struct eval *E, const struct context *a, const struct context *b)
{
	const struct context_set *x = base_of(a), *y = base_of(b);
	struct joined *j = ARENA_NEW(&E->perm, struct joined);

	*j = (struct joined){.a = a, .b = b, .base = x->n > y->n ? x : y};
	if (__builtin_add_overflow(most(a), most(b), &j->most) || j->most > 2 * j->base->n + SMALL)
		make(E, j);
	return (const struct context *)j;
}

const struct context *context_union(struct eval *E, const struct context *a,
				    const struct context *b)
{
	const struct context_set *x, *y;

	if (a == b || !b)
		return a;
	if (!a)
		return b;
	x = as_set(a);
	y = as_set(b);
	if (y && contains(base_of(a), y))
		return a;
	if (x && contains(base_of(b), x))
		return b;
	return x && y && x->n + y->n <= SMALL ? merge(E, x, y) : join(E, a, b);
}
