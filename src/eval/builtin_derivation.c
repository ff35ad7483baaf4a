/* SPDX-License-Identifier: MIT
 *
 * derivationStrict, which makes a .drv of a set. What goes into the record, in which spelling,
 * decides every store path: Nix manual, "Derivations" and "Advanced attributes". Floating
 * content-addressed and impure derivations are refused, as by a Nix without these experimental
 * features. */
#include "eval/builtin_int.h"

#include <stdlib.h>
#include "base/report.h"
#include "eval/error.h"
#include "memo/inputs.h"
#include "store/derivation.h"
#include "store/store.h"

/* A derivation under construction. */
struct making {
	struct eval *E;
	pos_t pos;
	struct arena *mem;
	struct drv drv;
	size_t cap_env;
	const struct context *ctx;
	bool structured, ignore_nulls;
	struct buf json; /* of structured attributes, without the closing brace */
	bool has_hash, recursive;
	struct str hash, hash_algo;
	struct str *outputs;
	size_t n_outputs;
};

static void making_release(struct making *m)
{
	buf_release(&m->json);
}

static void add_env(struct making *m, struct str key, struct str value)
{
	if (m->drv.n_env == m->cap_env) {
		struct drv_env *more;

		m->cap_env = m->cap_env ? 2 * m->cap_env : 32;
		more = ARENA_ARRAY(m->mem, struct drv_env, m->cap_env);
		if (m->drv.n_env)
			memcpy(more, m->drv.env, m->drv.n_env * sizeof(*more));
		m->drv.env = more;
	}
	m->drv.env[m->drv.n_env++] = (struct drv_env){key, value};
}

static errint needs_feature(struct making *m, const char *feature)
{
	return eval_fail(m->E, 0,
			 "experimental Nix feature '%s' is disabled; add "
			 "'--extra-experimental-features %s' to enable it",
			 feature, feature);
}

/* ---- single attributes ---- */

static errint set_mode(struct making *m, struct str mode)
{
	if (str_eqz(mode, "text"))
		return needs_feature(m, "dynamic-derivations");
	if (str_eqz(mode, "git"))
		return needs_feature(m, "git-hashing");
	m->recursive = str_eqz(mode, "recursive") || str_eqz(mode, "nar");
	if (m->recursive || str_eqz(mode, "flat"))
		return 0;
	return eval_fail(m->E, m->pos, "invalid value '%.*s' for 'outputHashMode' attribute",
			 STR_ARG(mode));
}

static errint add_output(struct making *m, struct str name)
{
	for (size_t i = 0; i < m->n_outputs; i++)
		if (str_eq(m->outputs[i], name))
			return eval_fail(m->E, m->pos, "duplicate derivation output '%.*s'",
					 STR_ARG(name));
	if (str_eqz(name, "drvPath"))
		return eval_fail(m->E, m->pos, "invalid derivation output name 'drvPath'");
	m->outputs[m->n_outputs++] = name;
	return 0;
}

