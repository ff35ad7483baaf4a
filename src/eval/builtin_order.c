/* SPDX-License-Identifier: MIT
 *
 * Builtins that bring elements into an order: sort, groupBy, genericClosure. sort is a stable merge
 * sort, which leaves a permutation of its input whatever the comparator says. */
#include "eval/builtin_int.h"

#include <stdlib.h>

enum sort_by {
	SORT_CALL, /* the comparator must be asked */
	SORT_LESS, /* it is builtins.lessThan */
	SORT_INTS, /* ... and all are integers */
	SORT_STRINGS,
};

struct sorter {
	struct eval *E;
	pos_t pos;
	struct value *fn;
	enum sort_by by;
};

static errint sort_less(const struct sorter *s, struct value *a, struct value *b, bool *out)
{
	struct value *pair[] = {a, b}, res;

	switch (s->by) {
	case SORT_INTS:
		*out = a->i < b->i;
		return 0;
	case SORT_STRINGS:
		*out = str_cmp(value_str(a), value_str(b)) < 0;
		return 0;
	case SORT_LESS:
		return values_less(s->E, a, b, s->pos,
				   "while evaluating the ordering function passed to builtins.sort",
				   out);
	case SORT_CALL:
		break;
	}
	TRY(call(s->E, s->pos, s->fn, 2, pair, &res));
	return want_bool(s->E, &res, 0,
			 "while evaluating the return value of the sorting function passed to "
			 "builtins.sort",
			 out);
}

static errint insertion_sort(const struct sorter *s, struct value **v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct value *x = v[i];
		size_t j = i;

		while (j > 0) {
			bool less;

			TRY(sort_less(s, x, v[j - 1], &less));
			if (!less)
				break;
			v[j] = v[j - 1];
			j--;
		}
		v[j] = x;
	}
	return 0;
}

/* Sorts v; tmp has room for n / 2 elements. */
static errint merge_sort(const struct sorter *s, struct value **v, size_t n, struct value **tmp)
{
	size_t half = n / 2, i = 0, j = half, k = 0;
	bool less;

	if (n <= 6)
		return insertion_sort(s, v, n);
	TRY(eval_check_interrupt(s->E));
	TRY(merge_sort(s, v, half, tmp));
	TRY(merge_sort(s, v + half, n - half, tmp));
	TRY(sort_less(s, v[half], v[half - 1], &less));
	if (!less)
		return 0;
	memcpy(tmp, v, half * sizeof(*v));
	while (i < half && j < n) {
		TRY(eval_check_interrupt(s->E));
		TRY(sort_less(s, v[j], tmp[i], &less));
		v[k++] = less ? v[j++] : tmp[i++];
	}
	memcpy(v + k, tmp + i, (half - i) * sizeof(*v));
	return 0;
}

static enum sort_by sort_kind(const struct value *fn, struct value *const *v, size_t n)
{
	bool ints = true, strings = true;

	if (!is_builtin_less_than(fn))
		return SORT_CALL;
	for (size_t i = 0; i < n; i++) {
		ints &= v[i]->tag == V_INT;
		strings &= value_is_string(v[i]);
	}
	return ints ? SORT_INTS : strings ? SORT_STRINGS : SORT_LESS;
}

BUILTIN(sort)
{
	struct sorter s = {.E = E, .pos = pos, .fn = args[0]};
	struct value **v CLEANUP_FREE = NULL;
	struct value **to;
	size_t n;

	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.sort"));
	n = args[1]->n;
	if (n == 0) {
		*out = *args[1];
		return 0;
	}
	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.sort"));
	for (size_t i = 0; i < n; i++)
		TRY(force(E, list_elems(args[1])[i], pos));
	TRY(heap_check(E, n * 3 * sizeof(*v)));
	v = xcalloc(n + n / 2 + 1, sizeof(*v));
	TRY(eval_copy(E, v, list_elems(args[1]), n * sizeof(*v)));
	s.by = sort_kind(args[0], v, n);
	TRY(merge_sort(&s, v, n, v + n));
	to = list_alloc(E, n);
	TRY(eval_copy(E, to, v, n * sizeof(*to)));
	*out = v_list(to, n);
	return 0;
}

struct grouped {
	sym_t sym;
	uint32_t index;
	struct value *v;
};

