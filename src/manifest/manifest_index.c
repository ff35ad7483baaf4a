/* SPDX-License-Identifier: MIT
 *
 * Names by hash. */
#include "manifest/manifest_int.h"

static struct str name_of(const struct manifest_index *x, size_t i)
{
	struct str name;

	memcpy(&name, x->v + i * x->size, sizeof(name));
	return name;
}

void manifest_index_make(struct manifest_index *x, struct arena *a, const void *v, size_t n,
			 size_t size)
{
	*x = (struct manifest_index){.v = v, .size = size, .cap = 8};
	while (x->cap < n * 2)
		x->cap *= 2;
	x->slots = ARENA_ARRAY(a, uint32_t, x->cap);
	for (size_t i = 0; i < n; i++) {
		size_t at = str_hash(name_of(x, i)) & (x->cap - 1);

		while (x->slots[at])
			at = (at + 1) & (x->cap - 1);
		x->slots[at] = (uint32_t)i + 1;
	}
}

ptrdiff_t manifest_index_find(const struct manifest_index *x, struct str name)
{
	for (size_t at = str_hash(name) & (x->cap - 1); x->slots[at]; at = (at + 1) & (x->cap - 1))
		if (str_eq(name_of(x, x->slots[at] - 1), name))
			return x->slots[at] - 1;
	return -1;
}
