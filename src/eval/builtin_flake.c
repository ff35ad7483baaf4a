/* SPDX-License-Identifier: MIT
 *
 * Builtins on flakes and references to them. What a flake is made of is in flake.nix. */
#include "eval/builtin_int.h"

#include "eval/flake_ref.h"

/* The arguments of fetchTree that a reference stands for. */
static struct value ref_value(struct eval *E, const struct flake_ref *ref)
{
	struct attrs *res = attrs_new(E, ref->n);

	for (size_t i = 0; i < ref->n; i++) {
		const struct fetch_attr *a = &ref->attrs[i];
		struct value v = a->kind == FETCH_ATTR_STRING ? string_copy(E, a->text, NULL)
				 : a->kind == FETCH_ATTR_BOOL ? v_bool(a->number)
							      : v_int((int64_t)a->number);

		attrs_push(res, sym_intern(E, a->name), value_box(E, v), 0);
	}
	return v_attrs(attrs_done(res));
}

BUILTIN(parseFlakeRef)
{
	struct flake_ref ref;
	struct str text;
	ARENA(mem);
	ERR(err);

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the argument passed to builtins.parseFlakeRef",
			      &text));
	if (flake_ref_parse(&mem, text, &ref, &err))
		return eval_fail_err(E, 0, &err);
	*out = ref_value(E, &ref);
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

/* flake.nix as a string. */
static const char call_flake[] =
#include "eval/flake.inc"
	;

/* The reference that getFlake was given: a path means the folder there. */
static errint get_flake_ref(struct eval *E, pos_t pos, struct value *arg, struct arena *mem,
			    struct str *text, struct flake_ref *ref)
{
	ERR(err);

	TRY(force(E, arg, pos));
	if (arg->tag == V_PATH) {
		*text = heap_printf(E, "path:%.*s", STR_ARG(value_str(arg)));
		*ref = (struct flake_ref){.arena = mem};
		flake_ref_set_text(ref, "type", S("path"));
		flake_ref_set_text(ref, "path", value_str(arg));
		return 0;
	}
	TRY(want_string_plain(E, arg, 0,
			      "while evaluating the argument passed to builtins.getFlake", text));
	return flake_ref_parse(mem, *text, ref, &err) ? eval_fail_err(E, 0, &err) : 0;
}

BUILTIN(getFlake)
{
	struct value fn, tree, *fetch_arg, *fetch;
	struct flake_ref ref;
	struct attrs *args_set;
	struct str text;
	ARENA(mem);

	TRY(get_flake_ref(E, pos, args[0], &mem, &text, &ref));
	if (E->opt.pure && !flake_ref_get(&ref, "rev") && !flake_ref_get(&ref, "narHash"))
		return eval_fail(E, 0,
				 "cannot call 'getFlake' on unlocked flake reference '%.*s' (use "
				 "--impure to override)",
				 STR_ARG(text));
	args_set = attrs_new(E, 3);
	attrs_push(args_set, sym_intern(E, S("dir")),
		   value_box(E, string_copy(E, flake_ref_text(&ref, "dir"), NULL)), 0);
	flake_ref_unset(&ref, "dir");
	fetch_arg = value_box(E, ref_value(E, &ref));
	TRY(eval_text(E, S("fetchTree"), S("/"), "«flake»", &tree));
	fetch = value_box(E, tree);
	attrs_push(args_set, sym_intern(E, S("rootInfo")), app_new(E, fetch, 1, &fetch_arg), 0);
	attrs_push(args_set, SYM_ref, value_box(E, string_copy(E, text, NULL)), 0);
	TRY(eval_text(E, S(call_flake), S("/"), "«flake»", &fn));
	return call1(E, pos, &fn, value_box(E, v_attrs(attrs_done(args_set))), out);
}

const struct builtin_row builtins_flake[] = {
	{"getFlake", 1, 0, builtin_getFlake, "args",
	 "The outputs of a flake, named by a reference or a path; its inputs are those of its lock "
	 "file."},
	{"parseFlakeRef", 1, 0, builtin_parseFlakeRef, "flake-ref",
	 "A flake reference as the arguments of fetchTree."},
	{"flakeRefToString", 1, 0, builtin_flakeRefToString, "attrs",
	 "The flake reference that such arguments make."},
	BUILTIN_END,
};
