/* SPDX-License-Identifier: MIT
 *
 * Open addressing with linear probing, at most two thirds full. */
#include "store/path_map.h"

#include <stdlib.h>

static struct path_map_slot *find_slot(const struct path_map *m, struct str key)
{
	size_t i = str_hash(key) & (m->cap - 1);

	while (m->slots[i].key.p && !str_eq(m->slots[i].key, key))
		i = (i + 1) & (m->cap - 1);
	return &m->slots[i];
}

static void grow(struct path_map *m)
{
	struct path_map bigger = {.cap = m->cap ? m->cap * 2 : 64, .n = m->n};

	bigger.slots = xcalloc(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < m->cap; i++) {
		if (m->slots[i].key.p)
			*find_slot(&bigger, m->slots[i].key) = m->slots[i];
	}
	free(m->slots);
	*m = bigger;
}

void path_map_release(struct path_map *m)
{
	free(m->slots);
	*m = (struct path_map){0};
}

void *path_map_get(const struct path_map *m, struct str key)
{
	return m->n ? find_slot(m, key)->value : NULL;
}

void path_map_put(struct path_map *m, struct str key, void *value)
{
	BUG_ON(!value || !key.p);
	if (m->n * 3 >= m->cap * 2)
		grow(m);
	struct path_map_slot *slot = find_slot(m, key);
	if (!slot->key.p) {
		slot->key = key;
		m->n++;
	}
	slot->value = value;
}
