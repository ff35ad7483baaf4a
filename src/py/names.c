/* SPDX-License-Identifier: MIT
 *
 * Lists of names. */
#include "py/names.h"

#include <stdlib.h>

void *py_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return v;
	*cap = n ? n * 2 : 8;
	void *more = arena_calloc(a, *cap, size);

	if (n)
		memcpy(more, v, n * size);
	return more;
}

void py_names_add(struct arena *a, struct py_names *l, struct str s)
{
	l->v = py_grow(a, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = s;
}

bool py_names_has(const struct py_names *l, struct str s)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i], s))
			return true;
	return false;
}

void py_names_put(struct arena *a, struct py_names *l, struct str s)
{
	if (!py_names_has(l, s))
		py_names_add(a, l, s);
}

void py_names_sort(struct py_names *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), str_cmp_qsort);
}
