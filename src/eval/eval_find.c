/* SPDX-License-Identifier: MIT
 *
 * From a command line's words to values: arguments, attribute paths, and the derivations in a
 * value, found as nix-instantiate and nix-build find them. */
#include "eval/api.h"

#include <stdlib.h>
#include "eval/eval_run.h"
#include "store/drv_ref.h"
#include "store/store.h"

struct eval_args {
	struct eval *E;
	struct attrs *v;
};

struct eval_args *eval_args_new(struct eval *E)
{
	struct eval_args *a = ARENA_NEW(&E->perm, struct eval_args);

	*a = (struct eval_args){E, &attrs_empty};
	return a;
}

static void add_arg(struct eval_args *a, const char *name, struct value *v)
{
	struct attrs *one = attrs_new(a->E, 1);

	attrs_push(one, sym_intern(a->E, str_c(name)), v, 0);
	a->v = attrs_update(a->E, a->v, one);
}

errint eval_args_expr(struct eval_args *a, const char *name, struct str text, struct err *err)
{
	struct value *v;
	errint rc = eval_string(a->E, text, NULL, "«string»", &v, err);

	if (rc)
		return rc;
	add_arg(a, name, v);
	return 0;
}

void eval_args_string(struct eval_args *a, const char *name, struct str text)
{
	add_arg(a, name, api_box(a->E, v_str(arena_str(&a->E->perm, text))));
}

static struct attrs *args_of(struct eval_args *a)
{
	return a ? a->v : &attrs_empty;
}

struct auto_job {
	struct eval_args *args;
	struct value *v, *out;
};

static errint do_auto_call(struct eval *E, void *ctx)
{
	struct auto_job *j = ctx;
	struct value r;

	if (call_auto(E, 0, j->v, args_of(j->args), &r) < 0)
		return eval_failed(E);
	j->out = api_box(E, r);
	return 0;
}

errint eval_auto_call(struct eval *E, struct eval_args *a, struct value *v, struct value **out,
		      struct err *err)
{
	struct auto_job j = {a, v, NULL};
	errint rc = api_run(E, do_auto_call, &j, err);

	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

/* ---- attribute paths ---- */

struct path_job {
	struct value *v;
	struct str path;
	struct eval_args *args;
};

/* Takes one component off *rest; quotes keep dots. */
static errint next_part(struct eval *E, struct str whole, struct str *rest, struct str *out)
{
	char *w = heap_alloc(E, rest->n + 1);
	size_t i = 0, n = 0;

	for (; i < rest->n && rest->p[i] != '.'; i++) {
		if (rest->p[i] != '"') {
			w[n++] = rest->p[i];
			continue;
		}
		for (i++; i < rest->n && rest->p[i] != '"'; i++)
			w[n++] = rest->p[i];
		if (i == rest->n)
			return eval_fail(E, 0, "missing closing quote in selection path '%.*s'",
					 STR_ARG(whole));
	}
	*out = str_n(w, n);
	*rest = i < rest->n ? str_skip(*rest, i + 1) : STR_NULL;
	return 0;
}

static errint step_set(struct eval *E, struct str whole, struct str part, struct value **v)
{
	const struct attr *a;
	sym_t sym;

	if ((*v)->tag != V_ATTRS)
		return eval_fail(E, 0,
				 "the expression selected by the selection path '%.*s' should be a "
				 "set but is %s",
				 STR_ARG(whole), value_type_text(*v));
	if (part.n == 0)
		return eval_fail(E, 0, "empty attribute name in selection path '%.*s'",
				 STR_ARG(whole));
	sym = sym_intern(E, part);
	a = attrs_get((*v)->attrs, sym);
	if (!a) {
		eval_fail_code(E, 0, ERR_NOT_FOUND,
			       "attribute '%.*s' in selection path '%.*s' not found", STR_ARG(part),
			       STR_ARG(whole));
		return eval_suggest_attrs(E, sym, (*v)->attrs);
	}
	*v = a->v;
	return 0;
}

static errint step_list(struct eval *E, struct str whole, uint64_t index, struct value **v)
{
	if ((*v)->tag != V_LIST)
		return eval_fail(E, 0,
				 "the expression selected by the selection path '%.*s' should be a "
				 "list but is %s",
				 STR_ARG(whole), value_type_text(*v));
	if (index >= (*v)->n)
		return eval_fail_code(E, 0, ERR_NOT_FOUND,
				      "list index %llu in selection path '%.*s' is out of range",
				      (unsigned long long)index, STR_ARG(whole));
	*v = list_elems(*v)[index];
	return 0;
}

static errint do_path(struct eval *E, void *ctx)
{
	struct path_job *j = ctx;
	struct str rest = j->path;

	while (rest.p && j->path.n) {
		uint64_t index;
		struct str part;
		struct value r;

		if (next_part(E, j->path, &rest, &part) < 0 ||
		    call_auto(E, 0, j->v, args_of(j->args), &r) < 0)
			return eval_failed(E);
		j->v = api_box(E, r);
		if (str_to_u64(part, &index) ? step_list(E, j->path, index, &j->v) < 0
					     : step_set(E, j->path, part, &j->v) < 0)
			return eval_failed(E);
	}
	return force(E, j->v, 0);
}

errint eval_attr_path(struct eval *E, struct value *v, struct str path, struct eval_args *args,
		      struct value **out, struct err *err)
{
	struct path_job j = {v, path, args};
	errint rc = api_run(E, do_path, &j, err);