static int grouped_cmp(const void *ap, const void *bp, void *unused)
{
	const struct grouped *a = ap, *b = bp;

	if (a->sym != b->sym)
		return a->sym < b->sym ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static size_t group_end(const struct grouped *g, size_t n, size_t from)
{
	size_t to = from;

	while (to < n && g[to].sym == g[from].sym)
		to++;
	return to;
}

static errint groups_to_attrs(struct eval *E, struct grouped *g, size_t n, struct value *out)
{
	size_t n_groups = 0;
	struct attrs *res;

	TRY(eval_sort(E, g, n, sizeof(*g), grouped_cmp, NULL));
	for (size_t i = 0; i < n; i = group_end(g, n, i))
		n_groups++;
	res = attrs_new(E, n_groups);
	for (size_t i = 0, end; i < n; i = end) {
		struct value **list;

		TRY(eval_check_interrupt(E));
		end = group_end(g, n, i);
		list = list_alloc(E, end - i);
		for (size_t k = i; k < end; k++)
			list[k - i] = g[k].v;
		attrs_push(res, g[i].sym, value_box(E, v_list(list, end - i)), 0);
	}
	*out = v_attrs(attrs_done_sorted(res));
	return 0;
}

BUILTIN(groupBy)
{
	struct grouped *g CLEANUP_FREE = NULL;
	size_t n;

	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.groupBy"));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.groupBy"));
	n = args[1]->n;
	TRY(heap_check(E, n * sizeof(*g)));
	g = xcalloc(n + 1, sizeof(*g));
	for (size_t i = 0; i < n; i++) {
		struct value *elem = list_elems(args[1])[i], res;
		struct str name;

		TRY(call1(E, pos, args[0], elem, &res));
		TRY(want_string_plain(
			E, &res, 0,
			"while evaluating the return value of the grouping function passed to "
			"builtins.groupBy",
			&name));
		g[i] = (struct grouped){sym_intern(E, name), (uint32_t)i, elem};
	}
	return groups_to_attrs(E, g, n, out);
}

/* What genericClosure knows: a treap by key, with the elements in order of discovery beside it. */
struct closure_node {
	struct value *key, *elem;
	uint32_t child[2]; /* index + 1; 0 is none */
	uint32_t priority;
};

struct closure {
	struct eval *E;
	pos_t pos;
	struct closure_node *v;
	size_t n, cap;
	uint32_t root;
	struct value **todo;
	size_t n_todo, cap_todo;
};

static void closure_release(struct closure *c)
{
	free(c->v);
	free(c->todo);
}

/* "<text> <the element, shortened>" as a frame. */
static errint element_frame(struct closure *c, const char *text, struct value *elem)
{
	BUF(b, LIMIT_ERR_TEXT);

	print_for_error(c->E, elem, &b);
	return eval_frame(c->E, 0, "%s %s", text, buf_z(&b));
}

static errint keys_compare(struct closure *c, struct value *a, struct value *b, int *out)
{
	bool less;

	if (a->tag == V_INT && b->tag == V_INT) {
		*out = (a->i > b->i) - (a->i < b->i);
		return 0;
	}
	if (value_is_string(a) && value_is_string(b)) {
		*out = str_cmp(value_str(a), value_str(b));
		return 0;
	}
	*out = -1;
	TRY(values_less(c->E, a, b, c->pos, NULL, &less));
	if (less)
		return 0;
	TRY(values_less(c->E, b, a, c->pos, NULL, &less));
	*out = less;
	return 0;
}

/* Deterministic, and as good as random. */
static uint32_t priority_of(size_t i)
{
	uint64_t x = (i + 1) * 0x9e3779b97f4a7c15ull;

	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ull;
	return (uint32_t)(x >> 32);
}

/* Hangs the last node below the end of the path, and turns it up to where its priority belongs. */
static void closure_hang(struct closure *c, const uint32_t *path, const uint8_t *side, size_t depth)
{
	uint32_t self = (uint32_t)c->n;

	while (depth > 0) {
		struct closure_node *up = &c->v[path[depth - 1] - 1], *node = &c->v[self - 1];
		uint8_t s = side[depth - 1];

		up->child[s] = self;
		if (up->priority >= node->priority)
			return;
		up->child[s] = node->child[!s];
		node->child[!s] = path[depth - 1];
		depth--;
	}
	c->root = self;
}

