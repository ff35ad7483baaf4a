/* SPDX-License-Identifier: MIT
 *
 * Builtins on lists. Elements stay unevaluated where Nix leaves them so; what a callback gave is
 * kept outside the heap until the list it goes to is made. */
#include "eval/builtin_int.h"

#include <stdlib.h>

BUILTIN(isList)
{
	TRY(force(E, args[0], pos));
	*out = v_bool(args[0]->tag == V_LIST);
	return 0;
}

/* A forced copy of an element. */
static errint give(struct eval *E, pos_t pos, struct value *elem, struct value *out)
{
	TRY(force(E, elem, pos));
	*out = *elem;
	return 0;
}

BUILTIN(elemAt)
{
	int64_t n;

	TRY(want_int(E, args[1], 0,
		     "while evaluating the second argument passed to 'builtins.elemAt'", &n));
	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to 'builtins.elemAt'"));
	if (n < 0 || n >= args[0]->n)
		return eval_fail(E, 0,
				 "'builtins.elemAt' called with index %lld on a list of size %u",
				 (long long)n, args[0]->n);
	return give(E, pos, list_elems(args[0])[n], out);
}

BUILTIN(head)
{
	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to 'builtins.head'"));
	if (args[0]->n == 0)
		return eval_fail(E, 0, "'builtins.head' called on an empty list");
	return give(E, pos, list_elems(args[0])[0], out);
}

BUILTIN(tail)
{
	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to 'builtins.tail'"));
	if (args[0]->n == 0)
		return eval_fail(E, 0, "'builtins.tail' called on an empty list");
	/* Lists never change, so the rest of one is a list in itself. */
	*out = v_list(list_elems(args[0]) + 1, args[0]->n - 1);
	return 0;
}

BUILTIN(length)
{
	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to builtins.length"));
	*out = v_int(args[0]->n);
	return 0;
}

/* fn applied to each of n arguments, when it is needed. Without args, the arguments are the numbers
 * from 0 on. */
static errint apply_each(struct eval *E, struct value *fn, struct value *const *args, size_t n,
			 struct value *out)
{
	struct each *each = heap_alloc(E, sizeof(*each));
	struct value **list, *boxes;

	TRY(heap_check(E, n * (sizeof(*list) + sizeof(*boxes))));
	if (args && n == 1) {
		/* The one element is within a value that need not stay. */
		list = list_alloc(E, 1);
		list[0] = args[0];
		args = list;
	}
	*each = (struct each){.fn = fn, .list = args};
	boxes = heap_alloc(E, n * sizeof(*boxes));
	list = list_alloc(E, n);
	for (size_t i = 0; i < n; i++) {
		TRY(eval_check_interrupt(E));
		boxes[i] = v_each(each, i);
		list[i] = &boxes[i];
	}
	*out = v_list(list, n);
	return 0;
}

BUILTIN(map)
{
	size_t n;

	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.map"));
	n = args[1]->n;
	if (n == 0) {
		*out = *args[1];
		return 0;
	}
	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.map"));
	return apply_each(E, args[0], list_elems(args[1]), n, out);
}

BUILTIN(genList)
{
	int64_t n;

	TRY(want_int(E, args[1], 0,
		     "while evaluating the second argument passed to builtins.genList", &n));
	if (n < 0)
		return eval_fail(E, 0, "cannot create list of size %lld", (long long)n);
	TRY(list_check(E, (uint64_t)n));
	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.genList"));
	return apply_each(E, args[0], NULL, (size_t)n, out);
}

/* A list of the elements that were picked out of another one. */
static errint list_of(struct eval *E, struct value *const *from, size_t n, struct value *out)
{
	struct value **to;

	TRY(list_check(E, n));
	to = list_alloc(E, n);
	TRY(eval_copy(E, to, from, n * sizeof(*to)));
	*out = v_list(to, n);
	return 0;
}