	if (rc)
		return rc;
	*out = j.v;
	return 0;
}

/* ---- derivations ---- */

#define RECIPE_GIVES "a recipe gives what mkDerivation, buildPythonPackage and their like make"

struct name_search {
	struct arena *a;
	struct attrs *args;
	struct drv_ref *v;
	struct value **values;
	size_t n, cap, cap_values;
	const struct attrs **done; /* so that one under two names counts once */
	size_t n_done, cap_done;
	struct value *top;
};

static errint text_attr(struct eval *E, struct value *v, sym_t sym, const char *ctx,
			struct str *out)
{
	const struct attr *a = attrs_get(v->attrs, sym);

	return a ? want_string_plain(E, a->v, a->pos, ctx, out) : 0;
}

static errint path_attr(struct eval *E, struct value *v, sym_t sym, const char *ctx,
			struct str *out)
{
	const struct attr *a = attrs_get(v->attrs, sym);
	const struct context *sc = NULL;

	return a ? coerce_store_path(E, a->pos, a->v, &sc, ctx, out) : 0;
}

static errint output_names(struct eval *E, struct value *list, pos_t pos, struct name_search *f,
			   struct drv_ref *d)
{
	if (want_list(E, list, pos, "while evaluating the 'outputs' attribute of a derivation") < 0)
		return eval_failed(E);
	d->outputs = ARENA_ARRAY(f->a, struct str, list->n);
	for (uint32_t i = 0; i < list->n; i++)
		if (want_string_plain(E, list_elems(list)[i], pos,
				      "while evaluating the name of an output of a derivation",
				      &d->outputs[d->n_outputs++]) < 0)
			return eval_failed(E);
	return 0;
}

static errint is_specified(struct eval *E, struct value *v, bool *out)
{
	const struct attr *a = attrs_get(v->attrs, SYM_outputSpecified);

	*out = false;
	return a ? want_bool(E, a->v, a->pos,
			     "while evaluating the 'outputSpecified' attribute of a derivation",
			     out)
		 : 0;
}

/* meta.outputsToInstall, or NULL. */
static errint to_install(struct eval *E, struct value *v, struct value **out)
{
	const struct attr *meta = attrs_get(v->attrs, SYM_meta), *a;

	*out = NULL;
	if (!meta)
		return 0;
	if (want_attrs(E, meta->v, meta->pos,
		       "while evaluating the 'meta' attribute of a derivation") < 0)
		return eval_failed(E);
	a = attrs_get(meta->v->attrs, SYM_outputsToInstall);
	if (!a)
		return 0;
	*out = a->v;
	return force(E, a->v, a->pos);
}

static errint outputs(struct eval *E, struct name_search *f, struct value *v, struct drv_ref *d)
{
	const struct attr *a = attrs_get(v->attrs, SYM_outputs);
	struct value *install;
	bool specified;

	if (is_specified(E, v, &specified) < 0)
		return eval_failed(E);
	if (specified) {
		d->outputs = ARENA_NEW(f->a, struct str);
		d->outputs[d->n_outputs++] = d->output;
		return 0;
	}
	if (to_install(E, v, &install) < 0)
		return eval_failed(E);
	if (install)
		return output_names(E, install, 0, f, d);
	if (a)
		return output_names(E, a->v, a->pos, f, d);
	d->outputs = ARENA_NEW(f->a, struct str);
	d->outputs[d->n_outputs++] = S("out");
	return 0;
}

static errint describe(struct eval *E, struct name_search *f, struct value *v, struct str attr,
		       struct drv_ref *d)
{
	*d = (struct drv_ref){.attr = attr, .system = S("unknown"), .output = S("")};
	if (!attrs_get(v->attrs, SYM_name))
		return eval_fail(E, 0, "derivation name missing");
	if (text_attr(E, v, SYM_name, "while evaluating the 'name' attribute of a derivation",
		      &d->name) < 0 ||
	    text_attr(E, v, SYM_system, "while evaluating the 'system' attribute of a derivation",
		      &d->system) < 0 ||
	    text_attr(E, v, SYM_outputName, "while evaluating the output name of a derivation",
		      &d->output) < 0 ||
	    path_attr(E, v, SYM_drvPath, "while evaluating the 'drvPath' attribute of a derivation",
		      &d->drv_path) < 0 ||
	    path_attr(E, v, SYM_outPath, "while evaluating the output path of a derivation",
		      &d->out_path) < 0)
		return eval_failed(E);
	if (!d->drv_path.p)
		return eval_fail(E, 0, "derivation does not contain a 'drvPath' attribute");
	if (!store_path_is_drv(d->drv_path))
		return eval_fail(E, 0, "store path '%.*s' is not a valid derivation path",
				 STR_ARG(store_path_base(d->drv_path)));
	return outputs(E, f, v, d);
}

/* Records a derivation; *found is false when v is none. */
static errint take(struct eval *E, struct name_search *f, struct value *v, struct str attr,
		   bool *found)
{
	const struct attrs *set;
	struct drv_ref d;

	if (force(E, v, 0) < 0 || value_is_derivation(E, v, 0, found) < 0)
		return eval_failed(E);
	if (!*found)
		return 0;
	set = attrs_flat(E, v->attrs);
	for (size_t i = 0; i < f->n_done; i++)
		if (f->done[i] == set)
			return 0;
	ARRAY_GROW(f->done, f->n_done, f->cap_done);
	f->done[f->n_done++] = set;
	if (describe(E, f, v, attr, &d) < 0)
		return eval_failed(E);
	ARRAY_GROW(f->v, f->n, f->cap);
	ARRAY_GROW(f->values, f->n, f->cap_values);
	f->values[f->n] = v;
	f->v[f->n++] = d;
	return 0;
}

static bool is_path_word(struct str s)
{
	if (s.n == 0 || !((s.p[0] >= 'a' && s.p[0] <= 'z') || (s.p[0] >= 'A' && s.p[0] <= 'Z') ||
			  s.p[0] == '_'))
		return false;
	for (size_t i = 1; i < s.n; i++) {
		char c = s.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		      c == '-' || c == '_' || c == '+'))
			return false;
	}
	return true;
}

