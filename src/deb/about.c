/* SPDX-License-Identifier: MIT
 *
 * What people are told of locked packages: a file beside the lock, so that no derivation depends on
 * it. */
#include "deb/lock.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "deb/index.h"

/* Of a description the first line is what it is; the rest tells more. */
static struct str synopsis(struct str description)
{
	struct str first = description, rest;

	str_cut(description, '\n', &first, &rest);
	return str_trim(first);
}

static void put_package(struct buf *b, const struct deb_package *p)
{
	buf_putz(b, "  ");
	json_put_str(b, p->name);
	buf_putz(b, ": {\"description\": ");
	json_put_str(b, synopsis(p->description));
	if (p->homepage.n) {
		buf_putz(b, ", \"homepage\": ");
		json_put_str(b, p->homepage);
	}
	buf_putc(b, '}');
}

static int by_name(const void *a, const void *b)
{
	const struct deb_package *const *x = a, *const *y = b;

	return str_cmp((*x)->name, (*y)->name);
}

void deb_about_print(const struct deb_closure *closures, size_t n, struct buf *out)
{
	const struct deb_package **v CLEANUP_FREE = NULL;
	size_t n_v = 0, cap = 0;
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < closures[i].n; k++) {
			ARRAY_GROW(v, n_v, cap);
			v[n_v++] = closures[i].v[k].package;
		}
	}
	if (n_v)
		qsort(v, n_v, sizeof(*v), by_name);
	buf_putz(out, "{\n \"version\": 1,\n \"packages\": {");
	for (size_t i = 0; i < n_v; i++) {
		/* Architectures have the same text. */
		if ((i && str_eq(v[i]->name, v[i - 1]->name)) || !v[i]->description.n)
			continue;
		buf_putz(out, first ? "\n" : ",\n");
		put_package(out, v[i]);
		first = false;
	}
	buf_putz(out, "\n }\n}\n");
}

char *deb_about_file(const char *lock)
{
	struct str name = path_base(str_c(lock));

	if (str_eqz(name, "lock.json"))
		return path_join(path_dir(str_c(lock)), S("about.json"));
	return xasprintf("%.*s.about.json", STR_ARG(str_drop_suffix(str_c(lock), S(".json"))));
}