BUILTIN(filter)
{
	struct value **kept CLEANUP_FREE = NULL;
	size_t n, n_kept = 0;

	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.filter"));
	n = args[1]->n;
	if (n == 0) {
		*out = *args[1];
		return 0;
	}
	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.filter"));
	TRY(list_check(E, n));
	kept = xcalloc(n, sizeof(*kept));
	for (size_t i = 0; i < n; i++) {
		struct value *elem = list_elems(args[1])[i], res;
		bool keep;

		TRY(call1(E, pos, args[0], elem, &res));
		TRY(want_bool(
			E, &res, 0,
			"while evaluating the return value of the filtering function passed to "
			"builtins.filter",
			&keep));
		if (keep)
			kept[n_kept++] = elem;
	}
	if (n_kept < n)
		return list_of(E, kept, n_kept, out);
	*out = *args[1];
	return 0;
}

BUILTIN(partition)
{
	struct value **kept CLEANUP_FREE = NULL;
	struct value right_list, wrong_list;
	struct attrs *res;
	size_t n, n_right = 0, n_wrong = 0;

	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.partition"));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.partition"));
	n = args[1]->n;
	TRY(list_check(E, n));
	/* The right ones from the front, the wrong ones from the back. */
	kept = xcalloc(n + 1, sizeof(*kept));
	for (size_t i = 0; i < n; i++) {
		struct value *elem = list_elems(args[1])[i], verdict;
		bool right;

		TRY(force(E, elem, pos));
		TRY(call1(E, pos, args[0], elem, &verdict));
		TRY(want_bool(
			E, &verdict, 0,
			"while evaluating the return value of the partition function passed to "
			"builtins.partition",
			&right));
		if (right)
			kept[n_right++] = elem;
		else
			kept[n - ++n_wrong] = elem;
	}
	for (size_t i = n_right, j = n; i + 1 < j; i++) {
		struct value *swap = kept[i];

		kept[i] = kept[--j];
		kept[j] = swap;
	}
	TRY(list_of(E, kept, n_right, &right_list));
	TRY(list_of(E, kept + n_right, n_wrong, &wrong_list));
	res = attrs_new(E, 2);
	attrs_push(res, SYM_right, value_box(E, right_list), 0);
	attrs_push(res, SYM_wrong, value_box(E, wrong_list), 0);
	*out = v_attrs(attrs_done(res));
	return 0;
}

BUILTIN(elem)
{
	bool found = false;

	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.elem"));
	for (size_t i = 0; i < args[1]->n && !found; i++)
		TRY(values_equal(
			E, args[0], list_elems(args[1])[i], pos,
			"while searching for the presence of the given element in the list",
			&found));
	*out = v_bool(found);
	return 0;
}

/* Joins the lists that `lists` has in its elements, all forced. */
static errint join(struct eval *E, struct value *const *lists, size_t n, struct value *out)
{
	struct value **to, *only = NULL;
	size_t total = 0, non_empty = 0;

	for (size_t i = 0; i < n; i++) {
		total += lists[i]->n;
		if (lists[i]->n) {
			non_empty++;
			only = lists[i];
		}
	}
	if (non_empty == 1) {
		*out = *only;
		return 0;
	}
	TRY(list_check(E, total));
	to = list_alloc(E, total);
	total = 0;
	for (size_t i = 0; i < n; i++) {
		TRY(eval_copy(E, to + total, list_elems(lists[i]), lists[i]->n * sizeof(*to)));
		total += lists[i]->n;
	}
	*out = v_list(to, total);
	return 0;
}

BUILTIN(concatLists)
{
	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to builtins.concatLists"));
	for (size_t i = 0; i < args[0]->n; i++)
		TRY(want_list(
			E, list_elems(args[0])[i], 0,
			"while evaluating a value of the list passed to builtins.concatLists"));
	return join(E, list_elems(args[0]), args[0]->n, out);
}

BUILTIN(concatMap)
{
	struct value *results CLEANUP_FREE = NULL;
	struct value **lists CLEANUP_FREE = NULL;
	size_t n;

	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.concatMap"));
	TRY(want_list(E, args[1], 0,
		      "while evaluating the second argument passed to builtins.concatMap"));
	n = args[1]->n;
	TRY(heap_check(E, n * (sizeof(*results) + sizeof(*lists))));
	results = xcalloc(n + 1, sizeof(*results));
	lists = xcalloc(n + 1, sizeof(*lists));
	for (size_t i = 0; i < n; i++) {
		lists[i] = &results[i];
		TRY(call1(E, pos, args[0], list_elems(args[1])[i], &results[i]));
		TRY(want_list(E, &results[i], lambda_pos(args[0]),
			      "while evaluating the return value of the function passed to "
			      "builtins.concatMap"));
	}
	return join(E, lists, n, out);
}

