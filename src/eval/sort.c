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

/* How many stand before one that is less. */
static size_t out_of_order(const struct sorting *s, const char *v, size_t n)
{
	const char *last = v;
	size_t count = 0;

	for (size_t i = 1; i < n; i++) {
		if (s->cmp(last, v + i * s->size, s->ctx) <= 0)
			last = v + i * s->size;
		else
			count++;
	}
	return count;
}

/* Names mostly come in order: those few that do not are taken out, sorted and merged in, from the
 * end. Of equal elements one that was in order stood first. */
static void insert_few(const struct sorting *s, char *v, size_t n, size_t count)
{
	size_t size = s->size, kept = 1;
	char *few CLEANUP_FREE = xreallocarray(NULL, count, size), *taken = few;
	char *to = v + n * size;

	for (size_t i = 1; i < n; i++) {
		char *x = v + i * size;

		if (s->cmp(v + (kept - 1) * size, x, s->ctx) <= 0) {
			memmove(v + kept++ * size, x, size);
		} else {
			memcpy(taken, x, size);
			taken += size;
		}
	}
	qsort_r(few, count, size, s->cmp, s->ctx);
	while (taken > few) {
		to -= size;
		if (kept && s->cmp(v + (kept - 1) * size, taken - size, s->ctx) > 0) {
			memcpy(to, v + --kept * size, size);
		} else {
			taken -= size;
			memcpy(to, taken, size);
		}
	}
}

static void sort_run(const struct sorting *s, char *v, size_t n)
{
	size_t count = n > 1 ? out_of_order(s, v, n) : 0;

	if (count > n / 8)
		qsort_r(v, n, s->size, s->cmp, s->ctx);
	else if (count)
		insert_few(s, v, n, count);
}

static errint sort(const struct sorting *s, char *v, size_t n)
{
	size_t half = n / 2;

	if (n <= RUN) {
		sort_run(s, v, n);
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
