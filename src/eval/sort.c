/* SPDX-License-Identifier: MIT
 *
 * Sorting that answers ^C: runs that take a few milliseconds each, merged in pairs. */
#include "eval/eval_int.h"

#include <stdlib.h>

enum { RUN = 1 << 14 };

struct sorting {
	struct eval *E;
	size_t size;
	sort_cmp_fn cmp;
	void *ctx;
	char *tmp;
};

/* Merges v[0..half) and v[half..n); of equal elements the left one comes first. */
static errint merge(const struct sorting *s, char *v, size_t half, size_t n)
{
	size_t size = s->size;
	const char *left = s->tmp, *left_end = s->tmp + half * size;
	const char *right = v + half * size, *right_end = v + n * size;
	size_t asked = 0;

	if (s->cmp(right - size, right, s->ctx) <= 0)
		return 0;
	memcpy(s->tmp, v, half * size);
	for (; left < left_end && right < right_end; v += size) {
		if (asked++ % RUN == 0 && eval_check_interrupt(s->E) < 0)
			return eval_failed(s->E);
		if (s->cmp(left, right, s->ctx) <= 0) {
			memcpy(v, left, size);
			left += size;
		} else {
			memcpy(v, right, size);
			right += size;
		}
	}
	memcpy(v, left, (size_t)(left_end - left));
	return 0;
}

static errint sort(const struct sorting *s, char *v, size_t n)
{
	size_t half = n / 2;

	if (n <= RUN) {
		if (n > 1)
			qsort_r(v, n, s->size, s->cmp, s->ctx);
		return eval_check_interrupt(s->E);
	}
	if (sort(s, v, half) < 0 || sort(s, v + half * s->size, n - half) < 0)
		return eval_failed(s->E);
	return merge(s, v, half, n);
}

errint eval_sort(struct eval *E, void *v, size_t n, size_t size, sort_cmp_fn cmp, void *ctx)
{
	char *tmp CLEANUP_FREE = n > RUN ? xreallocarray(NULL, n / 2 + 1, size) : NULL;

	return sort(&(struct sorting){E, size, cmp, ctx, tmp}, v, n);
}
