/* SPDX-License-Identifier: MIT
 *
 * A hash map from store paths to pointers, for the memos of a store handle. It owns neither keys
 * nor values: both live as long as the map, in an arena of whoever fills it. Nothing iterates
 * over it, so no result depends on its order. */
#pragma once

#include "base/str.h"

struct path_map {
	struct path_map_slot {
		struct str key; /* key.p is NULL in an empty slot */
		void *value;
	} * slots;
	size_t n, cap; /* cap is 0 or a power of two */
};

void path_map_release(struct path_map *m);
/* The value of a key, or NULL when it is absent. */
void *path_map_get(const struct path_map *m, struct str key);
/* Sets a key's value, which must not be NULL. The key is borrowed. */
void path_map_put(struct path_map *m, struct str key, void *value);
