/* SPDX-License-Identifier: MIT
 *
 * Builtins on sets. Sets are sorted by symbol; where Nix promises an order it is that of the
 * names. */
#include "eval/builtin_int.h"

#include <stdlib.h>

BUILTIN(isAttrs)
{
	TRY(force(E, args[0], pos));
	*out = v_bool(args[0]->tag == V_ATTRS);
	return 0;
}

BUILTIN(attrNames)
{
	const struct attr **by_name;
	struct value **to;
	size_t n;

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the argument passed to builtins.attrNames"));
	TRY(attrs_by_name(E, args[0]->attrs, &by_name, &n));
	to = list_alloc(E, n);
	for (size_t i = 0; i < n; i++)
		to[i] = sym_value(E, by_name[i]->sym);
	*out = v_list(to, n);
	return 0;
}

BUILTIN(attrValues)
{
	const struct attr **by_name;
	struct value **to;
	size_t n;

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the argument passed to builtins.attrValues"));
	TRY(attrs_by_name(E, args[0]->attrs, &by_name, &n));
	to = list_alloc(E, n);
	for (size_t i = 0; i < n; i++)
		to[i] = by_name[i]->v;
	*out = v_list(to, n);
	return 0;
}

BUILTIN(getAttr)
{
	struct str name;
	struct attr *a;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.getAttr",
			      &name));
	TRY(want_attrs(E, args[1], 0,
		       "while evaluating the second argument passed to builtins.getAttr"));
	TRY(want_attr(E, args[1]->attrs, sym_intern(E, name), 0,
		      "in the attribute set under consideration", &a));
	TRY(force(E, a->v, pos));
	*out = *a->v;
	return 0;
}

/* The attribute that the two arguments name; NULL when it is not there. */
static errint find_attr(struct eval *E, struct value **args, const char *first, const char *second,
			const struct attr **out)
{
	struct str name;
	sym_t sym;

	TRY(want_string_plain(E, args[0], 0, first, &name));
	TRY(want_attrs(E, args[1], 0, second));
	sym = symbols_find(&E->symbols, name);
	*out = sym ? attrs_get(args[1]->attrs, sym) : NULL;
	return 0;
}

BUILTIN(hasAttr)
{
	const struct attr *a;

	TRY(find_attr(E, args, "while evaluating the first argument passed to builtins.hasAttr",
		      "while evaluating the second argument passed to builtins.hasAttr", &a));
	*out = v_bool(a);
	return 0;
}

BUILTIN(unsafeGetAttrPos)
{
	const struct attr *a;

	TRY(find_attr(
		E, args, "while evaluating the first argument passed to builtins.unsafeGetAttrPos",
		"while evaluating the second argument passed to builtins.unsafeGetAttrPos", &a));
	*out = a ? pos_value(E, a->pos) : v_null();
	return 0;
}

static int sym_order(const void *ap, const void *bp, void *unused)
{
	sym_t a = *(const sym_t *)ap, b = *(const sym_t *)bp;

	return (a > b) - (a < b);
}

BUILTIN(removeAttrs)
{
	sym_t *syms CLEANUP_FREE = NULL;
	struct attrs *from, *res;
	size_t n_syms = 0, k = 0;

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the first argument passed to builtins.removeAttrs"));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.removeAttrs"));
	syms = xcalloc(args[1]->n + 1, sizeof(*syms));
	for (size_t i = 0; i < args[1]->n; i++) {
		struct str name;

		TRY(eval_check_interrupt(E));
		TRY(want_string_plain(
			E, list_elems(args[1])[i], 0,
			"while evaluating the values of the second argument passed to "
			"builtins.removeAttrs",
			&name));
		syms[n_syms] = symbols_find(&E->symbols, name);
		n_syms += syms[n_syms] && attrs_get(args[0]->attrs, syms[n_syms]);
	}
	if (n_syms == 0) {
		*out = v_attrs(attrs_same(E, args[0]->attrs));
		return 0;
	}
	TRY(eval_sort(E, syms, n_syms, sizeof(*syms), sym_order, NULL));
	from = attrs_flat(E, args[0]->attrs);
	TRY(attrs_check(E, from->n));
	res = attrs_new(E, from->n);
	for (size_t i = 0; i < from->n; i++) {
		TRY(eval_check_interrupt(E));
		while (k < n_syms && syms[k] < from->v[i].sym)
			k++;
		if (k == n_syms || syms[k] != from->v[i].sym)
			attrs_push(res, from->v[i].sym, from->v[i].v, from->v[i].pos);
	}
	*out = v_attrs(attrs_done_sorted(res));
	return 0;
}

