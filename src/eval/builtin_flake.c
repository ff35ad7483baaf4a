/* SPDX-License-Identifier: MIT
 *
 * Builtins on flakes and references to them. What a flake is made of is in flake.nix. */
#include "eval/builtin_int.h"

#include "eval/api.h"
#include "eval/base_env.h"
#include "eval/fetch_state.h"
#include "source/locator.h"
#include "eval/path.h"
#include "eval/registry.h"

/* The arguments of fetchTree that a reference stands for. */
static struct value ref_value(struct eval *E, const struct locator *ref)
{
	struct attrs *res = attrs_new(E, ref->n);

	for (size_t i = 0; i < ref->n; i++) {
		const struct locator_attr *a = &ref->attrs[i];
		struct value v = a->kind == LOCATOR_ATTR_STRING ? string_copy(E, a->text, NULL)
				 : a->kind == LOCATOR_ATTR_BOOL ? v_bool(a->number)
								: v_int((int64_t)a->number);

		attrs_push(res, sym_intern(E, a->name), value_box(E, v), 0);
	}
	return v_attrs(attrs_done(res));
}

BUILTIN(parseFlakeRef)
{
	struct locator ref;
	struct str text;
	ARENA(mem);
	ERR(err);

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the argument passed to builtins.parseFlakeRef",
			      &text));
	if (locator_parse(&mem, text, &ref, &err))
		return eval_fail_err(E, 0, &err);
	*out = ref_value(E, &ref);
	return 0;
}

static errint ref_arg(struct eval *E, const struct attr *a, struct locator *ref)
{
	struct str name = sym_str(E, a->sym);
	struct locator_attr f = {.name = name};

	TRY(force(E, a->v, a->pos));
	switch ((enum value_tag)a->v->tag) {
	case V_STRING:
	case V_STRCTX:
		f.text = value_str(a->v);
		break;
	case V_BOOL:
		f.kind = LOCATOR_ATTR_BOOL;
		f.number = a->v->b;
		break;
	case V_INT:
		if (a->v->i < 0)
			return eval_fail(E, 0, "negative value given for flake ref attr %.*s: %lld",
					 STR_ARG(name), (long long)a->v->i);
		f.kind = LOCATOR_ATTR_INT;
		f.number = (uint64_t)a->v->i;
		break;
	default:
		return eval_fail(
			E, 0,
			"flake reference attribute sets may only contain integers, Booleans, "
			"and strings, but attribute '%.*s' is %s",
			STR_ARG(name), value_type_text(a->v));
	}
	locator_set(ref, f);
	return 0;
}