/* Adds an element unless its key is known. */
static errint closure_insert(struct closure *c, struct value *key, struct value *elem, bool *added)
{
	enum { DEEPEST = 512 };
	uint32_t path[DEEPEST];
	uint8_t side[DEEPEST];
	size_t depth = 0;

	for (uint32_t at = c->root; at; depth++) {
		struct closure_node *node = &c->v[at - 1];
		int order;

		BUG_ON(depth == DEEPEST);
		if (keys_compare(c, key, node->key, &order)) {
			element_frame(c, "with element", node->elem);
			return element_frame(c, "while comparing element", elem);
		}
		*added = order != 0;
		if (order == 0)
			return 0;
		path[depth] = at;
		side[depth] = order > 0;
		at = node->child[order > 0];
	}
	ARRAY_GROW(c->v, c->n, c->cap);
	c->v[c->n] = (struct closure_node){.key = key, .elem = elem, .priority = priority_of(c->n)};
	c->n++;
	closure_hang(c, path, side, depth);
	*added = true;
	return 0;
}

static void closure_todo(struct closure *c, struct value *list)
{
	for (size_t i = 0; i < list->n; i++) {
		ARRAY_GROW(c->todo, c->n_todo, c->cap_todo);
		c->todo[c->n_todo++] = list_elems(list)[i];
	}
}

/* Takes one element in and asks the operator for its successors. */
static errint closure_visit(struct closure *c, struct value *op, struct value *elem)
{
	struct eval *E = c->E;
	struct value next;
	struct attr *key;
	bool added;

	TRY(eval_check_interrupt(E));
	if (want_attrs(E, elem, 0, NULL) || want_attr(E, elem->attrs, SYM_key, 0, NULL, &key))
		return element_frame(c, "in genericClosure element", elem);
	TRY(force(E, key->v, c->pos));
	TRY(closure_insert(c, key->v, elem, &added));
	if (!added)
		return 0;
	if (call1(E, c->pos, op, elem, &next) ||
	    want_list(E, &next, 0,
		      "while evaluating the return value of the `operator` passed to "
		      "builtins.genericClosure"))
		return element_frame(c, "while calling operator on genericClosure element", elem);
	for (size_t i = 0; i < next.n; i++)
		if (force(E, list_elems(&next)[i], c->pos))
			return element_frame(c, "while calling operator on genericClosure element",
					     elem);
	closure_todo(c, &next);
	return 0;
}

BUILTIN(genericClosure)
{
	struct closure c CLEANUP(closure_release) = {.E = E, .pos = pos};
	struct attr *start, *op;
	struct value **to;

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the first argument passed to builtins.genericClosure"));
	TRY(want_attr(E, args[0]->attrs, SYM_startSet, 0,
		      "in the attrset passed as argument to builtins.genericClosure", &start));
	TRY(want_list(E, start->v, 0,
		      "while evaluating the 'startSet' attribute passed as argument to "
		      "builtins.genericClosure"));
	if (start->v->n == 0) {
		*out = *start->v;
		return 0;
	}
	TRY(want_attr(E, args[0]->attrs, SYM_operator, 0,
		      "in the attrset passed as argument to builtins.genericClosure", &op));
	TRY(want_function(E, op->v, 0,
			  "while evaluating the 'operator' attribute passed as argument to "
			  "builtins.genericClosure"));
	closure_todo(&c, start->v);
	for (size_t i = 0; i < c.n_todo; i++)
		TRY(closure_visit(&c, op->v, c.todo[i]));
	TRY(list_check(E, c.n));
	to = list_alloc(E, c.n);
	for (size_t i = 0; i < c.n; i++)
		to[i] = c.v[i].elem;
	*out = v_list(to, c.n);
	return 0;
}

const struct builtin_row builtins_order[] = {
	{"sort", 2, 0, builtin_sort, "comparator list",
	 "Sorts a list; comparator a b tells whether a comes before b. Equal elements keep their "
	 "order."},
	{"groupBy", 2, 0, builtin_groupBy, "f list",
	 "A set of lists: the elements by the string that f returns for them."},
	{"genericClosure", 1, 0, builtin_genericClosure, "attrset",
	 "All that can be reached from the sets in startSet by way of operator, which returns the "
	 "successors of one; each `key` once, in order of discovery."},
	BUILTIN_END,
};