static const char pair_ctx[] = "in a {name=...; value=...;} pair";

/* The name of a { name; value; } element. */
static errint pair_name(struct eval *E, struct value *elem, sym_t *out)
{
	struct attr *name;
	struct str text;

	TRY(want_attrs(E, elem, 0,
		       "while evaluating an element of the list passed to builtins.listToAttrs"));
	TRY(want_attr(E, elem->attrs, SYM_name, 0, pair_ctx, &name));
	TRY(want_string_plain(E, name->v, name->pos,
			      "while evaluating the `name` attribute of an element of the list "
			      "passed to builtins.listToAttrs",
			      &text));
	*out = sym_intern(E, text);
	return 0;
}

/* Only the first pair of each name needs a value. */
static errint check_pairs(struct eval *E, const struct attrs *res, struct value *list)
{
	for (size_t i = 0; i < res->n; i++) {
		if (res->v[i].v)
			continue;
		for (size_t k = 0; k < list->n; k++) {
			struct value *elem = list_elems(list)[k];
			struct attr *value;
			sym_t sym;

			TRY(eval_check_interrupt(E));
			TRY(pair_name(E, elem, &sym));
			if (sym == res->v[i].sym)
				TRY(want_attr(E, elem->attrs, SYM_value, 0, pair_ctx, &value));
		}
	}
	return 0;
}

BUILTIN(listToAttrs)
{
	struct attrs *res;
	bool complete = true;

	TRY(want_list(E, args[0], 0,
		      "while evaluating the argument passed to builtins.listToAttrs"));
	TRY(attrs_check(E, args[0]->n));
	res = attrs_new(E, args[0]->n);
	for (size_t i = 0; i < args[0]->n; i++) {
		struct value *elem = list_elems(args[0])[i];
		const struct attr *value;
		sym_t sym;

		TRY(eval_check_interrupt(E));
		TRY(pair_name(E, elem, &sym));
		value = attrs_get(elem->attrs, SYM_value);
		complete &= value != NULL;
		attrs_push(res, sym, value ? value->v : NULL, value ? value->pos : 0);
	}
	TRY(attrs_done_big(E, res, &res));
	if (!complete)
		TRY(check_pairs(E, res, args[0]));
	*out = v_attrs(res);
	return 0;
}

BUILTIN(intersectAttrs)
{
	struct attrs *left, *right, *res;

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the first argument passed to builtins.intersectAttrs"));
	TRY(want_attrs(E, args[1], 0,
		       "while evaluating the second argument passed to builtins.intersectAttrs"));
	left = attrs_flat(E, args[0]->attrs);
	right = attrs_flat(E, args[1]->attrs);
	TRY(attrs_check(E, MIN(left->n, right->n)));
	res = attrs_new(E, MIN(left->n, right->n));
	for (size_t i = 0; left->n < right->n && i < left->n; i++) {
		const struct attr *r = attrs_get(right, left->v[i].sym);

		TRY(eval_check_interrupt(E));
		if (r)
			attrs_push(res, r->sym, r->v, r->pos);
	}
	for (size_t i = 0; left->n >= right->n && i < right->n; i++) {
		const struct attr *r = &right->v[i];

		TRY(eval_check_interrupt(E));
		if (attrs_get(left, r->sym))
			attrs_push(res, r->sym, r->v, r->pos);
	}
	*out = v_attrs(attrs_done_sorted(res));
	return 0;
}