BUILTIN(flakeRefToString)
{
	ARENA(mem);
	struct locator ref = {.arena = &mem};
	struct attrs *given;
	struct str text;
	ERR(err);

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the argument passed to builtins.flakeRefToString"));
	given = attrs_flat(E, args[0]->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(ref_arg(E, &given->v[i], &ref));
	if (locator_print(&ref, &text, &err))
		return eval_fail_err(E, 0, &err);
	*out = string_copy(E, text, NULL);
	return 0;
}

/* ---- what flake.nix calls ---- */

static errint refs_arg(struct eval *E, struct value *v, struct locator *ref)
{
	struct attrs *given;

	TRY(want_attrs(E, v, 0, "in a flake reference"));
	given = attrs_flat(E, v->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(ref_arg(E, &given->v[i], ref));
	return 0;
}

/* isFlake: url: the attributes of an input's reference, whose path may be relative. */
BUILTIN(parse_input)
{
	struct locator ref;
	struct str text;
	bool is_flake;
	ARENA(mem);
	ERR(err);

	TRY(want_bool(E, args[0], 0, "in a flake input", &is_flake));
	TRY(want_string_plain(E, args[1], 0, "in a flake input", &text));
	if (locator_parse_input(&mem, text, is_flake, &ref, &err))
		return eval_fail_err(E, 0, &err);
	*out = ref_value(E, &ref);
	return 0;
}

/* ref: what the registries that hold for inputs make of it. */
BUILTIN(resolve)
{
	ARENA(mem);
	struct locator ref = {.arena = &mem};

	TRY(refs_arg(E, args[0], &ref));
	if (!E->opt.pure)
		TRY(registry_resolve(E, &ref, REGISTRY_GLOBAL));
	*out = ref_value(E, &ref);
	return 0;
}

BUILTIN(is_locked)
{
	ARENA(mem);
	struct locator ref = {.arena = &mem};

	TRY(refs_arg(E, args[0], &ref));
	*out = v_bool(fetch_ref_is_locked(&ref));
	return 0;
}

/* The functions that flake.nix gets beside the builtins, and the root's tree if it is fetched. */
static struct value *tools(struct eval *E, struct value *root)
{
	static const struct builtin_row rows[] = {
		{"fetchInput", 1, BUILTIN_HIDDEN | BUILTIN_NO_FRAME, fetch_input_tree, "", ""},
		{"fetchLocked", 1, BUILTIN_HIDDEN | BUILTIN_NO_FRAME, fetch_final_tree, "", ""},
		{"isLocked", 1, BUILTIN_HIDDEN | BUILTIN_NO_FRAME, builtin_is_locked, "", ""},
		{"parseInput", 2, BUILTIN_HIDDEN | BUILTIN_NO_FRAME, builtin_parse_input, "", ""},
		{"resolve", 1, BUILTIN_HIDDEN | BUILTIN_NO_FRAME, builtin_resolve, "", ""},
	};
	struct attrs *a = attrs_new(E, ARRAY_LEN(rows) + 2);

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		attrs_push(a, sym_intern(E, str_c(rows[i].name)), value_box(E, v_primop(&rows[i])),
			   0);
	attrs_push(a, sym_intern(E, S("pure")), value_box(E, v_bool(E->opt.pure)), 0);
	if (root)
		attrs_push(a, sym_intern(E, S("root")), root, 0);
	return value_box(E, v_attrs(attrs_done(a)));
}

/* ---- getFlake ---- */

/* flake.nix as a string. */
static const char call_flake[] =
#include "eval/flake.inc"
	;

/* The reference that getFlake was given: a path means the folder there. */
static errint get_locator(struct eval *E, pos_t pos, struct value *arg, struct arena *mem,
			  struct str *text, struct locator *ref)
{
	ERR(err);

	TRY(force(E, arg, pos));
	if (arg->tag == V_PATH) {
		*text = heap_printf(E, "path:%.*s", STR_ARG(value_str(arg)));
		*ref = (struct locator){.arena = mem};
		locator_set_text(ref, "type", S("path"));
		locator_set_text(ref, "path", value_str(arg));
		return 0;
	}
	TRY(want_string_plain(E, arg, 0,
			      "while evaluating the argument passed to builtins.getFlake", text));
	return locator_parse(mem, *text, ref, &err) ? eval_fail_err(E, 0, &err) : 0;
}

static errint call_flake_at(struct eval *E, pos_t pos, const struct locator *ref, struct str text,
			    struct value *root, struct value *out)
{
	struct attrs *args_set = attrs_new(E, 3);
	struct value fn;

	attrs_push(args_set, sym_intern(E, S("rootRef")), value_box(E, ref_value(E, ref)), 0);
	attrs_push(args_set, SYM_ref, value_box(E, string_copy(E, text, NULL)), 0);
	attrs_push(args_set, sym_intern(E, S("tools")), tools(E, root), 0);
	TRY(eval_text(E, S(call_flake), S("/"), "«flake»", &fn));
	return call1(E, pos, &fn, value_box(E, v_attrs(attrs_done(args_set))), out);
}

BUILTIN(getFlake)
{
	struct locator ref;
	struct str text;
	ARENA(mem);

	TRY(get_locator(E, pos, args[0], &mem, &text, &ref));
	if (E->opt.pure && !fetch_ref_is_locked(&ref))
		return eval_fail(E, 0,
				 "cannot call 'getFlake' on unlocked flake reference '%.*s' (use "
				 "--impure to override)",
				 STR_ARG(text));
	/* A person's reference: every registry counts. */
	if (!E->opt.pure)
		TRY(registry_resolve(E, &ref, REGISTRY_ALL));
	return call_flake_at(E, pos, &ref, text, NULL, out);
}

/* ---- a flake that a person names ---- */

/* What a person named is read even where programs may name only what has a hash. */
static errint fetch_root(struct eval *E, const struct locator *ref, struct value **out)
{
	struct locator tree = *ref;
	struct value fn, res;
	bool pure = E->opt.pure;
	errint r;

	*out = NULL;
	if (!pure || fetch_ref_is_locked(ref))
		return 0;
	fn = *base_env_find(E, sym_intern(E, S("fetchTree")));
	tree.attrs = memcpy(ARENA_ARRAY(ref->arena, struct locator_attr, ref->n + 1), ref->attrs,
			    ref->n * sizeof(*ref->attrs));
	locator_unset(&tree, "dir");
	E->opt.pure = false;
	r = call1(E, 0, &fn, value_box(E, ref_value(E, &tree)), &res);
	E->opt.pure = pure;
	TRY(r);
	path_allow(E, value_str(attrs_get(res.attrs, SYM_outPath)->v));
	*out = value_box(E, res);
	return 0;
}

struct flake_job {
	struct str text;
	struct value *out;
};

static errint do_flake(struct eval *E, void *ctx)
{
	struct flake_job *j = ctx;
	struct locator ref;
	struct value *root, v;
	ARENA(mem);
	ERR(err);

	if (locator_parse(&mem, j->text, &ref, &err))
		return eval_fail_err(E, 0, &err);
	TRY(registry_resolve(E, &ref, REGISTRY_ALL));
	TRY(fetch_root(E, &ref, &root));
	TRY(call_flake_at(E, 0, &ref, j->text, root, &v));
	j->out = api_box(E, v);
	return 0;
}

errint eval_flake(struct eval *E, struct str text, struct value **out, struct err *err)
{
	struct flake_job j = {.text = text};
	errint rc = api_run(E, do_flake, &j, err);

	if (rc)
		return rc;
	*out = j.out;
	return 0;
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
