/* SPDX-License-Identifier: MIT
 *
 * A look, insertion, and the library for what is long. */
#include "base/sort.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { FEW = 16, SIZE_MAX_ = 64 };

static bool in_order(const char *v, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	for (size_t i = 1; i < n; i++)
		if (cmp(v + (i - 1) * size, v + i * size) > 0)
			return false;
	return true;
}

void sort_few(void *p, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	char *v = p, kept[SIZE_MAX_];

	if (n < 2 || in_order(v, n, size, cmp))
		return;
	if (n > FEW || size > sizeof(kept)) {
		qsort(v, n, size, cmp);
		return;
	}
	for (size_t i = 1; i < n; i++) {
		size_t k = i;

		while (k && cmp(v + (k - 1) * size, v + i * size) > 0)
			k--;
		if (k == i)
			continue;
		memcpy(kept, v + i * size, size);
		memmove(v + (k + 1) * size, v + k * size, (i - k) * size);
		memcpy(v + k * size, kept, size);
	}
}
