/* SPDX-License-Identifier: MIT
 *
 * What the texts in a binary file tell, where its first difference tells nothing: a path that is
 * longer moves all that stands behind it, so that an object's head differs first. */
#include "audit/difference_int.h"

#include <stdlib.h>

#include "base/limits.h"

enum { SHORTEST = 6 }; /* of what counts as a text: "/build" does */

struct printed {
	struct str *v;
	size_t n, cap;
};

static bool is_printable(char c)
{
	return (c >= ' ' && c <= '~') || c == '\t';
}

static void find_texts(struct str s, struct printed *out)
{
	for (size_t i = 0, from = 0; i <= s.n; i++) {
		if (i < s.n && is_printable(s.p[i]))
			continue;
		if (i - from >= SHORTEST) {
			ARRAY_GROW(out->v, out->n, out->cap);
			out->v[out->n++] = str_sub(s, from, i - from);
		}
		from = i + 1;
	}
}

static int by_text(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Leaves, in their order, those that the others do not have. */
static void leave_own(struct printed *t, const struct printed *others)
{
	struct str *sorted CLEANUP_FREE = xreallocarray(NULL, others->n + 1, sizeof(*sorted));
	size_t n = 0;

	if (others->n)
		memcpy(sorted, others->v, others->n * sizeof(*sorted));
	qsort(sorted, others->n, sizeof(*sorted), by_text);
	for (size_t i = 0; i < t->n; i++)
		if (!bsearch(&t->v[i], sorted, others->n, sizeof(*sorted), by_text))
			t->v[n++] = t->v[i];
	t->n = n;
}

/* All texts are in both: as when objects are linked, or names written, in another order. */
static bool add_other_order(struct tree_comparison *c, const struct pair *p,
			    const struct printed *b, const struct printed *f)
{
	size_t i = 0;

	while (i < b->n && i < f->n && str_eq(b->v[i], f->v[i]))
		i++;
	if (b->n != f->n || i == b->n)
		return false;
	difference_add_at(c, p, DIFFERENCE_ORDER, (size_t)(b->v[i].p - p->before.p),
			  (size_t)(f->v[i].p - p->after.p));
	return true;
}

bool difference_in_texts(struct tree_comparison *c, const struct pair *p)
{
	struct printed b = {0}, f = {0}, b_own = {0}, f_own = {0};
	bool found = false;

	if (p->before.n > LIMIT_COMPARED || p->after.n > LIMIT_COMPARED)
		return false;
	find_texts(p->before, &b);
	find_texts(p->after, &f);
	find_texts(p->before, &b_own);
	find_texts(p->after, &f_own);
	leave_own(&b_own, &f);
	leave_own(&f_own, &b);
	for (size_t i = 0; !found && i < b_own.n && i < f_own.n; i++) {
		const struct pair texts = {.before = b_own.v[i], .after = f_own.v[i]};
		size_t at = difference_at(texts.before, texts.after);
		enum difference_cause cause = difference_cause_of_words(c, &texts, at);

		/* Code that happens to be printable looks like random words. */
		found = cause == DIFFERENCE_BUILD_PATH || cause == DIFFERENCE_TIME;
		if (found)
			difference_add_at(c, p, cause, (size_t)(texts.before.p - p->before.p) + at,
					  (size_t)(texts.after.p - p->after.p) + at);
	}
	if (!found && !b_own.n && !f_own.n)
		found = add_other_order(c, p, &b, &f);
	free(b.v);
	free(f.v);
	free(b_own.v);
	free(f_own.v);
	return found;
}