static errint check_outputs(struct making *m)
{
	return m->n_outputs
		       ? 0
		       : eval_fail(m->E, m->pos, "derivation cannot have an empty set of outputs");
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Words between blanks. */
static errint set_outputs_text(struct making *m, struct str s)
{
	m->outputs = ARENA_ARRAY(m->mem, struct str, s.n / 2 + 1);
	m->n_outputs = 0;
	for (size_t i = 0; i < s.n;) {
		size_t from;

		while (i < s.n && is_blank(s.p[i]))
			i++;
		for (from = i; i < s.n && !is_blank(s.p[i]);)
			i++;
		if (i > from)
			TRY(add_output(m, str_n(s.p + from, i - from)));
	}
	return check_outputs(m);
}

static errint set_outputs_list(struct making *m, struct value *list)
{
	TRY(want_list(m->E, list, m->pos, NULL));
	m->outputs = ARENA_ARRAY(m->mem, struct str, list->n + 1);
	m->n_outputs = 0;
	for (size_t i = 0; i < list->n; i++) {
		struct str name;

		TRY(want_string_plain(m->E, list_elems(list)[i], m->pos, NULL, &name));
		TRY(add_output(m, name));
	}
	return check_outputs(m);
}

static errint set_args(struct making *m, struct value *list)
{
	TRY(want_list(m->E, list, m->pos, NULL));
	m->drv.args = ARENA_ARRAY(m->mem, struct str, list->n + 1);
	m->drv.n_args = list->n;
	for (size_t i = 0; i < list->n; i++)
		TRY(coerce_string(m->E, m->pos, list_elems(list)[i], COERCE_MORE | COERCE_COPY,
				  &m->ctx, "while evaluating an element of the argument list",
				  &m->drv.args[i]));
	return 0;
}

static errint refuse_if_true(struct making *m, struct value *v, const char *feature)
{
	bool yes;

	TRY(want_bool(m->E, v, m->pos, NULL, &yes));
	return yes ? needs_feature(m, feature) : 0;
}

/* Adds "key": value to the JSON, and takes from it what the record has fields for. */
static errint set_structured(struct making *m, const struct attr *a, struct str key)
{
	struct value name = v_str(key);
	struct eval *E = m->E;
	struct str s;

	if (m->json.n > 1)
		buf_putc(&m->json, ',');
	TRY(json_value(E, &name, m->pos, JSON_COPY, &m->ctx, &m->json));
	buf_putc(&m->json, ':');
	TRY(json_value(E, a->v, m->pos, JSON_COPY, &m->ctx, &m->json));
	switch (a->sym) {
	case SYM_builder:
		return want_string(E, a->v, m->pos, NULL, &m->drv.builder, &m->ctx);
	case SYM_system:
		return want_string_plain(E, a->v, m->pos, NULL, &m->drv.platform);
	case SYM_outputHash:
		m->has_hash = true;
		return want_string_plain(E, a->v, m->pos, NULL, &m->hash);
	case SYM_outputHashAlgo:
		return want_string_plain(E, a->v, m->pos, NULL, &m->hash_algo);
	case SYM_outputHashMode:
		TRY(want_string_plain(E, a->v, m->pos, NULL, &s));
		return set_mode(m, s);
	case SYM_outputs:
		return set_outputs_list(m, a->v);
	default:
		return 0;
	}
}

/* Puts the attribute into the environment, as text. */
static errint set_plain(struct making *m, const struct attr *a, struct str key)
{
	struct str s;

	TRY(coerce_string(m->E, m->pos, a->v, COERCE_MORE | COERCE_COPY, &m->ctx, NULL, &s));
	add_env(m, key, s);
	switch (a->sym) {
	case SYM_builder:
		m->drv.builder = s;
		return 0;
	case SYM_system:
		m->drv.platform = s;
		return 0;
	case SYM_outputHash:
		m->has_hash = true;
		m->hash = s;
		return 0;
	case SYM_outputHashAlgo:
		m->hash_algo = s;
		return 0;
	case SYM_outputHashMode:
		return set_mode(m, s);
	case SYM_outputs:
		return set_outputs_text(m, s);
	case SYM_json:
		eval_tell(m->E, REPORT_WARN,
			  "setting structured attributes via '__json' is deprecated, and may be "
			  "disallowed in future versions of Nix. Set '__structuredAttrs = true' "
			  "instead.");
		return 0;
	default:
		return 0;
	}
}

/* What limits outputs has another form in structured attributes. */
static void warn_without_effect(struct making *m, const struct attr *a, struct str key)
{
	static const char *const names[] = {"allowedReferences",    "allowedRequisites",
					    "disallowedReferences", "disallowedRequisites",
					    "maxClosureSize",       "maxSize"};
	BUF(doing, LIMIT_ERR_TEXT);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (!str_eqz(key, names[i]))
			continue;
		buf_printf(&doing, "while evaluating derivation '%.*s'", STR_ARG(m->drv.name));
		error_warn(m->E, a->pos, buf_z(&doing),
			   "'structuredAttrs' disables the effect of the derivation attribute "
			   "'%s'; use 'outputChecks.<output>.%s' instead",
			   names[i], names[i]);
	}
}

