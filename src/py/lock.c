/* SPDX-License-Identifier: MIT
 *
 * The rows of a lock. */
#include "py/lock.h"

#include <stdlib.h>

const char *const py_machines[PY_MACHINES] = {"aarch64", "x86_64"};

struct py_row *py_lock_add(struct py_lock *l, struct str name)
{
	l->v = py_grow(l->a, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n] = (struct py_row){.name = name};
	return &l->v[l->n++];
}

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct py_row *)a)->name, ((const struct py_row *)b)->name);
}

static int by_slot(const void *a, const void *b)
{
	return str_cmp(((const struct py_slot_version *)a)->name,
		       ((const struct py_slot_version *)b)->name);
}

void py_lock_sort(struct py_lock *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
	if (l->n_slots)
		qsort(l->slots, l->n_slots, sizeof(*l->slots), by_slot);
}

const struct py_row *py_lock_find(const struct py_lock *l, struct str name)
{
	const struct py_row key = {.name = name};

	return l->n ? bsearch(&key, l->v, l->n, sizeof(*l->v), by_name) : NULL;
}

void py_lock_put_slot(struct py_lock *l, struct str name, struct str version)
{
	for (size_t i = 0; i < l->n_slots; i++) {
		if (str_eq(l->slots[i].name, name)) {
			l->slots[i].version = version;
			return;
		}
	}
	l->slots = py_grow(l->a, l->slots, l->n_slots, &l->cap_slots, sizeof(*l->slots));
	l->slots[l->n_slots++] = (struct py_slot_version){name, version};
}

struct str py_lock_slot(const struct py_lock *l, struct str name)
{
	for (size_t i = 0; i < l->n_slots; i++)
		if (str_eq(l->slots[i].name, name))
			return l->slots[i].version;
	return S("");
}
