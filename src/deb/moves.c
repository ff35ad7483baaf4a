/* SPDX-License-Identifier: MIT
 *
 * Comparison of locks, by their texts. */
#include "deb/moves.h"

#include <stdlib.h>

#include "base/json.h"

struct locked {
	struct str arch, name, version, sha256;
};

struct locked_list {
	struct locked *v;
	size_t n, cap;
};

static void locked_list_release(struct locked_list *l)
{
	free(l->v);
}

static errint member(struct arena *a, const struct json_member *v, size_t n, const char *key,
		     struct str *out, struct err *err)
{
	const struct str *value = json_find(v, n, str_c(key));

	if (!value)
		return err_set(err, ERR_CORRUPT, "it has no '%s'", key);
	return json_string(a, *value, out, err);
}

static errint read_package(struct arena *a, const struct json_member *package, struct locked *out,
			   struct err *err)
{
	struct json_member *fields;
	size_t n;
	errint rc = json_members(a, package->value, &fields, &n, err);

	if (!rc)
		rc = member(a, fields, n, "version", &out->version, err);
	if (!rc)
		rc = member(a, fields, n, "sha256", &out->sha256, err);
	out->name = package->key;
	return rc ? err_wrap(err, "entry '%.*s'", STR_ARG(package->key)) : 0;
}

static errint read_arch(struct arena *a, const struct json_member *arch, struct locked_list *out,
			struct err *err)
{
	struct json_member *packages;
	size_t n;
	errint rc = json_members(a, arch->value, &packages, &n, err);

	if (rc)
		return rc;
	for (size_t i = 0; i < n; i++) {
		ARRAY_GROW(out->v, out->n, out->cap);
		out->v[out->n] = (struct locked){.arch = arch->key};
		rc = read_package(a, &packages[i], &out->v[out->n], err);
		if (rc)
			return rc;
		out->n++;
	}
	return 0;
}

static int by_place(const void *x, const void *y)
{
	const struct locked *a = x, *b = y;
	int c = str_cmp(a->arch, b->arch);

	return c ? c : str_cmp(a->name, b->name);
}

static errint read_lock(struct arena *a, struct str text, struct locked_list *out, struct err *err)
{
	struct json_member *top, *archs;
	const struct str *all;
	size_t n;

	if (!text.n)
		return 0;
	errint rc = json_members(a, text, &top, &n, err);
	if (rc)
		return rc;
	all = json_find(top, n, S("architectures"));
	if (!all)
		return err_set(err, ERR_CORRUPT, "it has no 'architectures'");
	rc = json_members(a, *all, &archs, &n, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = read_arch(a, &archs[i], out, err);
	if (!rc && out->n)
		qsort(out->v, out->n, sizeof(*out->v), by_place);
	return rc;
}

errint deb_lock_date(struct arena *a, struct str lock, struct str pocket, struct str *out,
		     struct err *err)
{
	struct json_member *top, *pockets;
	const struct str *found;
	size_t n;

	*out = S("");
	if (!lock.n)
		return 0;
	errint rc = json_members(a, lock, &top, &n, err);
	if (rc)
		return rc;
	found = json_find(top, n, pocket.n ? S("pockets") : S("date"));
	if (!found || !pocket.n)
		return found ? json_string(a, *found, out, err) : 0;
	rc = json_members(a, *found, &pockets, &n, err);
	if (rc)
		return rc;
	found = json_find(pockets, n, pocket);
	return found ? json_string(a, *found, out, err) : 0;
}

/* The next difference of two sorted lists, of which at least one has more. */
static bool next_move(const struct locked **x, const struct locked **y, const struct locked *x_end,
		      const struct locked *y_end, struct deb_move *out)
{
	int c = *x == x_end ? 1 : *y == y_end ? -1 : by_place(*x, *y);
	const struct locked *from = c <= 0 ? (*x)++ : NULL;
	const struct locked *to = c >= 0 ? (*y)++ : NULL;
	const struct locked *any = from ? from : to;

	*out = (struct deb_move){
		.arch = any->arch,
		.name = any->name,
		.from = from ? from->version : S(""),
		.to = to ? to->version : S(""),
	};
	if (!from || !to || !str_eq(from->version, to->version))
		return true;
	out->bytes = !str_eq(from->sha256, to->sha256);
	return out->bytes;
}

errint deb_moves_find(struct arena *a, struct str from, struct str to, struct deb_moves *out,
		      struct err *err)
{
	struct locked_list old CLEANUP(locked_list_release) = {0};
	struct locked_list new CLEANUP(locked_list_release) = {0};

	if (read_lock(a, from, &old, err))
		return err_wrap(err, "the old lock");
	errint rc = read_lock(a, to, &new, err);
	if (rc)
		return rc;
	const struct locked *x = old.v, *y = new.v;
	struct deb_moves moves = {ARENA_ARRAY(a, struct deb_move, old.n + new.n), 0};

	while (x < old.v + old.n || y < new.v + new.n)
		if (next_move(&x, &y, old.v + old.n, new.v + new.n, &moves.v[moves.n]))
			moves.n++;
	*out = moves;
	return 0;
}