static errint set_attr(struct making *m, const struct attr *a, struct str key)
{
	if (m->ignore_nulls) {
		TRY(force(m->E, a->v, m->pos));
		if (a->v->tag == V_NULL)
			return 0;
	}
	switch (a->sym) {
	case SYM_contentAddressed:
		return refuse_if_true(m, a->v, "ca-derivations");
	case SYM_impure:
		return refuse_if_true(m, a->v, "impure-derivations");
	case SYM_args:
		return set_args(m, a->v);
	default:
		break;
	}
	if (!m->structured)
		return set_plain(m, a, key);
	warn_without_effect(m, a, key);
	return a->sym == SYM_structuredAttrs ? 0 : set_structured(m, a, key);
}

static errint flag(struct making *m, struct attrs *a, sym_t sym, const char *ctx, bool *out)
{
	const struct attr *attr = attrs_get(a, sym);

	*out = false;
	return attr ? want_bool(m->E, attr->v, m->pos, ctx, out) : 0;
}

static errint set_attrs(struct making *m, struct attrs *a)
{
	const struct attr **by_name;
	size_t n;

	TRY(flag(m, a, SYM_structuredAttrs,
		 "while evaluating the `__structuredAttrs` attribute passed to "
		 "builtins.derivationStrict",
		 &m->structured));
	TRY(flag(
		m, a, SYM_ignoreNulls,
		"while evaluating the `__ignoreNulls` attribute passed to builtins.derivationStrict",
		&m->ignore_nulls));
	buf_putc(&m->json, '{');
	TRY(attrs_by_name(m->E, a, &by_name, &n));
	for (size_t i = 0; i < n; i++) {
		struct str key = sym_str(m->E, by_name[i]->sym);

		if (by_name[i]->sym != SYM_ignoreNulls && set_attr(m, by_name[i], key))
			return eval_frame(m->E, by_name[i]->pos,
					  "while evaluating attribute '%.*s' of derivation '%.*s'",
					  STR_ARG(key), STR_ARG(m->drv.name));
	}
	if (!m->structured)
		return 0;
	buf_putc(&m->json, '}');
	if (m->json.over)
		return eval_fail(m->E, 0, "structured attributes are too long");
	add_env(m, S("__json"), arena_str(m->mem, buf_str(&m->json)));
	return 0;
}

/* ---- inputs ---- */

/* Everything that a derivation with its closure stands for: a set of paths, in order of discovery.
 */
struct reach {
	struct making *m;
	struct str *v;
	size_t n, cap;
};

static void reach_add(struct reach *r, struct str path)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->v[i], path))
			return;
	ARRAY_GROW(r->v, r->n, r->cap);
	r->v[r->n++] = path;
}

static void add_input(struct making *m, struct str path, struct str output)
{
	struct drv *d = &m->drv;
	struct str *name = ARENA_NEW(m->mem, struct str);

	*name = output;
	d->inputs[d->n_inputs++] = (struct drv_input){path, name, 1};
}

/* Makes room for n more inputs and sources. */
static void grow_inputs(struct making *m, size_t n)
{
	struct drv *d = &m->drv;
	struct drv_input *inputs = ARENA_ARRAY(m->mem, struct drv_input, d->n_inputs + n);
	struct str *srcs = ARENA_ARRAY(m->mem, struct str, d->n_srcs + n);

	if (d->n_inputs)
		memcpy(inputs, d->inputs, d->n_inputs * sizeof(*inputs));
	if (d->n_srcs)
		memcpy(srcs, d->srcs, d->n_srcs * sizeof(*srcs));
	d->inputs = inputs;
	d->srcs = srcs;
}

