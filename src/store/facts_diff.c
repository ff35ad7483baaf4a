/* SPDX-License-Identifier: MIT
 *
 * Two documents side by side. Members are merged in the order of their names, whatever order they
 * were written in; what is equal byte for byte is not looked into. */
#include <stdlib.h>
#include "base/json.h"
#include "store/facts.h"

enum { KEY_MAX = 64 };

struct comparison {
	struct arena *a;
	struct str package;
	struct str key[KEY_MAX];
	size_t depth;
	struct fact_change *v;
	size_t n, cap;
};

static void comparison_release(struct comparison *c)
{
	free(c->v);
}

static void add_change(struct comparison *c, struct str before, struct str after)
{
	struct str *key = ARENA_ARRAY(c->a, struct str, c->depth);

	if (c->depth)
		memcpy(key, c->key, c->depth * sizeof(*key));
	ARRAY_GROW(c->v, c->n, c->cap);
	c->v[c->n++] = (struct fact_change){c->package, key, c->depth, before, after};
}

static int cmp_key(const void *a, const void *b)
{
	const struct json_member *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static int cmp_value(const void *a, const void *b)
{
	const struct json_member *x = a, *y = b;

	return str_cmp(x->value, y->value);
}

static errint elements(struct comparison *c, struct str text,
		       int (*cmp)(const void *, const void *), struct json_member **out, size_t *n,
		       struct err *err)
{
	errint rc = json_elements(c->a, text, out, n, err);

	if (!rc && *n)
		qsort(*out, *n, sizeof(**out), cmp);
	return rc;
}

static errint compare(struct comparison *c, struct str x, struct str y, struct err *err);

static errint compare_objects(struct comparison *c, struct str x, struct str y, struct err *err)
{
	struct json_member *v, *w;
	size_t n, m, i = 0, k = 0;
	errint rc = elements(c, x, cmp_key, &v, &n, err);

	if (!rc)
		rc = elements(c, y, cmp_key, &w, &m, err);
	while (!rc && (i < n || k < m)) {
		int order = i == n ? 1 : k == m ? -1 : str_cmp(v[i].key, w[k].key);
		struct str before = order <= 0 ? v[i].value : S("");
		struct str after = order >= 0 ? w[k].value : S("");

		c->key[c->depth++] = order <= 0 ? v[i].key : w[k].key;
		if (order)
			add_change(c, before, after);
		else
			rc = compare(c, before, after, err);
		c->depth--;
		i += order <= 0;
		k += order >= 0;
	}
	return rc;
}

/* Items that only one side has; where there are none, the order is what differs. */
static errint compare_arrays(struct comparison *c, struct str x, struct str y, struct err *err)
{
	struct json_member *v, *w;
	size_t n, m, i = 0, k = 0, had = c->n;
	errint rc = elements(c, x, cmp_value, &v, &n, err);

	if (!rc)
		rc = elements(c, y, cmp_value, &w, &m, err);
	while (!rc && (i < n || k < m)) {
		int order = i == n ? 1 : k == m ? -1 : str_cmp(v[i].value, w[k].value);

		if (order)
			add_change(c, order < 0 ? v[i].value : S(""),
				   order > 0 ? w[k].value : S(""));
		i += order <= 0;
		k += order >= 0;
	}
	if (!rc && c->n == had)
		add_change(c, x, y);
	return rc;
}

static errint compare(struct comparison *c, struct str x, struct str y, struct err *err)
{
	if (str_eq(x, y))
		return 0;
	if (c->depth < KEY_MAX && x.p[0] == '{' && y.p[0] == '{')
		return compare_objects(c, x, y, err);
	if (x.p[0] == '[' && y.p[0] == '[')
		return compare_arrays(c, x, y, err);
	add_change(c, x, y);
	return 0;
}

static errint compare_packages(struct comparison *c, const struct facts *x, const struct facts *y,
			       struct err *err)
{
	struct str before = str_trim(x->text), after = str_trim(y->text);

	c->package = x->package;
	if (str_eq(x->path, y->path) || (!before.n && !after.n))
		return 0;
	if (!before.n || !after.n) {
		add_change(c, before, after);
		return 0;
	}
	errint rc = compare(c, before, after, err);
	return rc ? err_wrap(err, "facts of '%.*s' or '%.*s'", STR_ARG(x->path), STR_ARG(y->path))
		  : 0;
}

errint facts_diff(struct store *s, struct arena *a, struct str before, struct str after,
		  struct fact_change **out, size_t *n, struct err *err)
{
	struct comparison c CLEANUP(comparison_release) = {.a = a};
	struct facts *v, *w;
	size_t n_v, n_w, i = 0, k = 0;
	errint rc = facts_of_closure(s, a, before, &v, &n_v, err);

	if (!rc)
		rc = facts_of_closure(s, a, after, &w, &n_w, err);
	while (!rc && i < n_v && k < n_w) {
		int order = str_cmp(v[i].package, w[k].package);

		if (!order)
			rc = compare_packages(&c, &v[i], &w[k], err);
		i += order <= 0;
		k += order >= 0;
	}
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, struct fact_change, c.n);
	if (c.n)
		memcpy(*out, c.v, c.n * sizeof(*c.v));
	*n = c.n;
	return 0;
}
