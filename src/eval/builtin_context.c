/* SPDX-License-Identifier: MIT
 *
 * Builtins on string contexts: what store paths a string refers to. */
#include "eval/builtin_int.h"

#include <stdlib.h>

BUILTIN(unsafeDiscardStringContext)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(coerce_string(
		E, pos, args[0], COERCE_COPY, &ctx,
		"while evaluating the argument passed to builtins.unsafeDiscardStringContext", &s));
	*out = string_value(E, s, NULL);
	return 0;
}

BUILTIN(hasContext)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(want_string(E, args[0], 0,
			"while evaluating the argument passed to builtins.hasContext", &s, &ctx));
	*out = v_bool(ctx);
	return 0;
}

BUILTIN(unsafeDiscardOutputDependency)
{
	const struct context *ctx = NULL, *res = NULL;
	const struct context_set *set;
	struct str s;

	TRY(coerce_string(
		E, pos, args[0], COERCE_COPY, &ctx,
		"while evaluating the argument passed to builtins.unsafeDiscardOutputDependency",
		&s));
	set = context_elems(E, ctx);
	for (uint32_t i = 0; i < set->n; i++) {
		const struct context_elem *e = set->v[i];
		enum context_kind kind = e->kind == CTX_DEEP ? CTX_PLAIN : e->kind;

		res = context_union(E, res, context_of(E, kind, e->path, e->output));
	}
	*out = string_value(E, s, res);
	return 0;
}

BUILTIN(addDrvOutputDependencies)
{
	const struct context *ctx = NULL;
	const struct context_set *set;
	const struct context_elem *e;
	struct str s;

	TRY(coerce_string(
		E, pos, args[0], COERCE_COPY, &ctx,
		"while evaluating the argument passed to builtins.addDrvOutputDependencies", &s));
	set = context_elems(E, ctx);
	if (set->n != 1)
		return eval_fail(
			E, 0, "context of string '%.*s' must have exactly one element, but has %u",
			STR_ARG(s), set->n);
	e = set->v[0];
	if (e->kind == CTX_OUTPUT)
		return eval_fail(E, 0,
				 "`addDrvOutputDependencies` can only act on derivations, not on a "
				 "derivation output such as '%.*s'",
				 STR_ARG(e->output));
	if (!store_path_is_drv(e->path))
		return eval_fail(E, 0, "path '%.*s' is not a derivation", STR_ARG(e->path));
	*out = string_value(E, s, context_of(E, CTX_DEEP, e->path, S("")));
	return 0;
}

static int elem_cmp(const void *ap, const void *bp)
{
	const struct context_elem *a = *(const struct context_elem *const *)ap;
	const struct context_elem *b = *(const struct context_elem *const *)bp;
	int c = str_cmp(a->path, b->path);

	return c ? c : str_cmp(a->output, b->output);
}

/* { path; allOutputs; outputs; } of the elements about one path. */
static struct value path_info_value(struct eval *E, const struct context_elem *const *e, size_t n)
{
	struct attrs *info = attrs_new(E, 3);
	struct value **outputs = list_alloc(E, n);
	size_t n_outputs = 0;

	for (size_t i = 0; i < n; i++) {
		if (e[i]->kind == CTX_PLAIN)
			attrs_push(info, SYM_path, value_box(E, v_bool(true)), 0);
		else if (e[i]->kind == CTX_DEEP)
			attrs_push(info, SYM_allOutputs, value_box(E, v_bool(true)), 0);
		else
			outputs[n_outputs++] = value_box(E, v_str(e[i]->output));
	}
	if (n_outputs)
		attrs_push(info, SYM_outputs, value_box(E, v_list(outputs, n_outputs)), 0);
	return v_attrs(attrs_done(info));
}

BUILTIN(getContext)
{
	const struct context_elem **sorted CLEANUP_FREE = NULL;
	const struct context *ctx = NULL;
	const struct context_set *set;
	struct attrs *res;
	struct str s;

	TRY(want_string(E, args[0], 0,
			"while evaluating the argument passed to builtins.getContext", &s, &ctx));
	if (!ctx) {
		*out = v_attrs(&attrs_empty);
		return 0;
	}
	set = context_elems(E, ctx);
	sorted = xcalloc(set->n, sizeof(*sorted));
	memcpy(sorted, set->v, set->n * sizeof(*sorted));
	qsort(sorted, set->n, sizeof(*sorted), elem_cmp);
	res = attrs_new(E, set->n);
	for (size_t i = 0, end; i < set->n; i = end) {
		for (end = i; end < set->n && str_eq(sorted[end]->path, sorted[i]->path);)
			end++;
		attrs_push(res, sym_intern(E, sorted[i]->path),
			   value_box(E, path_info_value(E, sorted + i, end - i)), 0);
	}
	*out = v_attrs(attrs_done(res));
	return 0;
}