/* A .drv of the closure: it is a source, all its outputs are inputs, and what it needs follows. */
static errint reach_drv(struct reach *r, struct store *store, struct str path, struct err *err)
{
	struct making *m = r->m;
	struct drv d;
	errint rc = store_read_drv(store, m->mem, path, &d, err);

	if (rc)
		return rc;
	grow_inputs(m, d.n_outputs + 1);
	m->drv.srcs[m->drv.n_srcs++] = path;
	for (size_t i = 0; i < d.n_outputs; i++)
		add_input(m, path, d.outputs[i].name);
	for (size_t i = 0; i < d.n_inputs; i++)
		reach_add(r, d.inputs[i].path);
	for (size_t i = 0; i < d.n_srcs; i++)
		reach_add(r, d.srcs[i]);
	return 0;
}

static errint reach_path(struct reach *r, struct store *store, struct str path, struct err *err)
{
	struct making *m = r->m;
	struct path_info info;
	errint rc;

	if (store_path_is_drv(path))
		return reach_drv(r, store, path, err);
	grow_inputs(m, 1);
	m->drv.srcs[m->drv.n_srcs++] = path;
	input_object(m->E->opt.inputs, path);
	rc = store_query(store, m->mem, path, &info, err);
	/* In read-only evaluation nothing of it need be there. */
	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		return 0;
	}
	for (size_t i = 0; !rc && i < info.n_refs; i++)
		reach_add(r, info.refs[i]);
	return rc;
}

static errint add_closure(struct making *m, struct store *store, struct str drv_path)
{
	struct reach r = {.m = m};
	errint rc = 0;
	ERR(err);

	reach_add(&r, drv_path);
	for (size_t i = 0; !rc && i < r.n; i++)
		rc = reach_path(&r, store, r.v[i], &err);
	free(r.v);
	return rc ? eval_fail_err(m->E, m->pos, &err) : 0;
}

static errint set_inputs(struct making *m, struct store *store)
{
	const struct context_set *ctx = context_elems(m->E, m->ctx);

	for (uint32_t i = 0; i < ctx->n; i++)
		if (ctx->v[i]->kind == CTX_DEEP)
			TRY(add_closure(m, store, ctx->v[i]->path));
	grow_inputs(m, ctx->n);
	for (uint32_t i = 0; i < ctx->n; i++) {
		const struct context_elem *e = ctx->v[i];

		if (e->kind == CTX_OUTPUT)
			add_input(m, e->path, e->output);
		else if (e->kind == CTX_PLAIN)
			m->drv.srcs[m->drv.n_srcs++] = e->path;
	}
	return 0;
}

/* ---- outputs ---- */

static errint check_required(struct making *m)
{
	if (m->drv.builder.n == 0)
		return eval_fail(m->E, m->pos, "required attribute 'builder' missing");
	if (m->drv.platform.n == 0)
		return eval_fail(m->E, m->pos, "required attribute 'system' missing");
	if (str_ends(m->drv.name, S(".drv")))
		return eval_fail(
			m->E, m->pos,
			"derivation names are allowed to end in '.drv' only if they produce a "
			"single derivation file");
	return 0;
}

/* The one output whose content is known. */
static errint set_fixed(struct making *m, struct drv_output *o)
{
	char text[HASH_TEXT_MAX];
	enum hash_algo algo;
	struct hash h;

	if (m->n_outputs != 1 || !str_eqz(m->outputs[0], "out"))
		return eval_fail(m->E, m->pos,
				 "multiple outputs are not supported in fixed-output derivations");
	if (!hash_algo_parse(m->hash_algo, &algo))
		algo = HASH_ANY;
	TRY(hash_arg(m->E, m->hash, algo, &h));
	o->hash_algo = str_c(
		arena_printf(m->mem, "%s%s", m->recursive ? "r:" : "", hash_algo_name(h.algo)));
	o->hash = arena_str(m->mem, str_c(hash_format(&h, HASH_BASE16, false, text)));
	return 0;
}

