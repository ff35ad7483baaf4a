/* SPDX-License-Identifier: MIT
 *
 * Interned names: equal text, equal number. Numbers are given in order of first use, so no
 * result may depend on their order; output is sorted by sym_cmp(). */
#pragma once

#include "base/arena.h"
#include "eval/value.h"

enum {
	SYM_none,
#define SYM(id, text) SYM_##id,
#include "eval/symbols.def"
#undef SYM
	SYM_COUNT
};

struct symbol {
	struct str name;
	uint64_t prefix;   /* first eight bytes, big endian: most comparisons end here */
	struct value *box; /* the name as a value, made when first asked for */
	uint32_t hash;
	uint32_t builtin; /* 1 + index of the builtin in scope under this name, or 0 */
};

struct symbols {
	struct arena *arena;
	struct symbol *v;
	uint32_t n, cap;
	struct symbol_slot {
		uint32_t sym, hash; /* sym 0 is free */
	} * slots;                  /* open addressing */
	uint32_t n_slots;
};

void symbols_init(struct symbols *s, struct arena *a);
void symbols_release(struct symbols *s);
sym_t symbols_intern(struct symbols *s, struct str name);
/* Never adds: 0 when the name was not seen. */
sym_t symbols_find(const struct symbols *s, struct str name);
int symbols_cmp(const struct symbols *s, sym_t a, sym_t b);

#define sym_intern(E, s) symbols_intern(&(E)->symbols, (s))
#define sym_str(E, sym)  ((E)->symbols.v[sym].name)
/* By bytes of the names. */
#define sym_cmp(E, a, b) symbols_cmp(&(E)->symbols, (a), (b))
/* The name as a string value, shared. */
struct value *sym_value(struct eval *E, sym_t sym);