/* Is a flag of a context's description set? */
static errint info_flag(struct eval *E, struct attrs *info, sym_t sym, const char *ctx, bool *out)
{
	const struct attr *a = attrs_get(info, sym);

	*out = false;
	return a ? want_bool(E, a->v, a->pos, ctx, out) : 0;
}

static errint add_outputs(struct eval *E, const struct attr *outputs, sym_t sym,
			  const struct context **ctx)
{
	struct str path = sym_str(E, sym), shown = attr_name_text(E, sym);

	TRY(want_list(E, outputs->v, outputs->pos,
		      "while evaluating the `outputs` attribute of a string context"));
	if (outputs->v->n && !store_path_is_drv(path))
		return eval_fail(E, 0,
				 "tried to add derivation output context of %.*s, which is not a "
				 "derivation, to a string",
				 STR_ARG(shown));
	for (size_t i = 0; i < outputs->v->n; i++) {
		struct str name;

		TRY(want_string_plain(E, list_elems(outputs->v)[i], outputs->pos,
				      "while evaluating an output name within a string context",
				      &name));
		*ctx = context_union(E, *ctx, context_of(E, CTX_OUTPUT, path, name));
	}
	return 0;
}

static errint append_elem(struct eval *E, pos_t pos, const struct attr *a,
			  const struct context **ctx)
{
	struct str path = sym_str(E, a->sym), shown = attr_name_text(E, a->sym);
	const struct attr *outputs;
	bool plain, deep;

	if (!store_path_is(eval_store_dir(E), path))
		return eval_fail(E, a->pos, "context key '%.*s' is not a store path",
				 STR_ARG(shown));
	TRY(check_store_path_valid(E, pos, path));
	TRY(want_attrs(E, a->v, a->pos, "while evaluating the value of a string context"));
	TRY(info_flag(E, a->v->attrs, SYM_path,
		      "while evaluating the `path` attribute of a string context", &plain));
	if (plain)
		*ctx = context_union(E, *ctx, context_of(E, CTX_PLAIN, path, S("")));
	TRY(info_flag(E, a->v->attrs, SYM_allOutputs,
		      "while evaluating the `allOutputs` attribute of a string context", &deep));
	if (deep && !store_path_is_drv(path))
		return eval_fail(
			E, a->pos,
			"tried to add all-outputs context of %.*s, which is not a derivation, "
			"to a string",
			STR_ARG(shown));
	if (deep)
		*ctx = context_union(E, *ctx, context_of(E, CTX_DEEP, path, S("")));
	outputs = attrs_get(a->v->attrs, SYM_outputs);
	return outputs ? add_outputs(E, outputs, a->sym, ctx) : 0;
}

BUILTIN(appendContext)
{
	const struct context *ctx = NULL;
	struct attrs *extra;
	struct str s;

	TRY(want_string(E, args[0], 0,
			"while evaluating the first argument passed to builtins.appendContext", &s,
			&ctx));
	TRY(want_attrs(E, args[1], 0,
		       "while evaluating the second argument passed to builtins.appendContext"));
	extra = attrs_flat(E, args[1]->attrs);
	for (size_t i = 0; i < extra->n; i++)
		TRY(append_elem(E, pos, &extra->v[i], &ctx));
	*out = string_value(E, s, ctx);
	return 0;
}

const struct builtin_row builtins_context[] = {
	{"unsafeDiscardStringContext", 1, 0, builtin_unsafeDiscardStringContext, "s",
	 "s without its references to store paths."},
	{"hasContext", 1, 0, builtin_hasContext, "s", "Does s refer to store paths?"},
	{"unsafeDiscardOutputDependency", 1, 0, builtin_unsafeDiscardOutputDependency, "s",
	 "s, which refers to derivations' files only where it referred to them with all their "
	 "outputs."},
	{"addDrvOutputDependencies", 1, 0, builtin_addDrvOutputDependencies, "s",
	 "s, which refers to a derivation's file, with a reference to all its outputs instead."},
	{"getContext", 1, 0, builtin_getContext, "s",
	 "The store paths that s refers to: { <path> = { path; allOutputs; outputs; }; }."},
	{"appendContext", 2, 0, builtin_appendContext, "s context",
	 "s with more references, written as getContext does."},
	BUILTIN_END,
};