static errint set_outputs(struct making *m)
{
	struct drv *d = &m->drv;

	d->n_outputs = m->n_outputs;
	d->outputs = ARENA_ARRAY(m->mem, struct drv_output, m->n_outputs);
	for (size_t i = 0; i < m->n_outputs; i++)
		d->outputs[i] = (struct drv_output){m->outputs[i], S(""), S(""), S("")};
	return m->has_hash ? set_fixed(m, &d->outputs[0]) : 0;
}

static struct value strict_value(struct eval *E, const struct drv *d, struct str path)
{
	struct attrs *a = attrs_new(E, d->n_outputs + 1);
	const struct context *deep = context_of(E, CTX_DEEP, path, S(""));

	attrs_push(a, SYM_drvPath, value_box(E, string_copy(E, path, deep)), 0);
	for (size_t i = 0; i < d->n_outputs; i++) {
		const struct drv_output *o = &d->outputs[i];
		const struct context *ctx = context_of(E, CTX_OUTPUT, path, o->name);

		attrs_push(a, sym_intern(E, o->name), value_box(E, string_copy(E, o->path, ctx)),
			   0);
	}
	return v_attrs(attrs_done(a));
}

static errint make(struct making *m, struct attrs *a, struct value *out)
{
	static struct str only_out[] = {{"out", 3}};
	const char *bad_name;
	struct store *store;
	struct str path;
	ERR(err);

	bad_name = store_name_error(m->E, m->drv.name);
	if (bad_name) {
		eval_fail(m->E, 0, "invalid derivation name: %s. Please pass a different 'name'.",
			  bad_name);
		return eval_cure(m->E,
				 "pname and version may hold letters, digits and any of +-._?=");
	}
	m->outputs = only_out;
	m->n_outputs = 1;
	TRY(set_attrs(m, a));
	TRY(check_required(m));
	TRY(set_outputs(m));
	TRY(eval_store(m->E, m->pos, &store));
	TRY(set_inputs(m, store));
	if (store_make_drv(store, m->mem, &m->drv, &path, &err))
		return eval_fail_err(m->E, m->pos, &err);
	if (m->E->opt.trial)
		m->E->opt.trial->made(m->E->opt.trial, path, &m->drv);
	*out = strict_value(m->E, &m->drv, path);
	return 0;
}

BUILTIN(derivationStrict)
{
	ARENA(mem);
	struct making m CLEANUP(making_release) = {
		.E = E, .pos = pos, .mem = &mem, .json = BUF_INIT(LIMIT_DRV_FILE)};
	struct attr *name;
	BUF(where, LIMIT_ERR_TEXT);

	TRY(want_attrs(E, args[0], 0,
		       "while evaluating the argument passed to builtins.derivationStrict"));
	TRY(want_attr(E, args[0]->attrs, SYM_name, 0,
		      "in the attrset passed as argument to builtins.derivationStrict", &name));
	if (want_string_plain(E, name->v, 0,
			      "while evaluating the `name` attribute passed to "
			      "builtins.derivationStrict",
			      &m.drv.name))
		return eval_frame(E, name->pos, "while evaluating the derivation attribute 'name'");
	if (!make(&m, args[0]->attrs, out))
		return 0;
	pos_print(E, name->pos, &where);
	return eval_frame_always(
		E, 0, EVAL_DERIVATION_FRAME "'%.*s'\n  whose name attribute is located at %s",
		STR_ARG(m.drv.name), buf_z(&where));
}

const struct builtin_row builtins_derivation[] = {
	{"derivationStrict", 1, BUILTIN_GLOBAL, builtin_derivationStrict, "attrset",
	 "Writes the derivation that a set describes: its drvPath, and a path for each output."},
	BUILTIN_END,
};
