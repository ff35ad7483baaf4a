/* SPDX-License-Identifier: MIT
 *
 * Added bytes are sums over the dominator tree: a path hangs below the nearest one that every way
 * from the roots to it passes through. References have no cycles but a path's own, so one pass,
 * every path after all that refer to it, finds each one's place; the roots hang below a top that
 * stands for whoever asks. */
#include "store/closure_size.h"

#include <stdlib.h>

enum { TOP = 0 }; /* paths are numbered from 1 */

struct weighing {
	size_t n;
	struct str *order;  /* referrers first; of number i: order[i - 1] */
	struct str_set set; /* the same, sorted, … */
	size_t *numbers;    /* … with the number of each */
	size_t *above;      /* the place of each in the tree; TOP also of one that has none yet */
	size_t *depth;      /* 0: not placed yet, but for TOP */
	struct path_weight *weights;
};

/* The lowest place that is above both. */
static size_t common(const struct weighing *w, size_t a, size_t b)
{
	while (a != b) {
		if (w->depth[a] >= w->depth[b])
			a = w->above[a];
		else
			b = w->above[b];
	}
	return a;
}

/* One more way leads to a path: from below `from`. */
static void reach(struct weighing *w, size_t number, size_t from)
{
	w->above[number] = w->depth[number] ? common(w, w->above[number], from) : from;
	w->depth[number] = w->depth[w->above[number]] + 1;
}

static size_t number_of(const struct weighing *w, struct str path)
{
	const struct str *at = bsearch(&path, w->set.v, w->n, sizeof(path), str_cmp_qsort);

	BUG_ON(!at);
	return w->numbers[at - w->set.v];
}

static errint place(struct weighing *w, struct store *s, size_t number, struct err *err)
{
	struct path_weight *weight = &w->weights[number - 1];
	struct path_info info;
	ARENA(a);
	errint rc = store_query(s, &a, weight->path, &info, err);

	if (rc)
		return rc;
	weight->own = weight->added = info.nar_size;
	for (size_t i = 0; i < info.n_refs; i++)
		if (!str_eq(info.refs[i], weight->path))
			reach(w, number_of(w, info.refs[i]), number);
	return 0;
}

static void number_all(struct weighing *w, struct arena *a, struct str_set set, struct str *topo)
{
	w->n = set.n;
	w->set = set;
	w->order = ARENA_ARRAY(a, struct str, set.n);
	w->numbers = ARENA_ARRAY(a, size_t, set.n);
	w->above = ARENA_ARRAY(a, size_t, set.n + 1);
	w->depth = ARENA_ARRAY(a, size_t, set.n + 1);
	w->weights = ARENA_ARRAY(a, struct path_weight, set.n);
	for (size_t i = 0; i < set.n; i++) {
		struct str path = topo[set.n - 1 - i];
		struct str *at = bsearch(&path, set.v, set.n, sizeof(path), str_cmp_qsort);

		w->order[i] = w->weights[i].path = path;
		w->numbers[at - set.v] = i + 1;
	}
}

errint closure_weigh(struct store *s, struct arena *a, const struct str *roots, size_t n_roots,
		     struct path_weight **out, size_t *n, struct err *err)
{
	struct weighing w = {0};
	struct str_set set;
	struct str *topo;
	errint rc = store_closure(s, a, roots, n_roots, 0, &set, err);

	if (!rc)
		rc = store_topo_sort(s, a, set, &topo, err);
	if (rc)
		return rc;
	number_all(&w, a, set, topo);
	for (size_t i = 0; i < n_roots; i++)
		reach(&w, number_of(&w, roots[i]), TOP);
	for (size_t i = 1; !rc && i <= w.n; i++)
		rc = place(&w, s, i, err);
	if (rc)
		return rc;
	for (size_t i = w.n; i > 0; i--)
		if (w.above[i] != TOP)
			w.weights[w.above[i] - 1].added += w.weights[i - 1].added;
	*out = w.weights;
	*n = w.n;
	return 0;
}
