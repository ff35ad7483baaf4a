/* SPDX-License-Identifier: MIT
 *
 * The symbol table: open addressing over an array of symbols; names live in the arena. */
#include "eval/symbol.h"

#include <stdlib.h>
#include "eval/eval_int.h"

static const struct str known[] = {
	[SYM_none] = {"", 0},
#define SYM(id, text) [SYM_##id] = {text, sizeof(text) - 1},
#include "eval/symbols.def"
#undef SYM
};

static uint32_t hash(struct str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * 16777619u;
	return h ^ h >> 15;
}

static uint64_t prefix_of(struct str s)
{
	uint64_t p = 0;

	for (size_t i = 0; i < 8; i++)
		p = p << 8 | (i < s.n ? (uint8_t)s.p[i] : 0);
	return p;
}

static void rehash(struct symbols *s, uint32_t n_slots)
{
	free(s->slots);
	s->slots = xcalloc(n_slots, sizeof(*s->slots));
	s->n_slots = n_slots;
	for (uint32_t i = 1; i < s->n; i++) {
		uint32_t slot = s->v[i].hash & (n_slots - 1);

		while (s->slots[slot].sym)
			slot = (slot + 1) & (n_slots - 1);
		s->slots[slot] = (struct symbol_slot){i, s->v[i].hash};
	}
}

static sym_t add(struct symbols *s, struct str name, uint32_t h, bool copy)
{
	ARRAY_GROW(s->v, s->n, s->cap);
	s->v[s->n] = (struct symbol){
		.name = copy ? arena_str(s->arena, name) : name,
		.prefix = prefix_of(name),
		.hash = h,
	};
	return s->n++;
}

void symbols_init(struct symbols *s, struct arena *a)
{
	*s = (struct symbols){.arena = a};
	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		add(s, known[i], hash(known[i]), false);
	rehash(s, 1024);
}

void symbols_release(struct symbols *s)
{
	free(s->v);
	free(s->slots);
	*s = (struct symbols){0};
}

/* The slot of the name, or the free one where it belongs. */
static uint32_t slot_of(const struct symbols *s, struct str name, uint32_t h)
{
	uint32_t slot = h & (s->n_slots - 1);

	while (s->slots[slot].sym) {
		if (s->slots[slot].hash == h && str_eq(s->v[s->slots[slot].sym].name, name))
			break;
		slot = (slot + 1) & (s->n_slots - 1);
	}
	return slot;
}

sym_t symbols_find(const struct symbols *s, struct str name)
{
	return s->slots[slot_of(s, name, hash(name))].sym;
}

sym_t symbols_intern(struct symbols *s, struct str name)
{
	uint32_t h = hash(name), slot = slot_of(s, name, h);

	if (s->slots[slot].sym)
		return s->slots[slot].sym;
	if (s->n * 2 >= s->n_slots) {
		rehash(s, s->n_slots * 2);
		slot = slot_of(s, name, h);
	}
	s->slots[slot] = (struct symbol_slot){add(s, name, h, true), h};
	return s->slots[slot].sym;
}

int symbols_cmp(const struct symbols *s, sym_t a, sym_t b)
{
	const struct symbol *x = &s->v[a], *y = &s->v[b];

	if (x->prefix != y->prefix)
		return x->prefix < y->prefix ? -1 : 1;
	return a == b ? 0 : str_cmp(x->name, y->name);
}

struct value *sym_value(struct eval *E, sym_t sym)
{
	struct symbol *x = &E->symbols.v[sym];

	if (!x->box) {
		x->box = arena_alloc(&E->perm, sizeof(*x->box));
		*x->box = v_str(x->name);
	}
	return x->box;
}
