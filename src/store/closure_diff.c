/* SPDX-License-Identifier: MIT
 *
 * A store path's name is taken apart as Nix does: what stands behind the last dash is an output
 * when it is letters only (or lib32, lib64), and a version begins at the first dash before no
 * letter. */
#include "store/closure_diff.h"

#include <stdlib.h>

enum { SMALL = 8 << 10 };

struct package {
	struct str name, version;
	uint64_t size;
	bool after; /* of which closure */
};

static bool is_letter(char c, char from, char to)
{
	return c >= from && c <= to;
}

static bool is_output(struct str s)
{
	if (str_eq(s, S("lib32")) || str_eq(s, S("lib64")))
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i], 'a', 'z'))
			return false;
	return s.n > 0;
}

void closure_package_name(struct str name, struct str *package, struct str *version)
{
	ptrdiff_t dash = str_rchr(name, '-');

	if (dash > 0 && is_output(str_skip(name, (size_t)dash + 1)))
		name = str_sub(name, 0, (size_t)dash);
	*package = name;
	*version = S("");
	for (size_t i = 0; i + 1 < name.n; i++) {
		char next = name.p[i + 1];

		if (name.p[i] != '-' || is_letter(next, 'a', 'z') || is_letter(next, 'A', 'Z'))
			continue;
		*package = str_sub(name, 0, i);
		*version = str_skip(name, i + 1);
		return;
	}
}

static errint load(struct store *s, struct arena *a, struct str top, bool after,
		   struct package **out, size_t *n, struct err *err)
{
	struct str_set closure;
	errint rc = store_closure(s, a, &top, 1, 0, &closure, err);

	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct package, closure.n);
	*n = closure.n;
	for (size_t i = 0; !rc && i < closure.n; i++) {
		struct path_info info;

		rc = store_query(s, a, closure.v[i], &info, err);
		if (rc)
			return rc;
		(*out)[i] = (struct package){.size = info.nar_size, .after = after};
		closure_package_name(store_path_name(closure.v[i]), &(*out)[i].name,
				     &(*out)[i].version);
	}
	return rc;
}

static int cmp_package(const void *a, const void *b)
{
	const struct package *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c ?: str_cmp(x->version, y->version);
}

/* The versions of one name, [v, v + n), that only one side has. */
static void versions(struct arena *a, const struct package *v, size_t n, bool after,
		     struct str_set *out)
{
	out->v = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0, end; i < n; i = end) {
		bool here = false, there = false;

		for (end = i; end < n && str_eq(v[end].version, v[i].version); end++) {
			here |= v[end].after == after;
			there |= v[end].after != after;
		}
		if (here && !there)
			out->v[out->n++] = v[i].version;
	}
}

static bool compare(struct arena *a, const struct package *v, size_t n, struct closure_change *out)
{
	*out = (struct closure_change){.name = v[0].name};
	for (size_t i = 0; i < n; i++) {
		out->size += v[i].after ? (int64_t)v[i].size : -(int64_t)v[i].size;
		out->is |= v[i].after;
		out->was |= !v[i].after;
	}
	versions(a, v, n, false, &out->gone);
	versions(a, v, n, true, &out->come);
	if (llabs(out->size) < SMALL)
		out->size = 0;
	return out->size || out->gone.n || out->come.n;
}

errint closure_diff(struct store *s, struct arena *a, struct str before, struct str after,
		    struct closure_change **out, size_t *n, struct err *err)
{
	struct package *old, *new;
	size_t n_old, n_new, n_changes = 0;
	errint rc = load(s, a, before, false, &old, &n_old, err);

	if (!rc)
		rc = load(s, a, after, true, &new, &n_new, err);
	if (rc)
		return rc;
	struct package *all = ARENA_ARRAY(a, struct package, n_old + n_new);
	struct closure_change *v = ARENA_ARRAY(a, struct closure_change, n_old + n_new);
	memcpy(all, old, n_old * sizeof(*all));
	memcpy(all + n_old, new, n_new * sizeof(*all));
	qsort(all, n_old + n_new, sizeof(*all), cmp_package);
	for (size_t i = 0, end; i < n_old + n_new; i = end) {
		for (end = i; end < n_old + n_new && str_eq(all[end].name, all[i].name);)
			end++;
		n_changes += compare(a, all + i, end - i, &v[n_changes]);
	}
	*out = v;
	*n = n_changes;
	return 0;
}