BUILTIN(catAttrs)
{
	struct value **found CLEANUP_FREE = NULL;
	struct value **to;
	struct str name;
	size_t n = 0;
	sym_t sym;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.catAttrs",
			      &name));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.catAttrs"));
	sym = sym_intern(E, name);
	TRY(list_check(E, args[1]->n));
	found = xcalloc(args[1]->n + 1, sizeof(*found));
	for (size_t i = 0; i < args[1]->n; i++) {
		struct value *elem = list_elems(args[1])[i];
		const struct attr *a;

		TRY(eval_check_interrupt(E));
		TRY(want_attrs(
			E, elem, 0,
			"while evaluating an element in the list passed as second argument to "
			"builtins.catAttrs"));
		a = attrs_get(elem->attrs, sym);
		if (a)
			found[n++] = a->v;
	}
	to = list_alloc(E, n);
	memcpy(to, found, n * sizeof(*to));
	*out = v_list(to, n);
	return 0;
}

struct formals {
	struct formal {
		sym_t name;
		pos_t pos;
		bool has_default;
	} * v;
	size_t n, cap;
};

static void formals_add(void *ctx, sym_t name, bool has_default, pos_t pos)
{
	struct formals *f = ctx;

	ARRAY_GROW(f->v, f->n, f->cap);
	f->v[f->n++] = (struct formal){name, pos, has_default};
}

static bool is_primop(const struct value *v)
{
	while (v->tag == V_PARTIAL)
		v = v->app->fn;
	return v->tag == V_PRIMOP;
}

BUILTIN(functionArgs)
{
	struct formals f = {0};
	struct attrs *res;

	TRY(force(E, args[0], pos));
	if (is_primop(args[0])) {
		*out = v_attrs(&attrs_empty);
		return 0;
	}
	if (!value_is_function(args[0]))
		return eval_fail(E, 0, "'functionArgs' requires a function");
	if (!lambda_formals(E, args[0], formals_add, &f)) {
		*out = v_attrs(&attrs_empty);
		return 0;
	}
	res = attrs_new(E, f.n);
	for (size_t i = 0; i < f.n; i++)
		attrs_push(res, f.v[i].name, value_box(E, v_bool(f.v[i].has_default)), f.v[i].pos);
	free(f.v);
	*out = v_attrs(attrs_done(res));
	return 0;
}

BUILTIN(mapAttrs)
{
	struct attrs *from, *res;
	struct each *each = heap_alloc(E, sizeof(*each));
	struct value *boxes;

	TRY(want_attrs(E, args[1], 0,
		       "while evaluating the second argument passed to builtins.mapAttrs"));
	from = attrs_flat(E, args[1]->attrs);
	TRY(attrs_check(E, from->n));
	res = attrs_new(E, from->n);
	boxes = heap_alloc(E, from->n * sizeof(*boxes));
	*each = (struct each){.fn = args[0], .attrs = from};
	for (size_t i = 0; i < from->n; i++) {
		TRY(eval_check_interrupt(E));
		boxes[i] = v_each(each, i);
		attrs_push(res, from->v[i].sym, &boxes[i], 0);
	}
	*out = v_attrs(attrs_done_sorted(res));
	return 0;
}

struct zipped {
	sym_t sym;
	uint32_t index; /* of the set */
	struct value *v;
};

