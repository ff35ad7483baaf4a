/* SPDX-License-Identifier: MIT
 *
 * Every builtin has one shared box in the perm arena. Constants (arity 0) are computed when they
 * are first forced, as an application without arguments. */
#include "eval/base_env.h"
#include "eval/eval_run.h"

#include <stdlib.h>

/* prelude.nix as a string. */
static const char prelude[] =
#include "eval/prelude.inc"
	;

struct builtins {
	const struct builtin_row **rows; /* those of the table that are visible, and our own */
	size_t n;
	struct value **boxes; /* NULL until asked for */
};

static errint prelude_derivation(struct eval *E, pos_t pos, struct value **args, struct value *out)
{
	return eval_text(E, S(prelude), S("/"), INTERNAL_SOURCE, out);
}

static struct value *base_env_box(struct eval *E, size_t i);

static int by_symbol(const void *x, const void *y)
{
	const struct attr *a = x, *b = y;

	return (a->sym > b->sym) - (a->sym < b->sym);
}

/* The set of all builtins by their own names; itself among them. */
static errint all_builtins(struct eval *E, pos_t pos, struct value **args, struct value *out)
{
	struct builtins *b = E->builtins;
	struct attrs *a = arena_alloc(&E->perm, sizeof(*a) + b->n * sizeof(a->v[0]));

	*a = (struct attrs){.cap = (uint32_t)b->n};
	for (size_t i = 0; i < b->n; i++) {
		const struct builtin_row *row = b->rows[i];

		if (row->flags & BUILTIN_HIDDEN)
			continue;
		attrs_push(a, sym_intern(E, str_c(row->name)), base_env_box(E, i), 0);
	}
	qsort(a->v, a->n, sizeof(a->v[0]), by_symbol);
	*out = v_attrs(a);
	return 0;
}

static const struct builtin_row own[] = {
	{"builtins", 0, BUILTIN_GLOBAL, all_builtins, "", "All builtins by name."},
	{"derivation", 0, BUILTIN_GLOBAL, prelude_derivation, "",
	 "Makes a derivation of a set: its outputs, drvPath and the set itself."},
};

static void add(struct eval *E, struct builtins *b, const struct builtin_row *row)
{
	BUF(name, 256);
	sym_t sym;

	if (E->opt.pure && (row->flags & BUILTIN_IMPURE))
		return;
	if (!(row->flags & BUILTIN_GLOBAL))
		buf_putz(&name, "__");
	buf_putz(&name, row->name);
	sym = sym_intern(E, buf_str(&name));
	b->rows[b->n++] = row;
	E->symbols.v[sym].builtin = (uint32_t)b->n;
}

struct builtins *base_env_new(struct eval *E)
{
	struct builtins *b = xcalloc(1, sizeof(*b));
	const struct builtin_row *const *table;
	size_t n;

	table = builtin_table(&n);
	b->rows = xcalloc(n + ARRAY_LEN(own), sizeof(*b->rows));
	b->boxes = xcalloc(n + ARRAY_LEN(own), sizeof(*b->boxes));
	for (size_t i = 0; i < n; i++)
		add(E, b, table[i]);
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		add(E, b, &own[i]);
	return b;
}

void base_env_free(struct builtins *b)
{
	if (!b)
		return;
	free(b->rows);
	free(b->boxes);
	free(b);
}

static struct value *base_env_box(struct eval *E, size_t i)
{
	struct builtins *b = E->builtins;
	struct value *fn, *box = b->boxes[i];
	struct app *app;

	if (box)
		return box;
	fn = ARENA_NEW(&E->perm, struct value);
	*fn = v_primop(b->rows[i]);
	b->boxes[i] = fn;
	if (b->rows[i]->arity > 0)
		return fn;
	app = arena_alloc(&E->perm, sizeof(*app));
	*app = (struct app){.fn = fn};
	box = ARENA_NEW(&E->perm, struct value);
	box->head = V_APP;
	box->app = app;
	b->boxes[i] = box;
	return box;
}

struct value *base_env_find(struct eval *E, sym_t sym)
{
	uint32_t i = E->symbols.v[sym].builtin;

	return i ? base_env_box(E, i - 1) : NULL;
}

void base_env_names(struct eval *E, void (*each)(void *ctx, sym_t sym), void *ctx)
{
	for (sym_t sym = 1; sym < E->symbols.n; sym++)
		if (E->symbols.v[sym].builtin)
			each(ctx, sym);
}
