/* SPDX-License-Identifier: MIT
 *
 * The index of library names. */
#include "deb/libraries.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

void libraries_release(struct libraries *l)
{
	free(l->v);
	*l = (struct libraries){0};
}

bool library_name(struct str name)
{
	ptrdiff_t at = str_find(name, S(".so"));

	return at > 0 && ((size_t)at + 3 == name.n || name.p[at + 3] == '.');
}

void libraries_put(struct libraries *l, struct str name, struct str folder, size_t rank)
{
	ARRAY_GROW(l->v, l->n, l->cap);
	l->v[l->n++] = (struct library_entry){name, folder, rank};
	l->n_folders = MAX(l->n_folders, rank + 1);
}

errint libraries_add(struct libraries *l, struct arena *a, struct str folder, struct err *err)
{
	struct dir_list names CLEANUP(dir_list_release) = {NULL, 0};
	char *z CLEANUP_FREE = str_dupz(folder);
	size_t rank = l->n_folders;

	if (access(z, F_OK))
		return 0;
	errint rc = dir_list(AT_FDCWD, z, &names, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < names.n; i++)
		if (names.v[i].type != DT_DIR && library_name(str_c(names.v[i].name)))
			libraries_put(l, arena_str(a, str_c(names.v[i].name)), folder, rank);
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct library_entry *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	if (c)
		return c;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return str_cmp(x->folder, y->folder);
}

void libraries_sort(struct libraries *l)
{
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), compare);
}

/* The first entry that is not before name. */
static size_t lower_bound(const struct libraries *l, struct str name)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (str_cmp(l->v[mid].name, name) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

bool libraries_find(const struct libraries *l, struct str name, struct str prefer, struct str *out)
{
	size_t first = lower_bound(l, name);

	if (first == l->n || !str_eq(l->v[first].name, name))
		return false;
	*out = l->v[first].folder;
	for (size_t i = first; i < l->n && str_eq(l->v[i].name, name); i++)
		if (str_eq(l->v[i].folder, prefer))
			*out = prefer;
	return true;
}
