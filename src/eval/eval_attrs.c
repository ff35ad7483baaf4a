/* SPDX-License-Identifier: MIT
 *
 * Sets. A flat set is an array sorted by symbol. `//` with a small right side puts a layer in
 * front of the left one; layers below a new one are at least twice its size, so that there are few
 * of them and adding to a set one by one costs a logarithm. Flattening happens in place: a
 * layered set becomes an empty layer over its flat form. */
#include "eval/eval_int.h"

#include <stdlib.h>

struct attrs attrs_empty;

/* Below this size a layer is merged right away. */
enum { SMALL_LAYER = 12 };

struct attrs *attrs_new(struct eval *E, size_t cap)
{
	struct attrs *a = heap_alloc(E, sizeof(*a) + cap * sizeof(a->v[0]));

	a->n = 0;
	a->cap = (uint32_t)cap;
	a->base = NULL;
	return a;
}

static int attr_cmp(const void *x, const void *y)
{
	const struct attr *a = x, *b = y;

	return (a->sym > b->sym) - (a->sym < b->sym);
}

static void insertion_sort(struct attr *v, uint32_t n)
{
	for (uint32_t i = 1; i < n; i++) {
		struct attr x = v[i];
		uint32_t j = i;

		for (; j > 0 && v[j - 1].sym > x.sym; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

static void merge_halves(struct attr *v, uint32_t half, uint32_t n, struct attr *tmp)
{
	uint32_t i = 0, j = half, k = 0;

	if (v[half - 1].sym <= v[half].sym)
		return;
	memcpy(tmp, v, half * sizeof(*v));
	while (i < half && j < n)
		v[k++] = attr_cmp(&tmp[i], &v[j]) <= 0 ? tmp[i++] : v[j++];
	while (i < half)
		v[k++] = tmp[i++];
}

/* Stable, since of equal names the first pushed stays. */
static void merge_sort(struct attr *v, uint32_t n, struct attr *tmp)
{
	uint32_t half = n / 2;

	if (n <= 16) {
		insertion_sort(v, n);
		return;
	}
	merge_sort(v, half, tmp);
	merge_sort(v + half, n - half, tmp);
	merge_halves(v, half, n, tmp);
}

/* The same, asking for ^C between pieces. */
static errint merge_sort_big(struct eval *E, struct attr *v, uint32_t n, struct attr *tmp)
{
	enum { PIECE = 1 << 16 };
	uint32_t half = n / 2;

	if (n > PIECE &&
	    (merge_sort_big(E, v, half, tmp) < 0 || merge_sort_big(E, v + half, n - half, tmp) < 0))
		return eval_failed(E);
	if (n > PIECE)
		merge_halves(v, half, n, tmp);
	else
		merge_sort(v, n, tmp);
	return eval_check_interrupt(E);
}

static bool is_sorted(const struct attrs *a)
{
	for (uint32_t i = 1; i < a->n; i++)
		if (a->v[i - 1].sym >= a->v[i].sym)
			return false;
	return true;
}

static struct attrs *drop_repeated(struct attrs *a)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < a->n; i++)
		if (kept == 0 || a->v[kept - 1].sym != a->v[i].sym)
			a->v[kept++] = a->v[i];
	a->n = kept;
	return a;
}

struct attrs *attrs_done(struct attrs *a)
{
	struct attr *tmp CLEANUP_FREE = NULL;

	if (a->n == 0)
		return &attrs_empty;
	if (is_sorted(a))
		return a;
	tmp = a->n > 16 ? xreallocarray(NULL, a->n, sizeof(*tmp)) : NULL;
	merge_sort(a->v, a->n, tmp);
	return drop_repeated(a);
}

errint attrs_done_big(struct eval *E, struct attrs *a, struct attrs **out)
{
	struct attr *tmp CLEANUP_FREE = NULL;

	if (a->n == 0 || is_sorted(a)) {
		*out = attrs_done_sorted(a);
		return 0;
	}
	tmp = xreallocarray(NULL, a->n, sizeof(*tmp));
	if (merge_sort_big(E, a->v, a->n, tmp) < 0)
		return eval_failed(E);
	*out = drop_repeated(a);
	return 0;
}

static inline const struct attr *find_in(const struct attr *v, uint32_t n, sym_t sym)
{
	while (n > 8) {
		uint32_t half = n / 2;

		v = v[half].sym <= sym ? v + half : v;
		n -= half;
	}
	for (uint32_t i = 0; i < n; i++)
		if (v[i].sym == sym)
			return &v[i];
	return NULL;
}

const struct attr *attrs_get(const struct attrs *a, sym_t sym)
{
	for (; a; a = a->base) {
		const struct attr *x = find_in(a->v, a->n, sym);

		if (x)
			return x;
	}
	return NULL;
}

/* The union of two arrays; of equal names that of a stays. Returns the number written. */
static uint32_t merge(const struct attr *a, uint32_t n, const struct attr *b, uint32_t m,
		      struct attr *out)
{
	struct attr *w = out;
	uint32_t i = 0, j = 0;

	while (i < n && j < m) {
		if (a[i].sym < b[j].sym) {
			*w++ = a[i++];
		} else if (a[i].sym > b[j].sym) {
			*w++ = b[j++];
		} else {
			*w++ = a[i++];
			j++;
		}
	}
	memcpy(w, a + i, (n - i) * sizeof(*w));
	w += n - i;
	memcpy(w, b + j, (m - j) * sizeof(*w));
	w += m - j;
	return (uint32_t)(w - out);
}

/* A new layer with a's attributes over b's, on b's base. */
static struct attrs *merge_layers(struct eval *E, const struct attrs *a, const struct attrs *b)
{
	struct attrs *out = attrs_new(E, (size_t)a->n + b->n);

	out->n = merge(a->v, a->n, b->v, b->n, out->v);
	out->base = b->base;
	/* What equal names left over goes back, being the last allocation. */
	E->heap.top -= (size_t)(out->cap - out->n) * sizeof(out->v[0]);
	return out;
}

struct attrs *attrs_flat(struct eval *E, struct attrs *a)
{
	struct attrs *out = a;

	if (LIKELY(!a->base))
		return a;
	while (out->n == 0 && out->base)
		out = out->base;
	if (!out->base)
		return out;
	while (out->base)
		out = merge_layers(E, out, out->base);
	a->n = 0;
	a->base = out;
	heap_note_write(E, a);
	return out;
}

struct attrs *attrs_update(struct eval *E, struct attrs *a, struct attrs *b)
{
	struct attrs *layer, *whole_a = a, *whole_b = b;

	b = attrs_flat(E, b);
	while (a->n == 0 && a->base)
		a = a->base;
	if (b->n == 0)
		return whole_a;
	if (a->n == 0)
		return whole_b;
	layer = b;
	while (a && a->n <= MAX(2 * layer->n, (uint32_t)SMALL_LAYER)) {
		layer = merge_layers(E, layer, a);
		a = layer->base;
	}
	if (!a)
		return layer;
	if (layer == b) {
		/* b itself stays as it is: others see it without what is below. */
		layer = heap_alloc(E, sizeof(*layer) + b->n * sizeof(b->v[0]));
		memcpy(layer, b, sizeof(*layer) + b->n * sizeof(b->v[0]));
	}
	layer->base = a;
	return layer;
}

struct attrs *attrs_same(struct eval *E, struct attrs *a)
{
	struct attrs *flat = attrs_flat(E, a), *layer;

	if (flat->n == 0)
		return flat;
	layer = attrs_new(E, 0);
	layer->base = flat;
	return layer;
}

/* ---- order by name ---- */

struct by_name {
	uint64_t prefix;
	const struct attr *attr;
};

static int by_name_cmp(const void *x, const void *y, void *symbols)
{
	const struct by_name *a = x, *b = y;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return symbols_cmp(symbols, a->attr->sym, b->attr->sym);
}

errint attrs_by_name(struct eval *E, struct attrs *a, const struct attr ***out, size_t *n)
{
	struct attrs *flat = attrs_flat(E, a);
	struct by_name *v CLEANUP_FREE = NULL;
	const struct attr **to;

	if (list_check(E, flat->n) < 0)
		return eval_failed(E);
	to = heap_alloc(E, flat->n * sizeof(*to));
	v = xreallocarray(NULL, (size_t)flat->n + 1, sizeof(*v));

	for (uint32_t i = 0; i < flat->n; i++)
		v[i] = (struct by_name){E->symbols.v[flat->v[i].sym].prefix, &flat->v[i]};
	if (eval_sort(E, v, flat->n, sizeof(*v), by_name_cmp, &E->symbols) < 0)
		return eval_failed(E);
	for (uint32_t i = 0; i < flat->n; i++)
		to[i] = v[i].attr;
	*out = to;
	*n = flat->n;
	return 0;
}

errint want_attr(struct eval *E, struct attrs *a, sym_t sym, pos_t pos, const char *ctx,
		 struct attr **out)
{
	const struct attr *x = attrs_get(a, sym);

	if (!x) {
		eval_fail(E, pos, "attribute '%.*s' missing", STR_ARG(sym_str(E, sym)));
		return ctx ? eval_frame(E, 0, "%s", ctx) : eval_failed(E);
	}
	*out = (struct attr *)x;
	return 0;
}

errint value_is_derivation(struct eval *E, struct value *v, pos_t pos, bool *out)
{
	const struct attr *type = v->tag == V_ATTRS ? attrs_get(v->attrs, SYM_type) : NULL;

	*out = false;
	if (!type)
		return 0;
	if (force(E, type->v, pos) < 0)
		return eval_failed(E);
	*out = value_is_string(type->v) && str_eq(value_str(type->v), S("derivation"));
	return 0;
}
