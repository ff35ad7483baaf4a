/* SPDX-License-Identifier: MIT
 *
 * Builtins on flake references. */
#include "eval/builtin_int.h"

#include "eval/flake_ref.h"

BUILTIN(parseFlakeRef)
{
	struct flake_ref ref;
	struct attrs *res;
	struct str text;
	ARENA(mem);
	ERR(err);

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the argument passed to builtins.parseFlakeRef",
			      &text));
	if (flake_ref_parse(&mem, text, &ref, &err))
		return eval_fail_err(E, 0, &err);
	res = attrs_new(E, ref.n);
	for (size_t i = 0; i < ref.n; i++) {
		const struct fetch_attr *a = &ref.attrs[i];
		struct value v = a->kind == FETCH_ATTR_STRING ? string_copy(E, a->text, NULL)
				 : a->kind == FETCH_ATTR_BOOL ? v_bool(a->number)
							      : v_int((int64_t)a->number);

		attrs_push(res, sym_intern(E, a->name), value_box(E, v), 0);
	}
	*out = v_attrs(attrs_done(res));
	return 0;
}

static errint ref_arg(struct eval *E, const struct attr *a, struct flake_ref *ref)
{
	struct str name = sym_str(E, a->sym);
	struct fetch_attr f = {.name = name};

	TRY(force(E, a->v, a->pos));
	switch ((enum value_tag)a->v->tag) {
	case V_STRING:
	case V_STRCTX:
		f.text = value_str(a->v);
		break;
	case V_BOOL:
		f.kind = FETCH_ATTR_BOOL;
		f.number = a->v->b;
		break;
	case V_INT:
		if (a->v->i < 0)
			return eval_fail(E, 0, "negative value given for flake ref attr %.*s: %lld",
					 STR_ARG(name), (long long)a->v->i);
		f.kind = FETCH_ATTR_INT;
		f.number = (uint64_t)a->v->i;
		break;
	default:
		return eval_fail(
			E, 0,
			"flake reference attribute sets may only contain integers, Booleans, "
			"and strings, but attribute '%.*s' is %s",
			STR_ARG(name), value_type_text(a->v));
	}
	flake_ref_set(ref, f);
	return 0;
}

BUILTIN(flakeRefToString)
{
	ARENA(mem);
	struct flake_ref ref = {.arena = &mem};
	struct attrs *given;
	struct str text;
	ERR(err);

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the argument passed to builtins.flakeRefToString"));
	given = attrs_flat(E, args[0]->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(ref_arg(E, &given->v[i], &ref));
	if (flake_ref_print(&ref, &text, &err))
		return eval_fail_err(E, 0, &err);
	*out = string_copy(E, text, NULL);
	return 0;
}

const struct builtin_row builtins_flake[] = {
	{"parseFlakeRef", 1, 0, builtin_parseFlakeRef, "flake-ref",
	 "A flake reference as the arguments of fetchTree."},
	{"flakeRefToString", 1, 0, builtin_flakeRefToString, "attrs",
	 "The flake reference that such arguments make."},
	BUILTIN_END,
};