static errint find(struct eval *E, struct name_search *f, struct value *v, struct str attr);

/* A set that is no derivation is entered only where it says so. */
static errint enter_attr(struct eval *E, struct name_search *f, const struct attr *a,
			 struct str path, bool all)
{
	const struct attr *recurse;
	bool found, on = false;

	if (all)
		return find(E, f, a->v, path);
	if (take(E, f, a->v, path, &found) < 0)
		return eval_failed(E);
	if (found || a->v->tag != V_ATTRS)
		return 0;
	recurse = attrs_get(a->v->attrs, SYM_recurseForDerivations);
	if (recurse && want_bool(E, recurse->v, recurse->pos,
				 "while evaluating the attribute `recurseForDerivations`", &on) < 0)
		return eval_failed(E);
	return on ? find(E, f, a->v, path) : 0;
}

static struct str below(struct name_search *f, struct str path, struct str name)
{
	if (path.n == 0)
		return arena_str(f->a, name);
	return str_c(arena_printf(f->a, "%.*s.%.*s", STR_ARG(path), STR_ARG(name)));
}

static errint find_in_set(struct eval *E, struct name_search *f, struct value *v, struct str attr)
{
	bool all = attrs_get(v->attrs, sym_intern(E, S("_combineChannels"))) != NULL;
	const struct attr **names;
	size_t n;

	if (attrs_by_name(E, v->attrs, &names, &n) < 0)
		return eval_failed(E);
	for (size_t i = 0; i < n; i++) {
		struct str name = sym_str(E, names[i]->sym);

		if (is_path_word(name) && enter_attr(E, f, names[i], below(f, attr, name), all) < 0)
			return eval_frame(E, names[i]->pos, "while evaluating the attribute '%.*s'",
					  STR_ARG(name));
	}
	return 0;
}

