/* SPDX-License-Identifier: MIT
 *
 * String contexts: interned elements, immutable sorted sets of them. Both live in the perm arena;
 * sets are shared where a union is one of its sides. */
#include "eval/eval_run.h"
#include "eval/context.h"

#include <stdlib.h>

struct contexts {
	struct context_elem **slots;
	uint32_t n, cap;
	/* The set of each single element, by id. */
	const struct context **singles;
	size_t cap_singles;
};

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

const struct context *context_of(struct eval *E, enum context_kind kind, struct str path,
				 struct str output)
{
	struct contexts *c = E->contexts;
	struct context_elem *e;
	struct context *set;
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
		.path = arena_str(&E->perm, path),
		.output = arena_str(&E->perm, output),
	};
	c->slots[slot] = e;
	set = arena_alloc(&E->perm, sizeof(*set) + sizeof(set->v[0]));
	set->n = 1;
	set->v[0] = e;
	ARRAY_GROW(c->singles, c->n, c->cap_singles);
	c->singles[c->n++] = set;
	return set;
}

errint context_parse(struct eval *E, pos_t pos, struct str text, const struct context **out)
{
	struct str output, path;

	if (text.n && text.p[0] == '=') {
		*out = context_of(E, CTX_DEEP, str_skip(text, 1), S(""));
		return 0;
	}
	if (text.n == 0 || text.p[0] != '!') {
		*out = context_of(E, CTX_PLAIN, text, S(""));
		return 0;
	}
	if (!str_cut(str_skip(text, 1), '!', &output, &path))
		return eval_fail(
			E, pos,
			"Bad String Context element: String content element beginning with "
			"'!' should have a second '!': '%.*s'",
			STR_ARG(text));
	*out = context_of(E, CTX_OUTPUT, path, output);
	return 0;
}

void context_print(const struct context_elem *e, struct buf *b)
{
	if (e->kind == CTX_DEEP)
		buf_putc(b, '=');
	if (e->kind == CTX_OUTPUT)
		buf_printf(b, "!%.*s!", STR_ARG(e->output));
	buf_puts(b, e->path);
}

static bool contains(const struct context *big, const struct context *small)
{
	uint32_t i = 0;

	if (small->n > big->n)
		return false;
	for (uint32_t j = 0; j < small->n; j++) {
		while (i < big->n && big->v[i]->id < small->v[j]->id)
			i++;
		if (i == big->n || big->v[i] != small->v[j])
			return false;
	}
	return true;
}

const struct context *context_union(struct eval *E, const struct context *a,
				    const struct context *b)
{
	struct context *out;
	uint32_t i = 0, j = 0;

	if (a == b || !b)
		return a;
	if (!a)
		return b;
	if (contains(a, b))
		return a;
	if (contains(b, a))
		return b;
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
	return out;
}