/* Nothing that a value of this kind was made from can be reached through it. */
static bool is_plain(const struct value *v)
{
	return v->tag >= V_INT && v->tag <= V_NULL;
}

/* Each round's accumulator needs a box that closures may capture. Where a call left nothing on the
 * heap and gave a number, nobody captured anything, and the box is used again. */
BUILTIN(foldl)
{
	struct value *cur = args[1], *spare = NULL, res;
	size_t n;

	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.foldlStrict"));
	TRY(want_list(E, args[2], 0,
		      "while evaluating the third argument passed to builtins.foldlStrict"));
	n = args[2]->n;
	if (n == 0)
		return give(E, pos, args[1], out);
	for (size_t i = 0;; i++) {
		struct value *pair[] = {cur, list_elems(args[2])[i]};
		const char *top = E->heap.top;

		TRY(call(E, pos, args[0], 2, pair, &res));
		if (i + 1 == n)
			break;
		if (spare && E->heap.top == top && is_plain(&res))
			*spare = res;
		else
			spare = value_box(E, res);
		cur = spare;
	}
	*out = res;
	return 0;
}

static errint any_or_all(struct eval *E, pos_t pos, struct value **args, bool any,
			 struct value *out)
{
	TRY(want_function(E, args[0], 0,
			  any ? "while evaluating the first argument passed to builtins.any"
			      : "while evaluating the first argument passed to builtins.all"));
	TRY(want_list(E, args[1], 0,
		      any ? "while evaluating the second argument passed to builtins.any"
			  : "while evaluating the second argument passed to builtins.all"));
	for (size_t i = 0; i < args[1]->n; i++) {
		struct value res;
		bool yes;

		TRY(call1(E, pos, args[0], list_elems(args[1])[i], &res));
		TRY(want_bool(E, &res, 0,
			      any ? "while evaluating the return value of the function passed to "
				    "builtins.any"
				  : "while evaluating the return value of the function passed to "
				    "builtins.all",
			      &yes));
		if (yes == any) {
			*out = v_bool(any);
			return 0;
		}
	}
	*out = v_bool(!any);
	return 0;
}

BUILTIN(any)
{
	return any_or_all(E, pos, args, true, out);
}

BUILTIN(all)
{
	return any_or_all(E, pos, args, false, out);
}

const struct builtin_row builtins_list[] = {
	{"isList", 1, 0, builtin_isList, "e", "Is e a list?"},
	{"elemAt", 2, 0, builtin_elemAt, "xs n", "Element n of the list xs; the first one is 0."},
	{"head", 1, 0, builtin_head, "list", "The first element of a list."},
	{"tail", 1, 0, builtin_tail, "list", "A list without its first element."},
	{"length", 1, 0, builtin_length, "e", "The number of elements of a list."},
	{"map", 2, BUILTIN_GLOBAL, builtin_map, "f list",
	 "The list of f's results for each element, each computed when it is needed."},
	{"genList", 2, 0, builtin_genList, "generator length",
	 "The list of the generator's results for 0 to length - 1."},
	{"filter", 2, 0, builtin_filter, "f list", "The elements for which f returns true."},
	{"partition", 2, 0, builtin_partition, "pred list",
	 "The elements for which pred returns true, as `right`, and all others, as `wrong`."},
	{"elem", 2, 0, builtin_elem, "x xs", "Is an element of the list xs equal to x?"},
	{"concatLists", 1, 0, builtin_concatLists, "lists", "Joins a list of lists."},
	{"concatMap", 2, 0, builtin_concatMap, "f list",
	 "Joins the lists that f returns for each element."},
	{"foldl'", 3, 0, builtin_foldl, "op nul list",
	 "Folds a list from the left: op (op nul x1) x2, and so on, evaluating each step."},
	{"any", 2, 0, builtin_any, "pred list", "Does pred return true for at least one element?"},
	{"all", 2, 0, builtin_all, "pred list", "Does pred return true for every element?"},
	BUILTIN_END,
};