static int zipped_cmp(const void *ap, const void *bp, void *unused)
{
	const struct zipped *a = ap, *b = bp;

	if (a->sym != b->sym)
		return a->sym < b->sym ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

/* All attributes of all sets, by symbol and then by the order of the sets; malloc'd. */
static errint zip_collect(struct eval *E, struct value *sets, struct zipped **out, size_t *n)
{
	struct zipped *z CLEANUP_FREE = NULL;
	size_t total = 0, k = 0;

	for (size_t i = 0; i < sets->n; i++) {
		struct value *set = list_elems(sets)[i];

		TRY(want_attrs(E, set, 0,
			       "while evaluating a value of the list passed as second argument to "
			       "builtins.zipAttrsWith"));
		total += attrs_flat(E, set->attrs)->n;
	}
	TRY(heap_check(E, total * sizeof(*z)));
	z = xcalloc(total + 1, sizeof(*z));
	for (size_t i = 0; i < sets->n; i++) {
		struct attrs *a = attrs_flat(E, list_elems(sets)[i]->attrs);

		TRY(eval_check_interrupt(E));
		for (size_t j = 0; j < a->n; j++)
			z[k++] = (struct zipped){a->v[j].sym, (uint32_t)i, a->v[j].v};
	}
	TRY(eval_sort(E, z, total, sizeof(*z), zipped_cmp, NULL));
	*out = STEAL(z);
	*n = total;
	return 0;
}

BUILTIN(zipAttrsWith)
{
	struct zipped *z CLEANUP_FREE = NULL;
	size_t n, n_names = 0;
	struct attrs *res;

	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.zipAttrsWith"));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.zipAttrsWith"));
	TRY(zip_collect(E, args[1], &z, &n));
	for (size_t i = 0; i < n; i++)
		n_names += i == 0 || z[i].sym != z[i - 1].sym;
	res = attrs_new(E, n_names);
	for (size_t i = 0, end; i < n; i = end) {
		struct value **list, *pair[2];

		TRY(eval_check_interrupt(E));
		for (end = i; end < n && z[end].sym == z[i].sym;)
			end++;
		list = list_alloc(E, end - i);
		for (size_t k = i; k < end; k++)
			list[k - i] = z[k].v;
		pair[0] = sym_value(E, z[i].sym);
		pair[1] = value_box(E, v_list(list, end - i));
		attrs_push(res, z[i].sym, app_new(E, args[0], 2, pair), 0);
	}
	*out = v_attrs(attrs_done_sorted(res));
	return 0;
}

const struct builtin_row builtins_attrs[] = {
	{"isAttrs", 1, 0, builtin_isAttrs, "e", "Is e a set?"},
	{"attrNames", 1, 0, builtin_attrNames, "set", "The names of a set's attributes, sorted."},
	{"attrValues", 1, 0, builtin_attrValues, "set",
	 "The values of a set's attributes, in the order of their names."},
	{"getAttr", 2, 0, builtin_getAttr, "s set", "The attribute named s of a set: set.${s}."},
	{"hasAttr", 2, 0, builtin_hasAttr, "s set", "Does a set have an attribute named s?"},
	{"unsafeGetAttrPos", 2, 0, builtin_unsafeGetAttrPos, "s set",
	 "Where the attribute named s of a set was written: { file; line; column; }, or null."},
	{"removeAttrs", 2, BUILTIN_GLOBAL, builtin_removeAttrs, "set list",
	 "A set without the attributes named in a list; unknown names are fine."},
	{"listToAttrs", 1, 0, builtin_listToAttrs, "e",
	 "The set of a list of { name; value; }; of equal names the first counts."},
	{"intersectAttrs", 2, 0, builtin_intersectAttrs, "e1 e2",
	 "The attributes of e2 whose names are in e1, too."},
	{"catAttrs", 2, 0, builtin_catAttrs, "attr list",
	 "The values of one attribute in a list of sets, from those that have it."},
	{"functionArgs", 1, 0, builtin_functionArgs, "f",
	 "The formal arguments of a function: whether each has a default."},
	{"mapAttrs", 2, 0, builtin_mapAttrs, "f attrset",
	 "The set of f's results for each name and value, each computed when it is needed."},
	{"zipAttrsWith", 2, 0, builtin_zipAttrsWith, "f list",
	 "Merges a list of sets: f gets each name with the list of its values."},
	BUILTIN_END,
};