static errint find_in_list(struct eval *E, struct name_search *f, struct value *v, struct str attr)
{
	for (uint32_t i = 0; i < v->n; i++) {
		struct str path = below(f, attr, str_c(arena_printf(f->a, "%u", i)));
		bool found;

		if (take(E, f, list_elems(v)[i], path, &found) < 0 ||
		    (!found && find(E, f, list_elems(v)[i], path) < 0))
			return eval_failed(E);
	}
	return 0;
}

static errint find(struct eval *E, struct name_search *f, struct value *v, struct str attr)
{
	struct value r, *box;
	bool found;

	if (eval_stack_low(E))
		return eval_fail_stack(E, 0);
	if (call_auto(E, 0, v, f->args, &r) < 0)
		return eval_failed(E);
	box = api_box(E, r);
	if (take(E, f, box, attr, &found) < 0)
		return eval_failed(E);
	if (found)
		return 0;
	if (box->tag == V_ATTRS)
		return find_in_set(E, f, box, attr);
	if (box->tag == V_LIST)
		return find_in_list(E, f, box, attr);
	eval_fail(E, 0, "expression does not evaluate to a derivation (or a set or list of those)");
	return eval_cure(E, RECIPE_GIVES);
}

static errint do_find(struct eval *E, void *ctx)
{
	struct name_search *f = ctx;

	if (find(E, f, f->top, S("")) < 0)
		return eval_failed(E);
	if (f->n || !E->opt.project)
		return 0;
	eval_fail(E, 0, "there is no derivation in it");
	return eval_cure(E, RECIPE_GIVES);
}

errint eval_derivations(struct eval *E, struct value *v, struct eval_args *args, struct arena *a,
			struct drv_ref **out, struct value ***values, size_t *n, struct err *err)
{
	struct name_search f = {.a = a, .args = args_of(args), .top = v};
	errint r = api_run(E, do_find, &f, err);

	if (r == 0) {
		*out = ARENA_ARRAY(a, struct drv_ref, f.n);
		if (f.n)
			memcpy(*out, f.v, f.n * sizeof(**out));
		if (values)
			*values = ARENA_ARRAY(a, struct value *, f.n);
		if (values && f.n)
			memcpy(*values, f.values, f.n * sizeof(**values));
		*n = f.n;
	}
	free(f.v);
	free(f.values);
	free(f.done);
	return r;
}
