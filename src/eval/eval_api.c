/* SPDX-License-Identifier: MIT
 *
 * The evaluator as commands see it: each call runs on the big stack and leaves its failure, laid
 * out for people, in the caller's err. */
#include "eval/eval_run.h"

#include <stdlib.h>
#include "base/file.h"
#include "eval/api.h"
#include "eval/base_env.h"
#include "eval/context.h"
#include "eval/error.h"
#include "eval/heap.h"
#include "eval/path.h"
#include "eval/position.h"
#include "store/store.h"

enum { DEFAULT_DEPTH = 10000 };

static const char *const *copy_texts(struct eval *E, const char *const *v, size_t n)
{
	char **out = ARENA_ARRAY(&E->perm, char *, n);

	for (size_t i = 0; i < n; i++)
		out[i] = arena_strz(&E->perm, str_c(v[i]));
	return (const char *const *)out;
}

static const char *copy_text(struct eval *E, const char *z)
{
	return z ? arena_strz(&E->perm, str_c(z)) : NULL;
}

static const volatile int never;

struct eval *eval_new(const struct eval_options *o)
{
	struct eval *E = xcalloc(1, sizeof(*E));

	E->opt = *o;
	/* Pure evaluation has no search path at all. */
	E->opt.n_search_path = o->pure ? 0 : o->n_search_path;
	E->opt.search_path = copy_texts(E, o->search_path, E->opt.n_search_path);
	E->opt.allowed = copy_texts(E, o->allowed, o->n_allowed);
	E->opt.allowed_uris = copy_texts(E, o->allowed_uris, o->n_allowed_uris);
	E->opt.system = copy_text(E, o->system);
	E->opt.store_dir = copy_text(E, o->store_dir);
	E->opt.project = copy_text(E, o->project);
	E->opt.set = copy_text(E, o->set);
	E->interrupt = o->interrupt ? o->interrupt : &never;
	E->max_depth = o->max_depth ? o->max_depth : DEFAULT_DEPTH;
	heap_init(E);
	symbols_init(&E->symbols, &E->perm);
	E->sources = sources_new();
	E->contexts = contexts_new();
	E->builtins = base_env_new(E);
	paths_new(E);
	return E;
}

void eval_free(struct eval *E)
{
	if (!E)
		return;
	eval_forget(E);
	free(E->trace);
	if (E->regexes)
		regexes_free(E->regexes);
	if (E->fetches)
		fetch_state_free(E->fetches);
	paths_free(E->paths);
	base_env_free(E->builtins);
	contexts_free(E->contexts);
	sources_free(E->sources);
	symbols_release(&E->symbols);
	stack_release(E);
	heap_release(E);
	arena_release(&E->perm);
	free(E);
}

void eval_cleanup(struct eval **E)
{
	eval_free(*E);
}

errint api_run(struct eval *E, errint (*fn)(struct eval *E, void *ctx), void *ctx, struct err *err)
{
	errint r;

	E->depth = 0;
	/* What was too big once need not be so again. */
	E->heap.exhausted = 0;
	E->interrupt = E->opt.interrupt ? E->opt.interrupt : &never;
	r = on_stack(E, fn, ctx);
	return r < 0 ? error_finish(E, err) : 0;
}

struct value *api_box(struct eval *E, struct value v)
{
	struct value *box = ARENA_NEW(&E->perm, struct value);

	*box = v;
	return box;
}

/* ---- expressions ---- */

struct source_job {
	struct str text, dir;
	const char *name;
	struct value *out;
	struct buf *printed;
};

static errint do_file(struct eval *E, void *ctx)
{
	struct source_job *j = ctx;

	return import_box(E, 0, j->text, &j->out);
}

static errint do_text(struct eval *E, void *ctx)
{
	struct source_job *j = ctx;
	struct value v;

	if (eval_text(E, j->text, j->dir, j->name, &v) < 0)
		return eval_failed(E);
	j->out = api_box(E, v);
	return 0;
}

static errint do_print_text(struct eval *E, void *ctx)
{
	struct source_job *j = ctx;
	struct str text = arena_str(&E->perm, j->text);

	return parse_print(E, source_add(E, S(""), j->name, text), text, j->dir, j->printed);
}

static errint do_print_file(struct eval *E, void *ctx)
{
	struct source_job *j = ctx;

	return parse_print_file(E, j->text, j->printed);
}

errint api_absolute(struct eval *E, const char *path, struct str *out, struct err *err)
{
	char *full CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(path ? path : "."), &full, err);

	if (rc)
		return rc;
	*out = arena_str(&E->perm, str_c(full));
	return 0;
}

errint eval_file(struct eval *E, const char *path, struct value **out, struct err *err)
{
	struct source_job j = {0};
	errint rc = api_absolute(E, path, &j.text, err);

	if (!rc)
		rc = api_run(E, do_file, &j, err);
	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

errint eval_string(struct eval *E, struct str text, const char *dir, const char *name,
		   struct value **out, struct err *err)
{
	struct source_job j = {.text = text, .name = name};
	errint rc = api_absolute(E, dir, &j.dir, err);

	if (!rc)
		rc = api_run(E, do_text, &j, err);
	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

errint eval_parse_print(struct eval *E, struct str text, const char *dir, const char *name,
			struct buf *b, struct err *err)
{
	struct source_job j = {.text = text, .name = name, .printed = b};
	errint rc = api_absolute(E, dir, &j.dir, err);

	if (rc)
		return rc;
	return api_run(E, do_print_text, &j, err);
}

errint eval_parse_print_file(struct eval *E, const char *path, struct buf *b, struct err *err)
{
	struct source_job j = {.printed = b};
	errint rc = api_absolute(E, path, &j.text, err);

	if (rc)
		return rc;
	return api_run(E, do_print_file, &j, err);
}

struct find_job {
	struct str name, out;
};

static errint do_find(struct eval *E, void *ctx)
{
	struct find_job *j = ctx;
	struct value path;

	if (search_path_value(E, &path) < 0 ||
	    find_file(E, 0, value_box(E, path), j->name, &j->out) < 0)
		return eval_failed(E);
	if (str_starts(j->out, S(INTERNAL_DIR)))
		return eval_fail(E, 0, "'<%.*s>' has no physical path", STR_ARG(j->name));
	j->out = arena_str(&E->perm, j->out);
	return 0;
}

errint eval_find_file(struct eval *E, struct str name, struct str *out, struct err *err)
{
	struct find_job j = {.name = name};
	errint rc = api_run(E, do_find, &j, err);

	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

/* ---- values ---- */

static errint do_force(struct eval *E, void *v)
{
	return force(E, v, 0);
}

static errint do_force_deep(struct eval *E, void *v)
{
	return force_deep(E, v, 0);
}

errint eval_force(struct eval *E, struct value *v, struct err *err)
{
	return api_run(E, do_force, v, err);
}

errint eval_force_deep(struct eval *E, struct value *v, struct err *err)
{
	return api_run(E, do_force_deep, v, err);
}

struct apply_job {
	struct value *fn, *arg, *out;
};

static errint do_apply(struct eval *E, void *ctx)
{
	struct apply_job *j = ctx;
	struct value r;

	if (call1(E, 0, j->fn, j->arg, &r) < 0)
		return eval_failed(E);
	j->out = api_box(E, r);
	return 0;
}

errint eval_apply(struct eval *E, struct value *fn, struct value *v, struct value **out,
		  struct err *err)
{
	struct apply_job j = {fn, v, NULL};
	errint rc = api_run(E, do_apply, &j, err);

	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

struct print_job {
	struct value *v;
	enum eval_output how;
	unsigned flags;
	struct buf *b;
};

static errint print_raw(struct eval *E, struct value *v, struct buf *b)
{
	const struct context *sc = NULL;
	struct str s;

	if (coerce_string(E, 0, v, 0, &sc, "while generating the eval command output", &s) < 0)
		return eval_failed(E);
	buf_puts(b, s);
	return 0;
}

static unsigned json_flags(unsigned flags)
{
	return (flags & EVAL_STRICT ? 0 : JSON_LAZY) | (flags & EVAL_KEEP_PATHS ? 0 : JSON_COPY);
}

static errint do_print(struct eval *E, void *ctx)
{
	const struct print_job *j = ctx;
	const struct context *sc = NULL;
	struct print_options o = {.fail = true, .strict = j->flags & EVAL_STRICT};

	if (force(E, j->v, 0) < 0)
		return eval_failed(E);
	switch (j->how) {
	case EVAL_NIX:
		o.code_spelling = true;
		if (o.strict && force_deep(E, j->v, 0) < 0)
			return eval_failed(E);
		return print_value(E, j->v, &o, j->b);
	case EVAL_ECHO:
	case EVAL_DEEP:
		o.multi_line = o.fail_top = true;
		/* fall through */
	case EVAL_SHOW:
		o.derivations_as_path = o.strict = true;
		o.fail = false;
		o.colors = j->flags & EVAL_COLORS;
		o.max_depth = j->how == EVAL_ECHO;
		return print_value(E, j->v, &o, j->b);
	case EVAL_JSON:
		return json_value(E, j->v, 0, json_flags(j->flags), &sc, j->b);
	case EVAL_XML:
		return xml_value(E, j->v, 0, o.strict, j->flags & EVAL_LOCATIONS, &sc, j->b);
	case EVAL_RAW:
		return print_raw(E, j->v, j->b);
	}
	BUG("no output format");
}

errint eval_print(struct eval *E, struct value *v, enum eval_output how, unsigned flags,
		  struct buf *b, struct err *err)
{
	struct print_job j = {v, how, flags, b};
	errint rc = api_run(E, do_print, &j, err);

	if (rc)
		return rc;
	return buf_check(b, "printed value", err);
}

struct get_job {
	struct value *v, *out;
	struct str name, text;
	bool b;
};

static errint do_get_attr(struct eval *E, void *ctx)
{
	struct get_job *j = ctx;
	const struct attr *a;

	if (want_attrs(E, j->v, 0, NULL) < 0)
		return eval_failed(E);
	a = attrs_get(j->v->attrs, sym_intern(E, j->name));
	j->out = a ? a->v : NULL;
	return a ? force(E, a->v, a->pos) : 0;
}

errint eval_get_attr(struct eval *E, struct value *set, struct str name, struct value **out,
		     struct err *err)
{
	struct get_job j = {.v = set, .name = name};
	errint rc = api_run(E, do_get_attr, &j, err);

	if (rc)
		return rc;
	*out = j.out;
	return 0;
}

static errint do_get_string(struct eval *E, void *ctx)
{
	struct get_job *j = ctx;

	return want_string(E, j->v, 0, NULL, &j->text, NULL);
}

errint eval_get_string(struct eval *E, struct value *v, struct str *out, struct err *err)
{
	struct get_job j = {.v = v};
	errint rc = api_run(E, do_get_string, &j, err);

	if (rc)
		return rc;
	*out = j.text;
	return 0;
}

static errint do_get_bool(struct eval *E, void *ctx)
{
	struct get_job *j = ctx;

	return want_bool(E, j->v, 0, NULL, &j->b);
}

errint eval_get_bool(struct eval *E, struct value *v, bool *out, struct err *err)
{
	struct get_job j = {.v = v};
	errint rc = api_run(E, do_get_bool, &j, err);

	if (rc)
		return rc;
	*out = j.b;
	return 0;
}

bool eval_is_attrs(const struct value *v)
{
	return v->tag == V_ATTRS;
}

bool eval_is_string(const struct value *v)
{
	return value_is_string(v);
}

bool eval_is_function(const struct value *v)
{
	return value_is_function(v);
}

const char *eval_type_text(const struct value *v)
{
	return value_type_text(v);
}

struct names_job {
	struct value *set;
	struct arena *a;
	struct str *out;
	size_t n;
};

static errint do_names(struct eval *E, void *ctx)
{
	struct names_job *j = ctx;
	const struct attr **v;

	if (want_attrs(E, j->set, 0, NULL) < 0)
		return eval_failed(E);
	if (attrs_by_name(E, j->set->attrs, &v, &j->n) < 0)
		return eval_failed(E);
	j->out = ARENA_ARRAY(j->a, struct str, j->n);
	for (size_t i = 0; i < j->n; i++)
		j->out[i] = sym_str(E, v[i]->sym);
	return 0;
}

errint eval_attr_names(struct eval *E, struct value *set, struct arena *a, struct str **out,
		       size_t *n, struct err *err)
{
	struct names_job j = {.set = set, .a = a};
	errint rc = api_run(E, do_names, &j, err);

	if (rc)
		return rc;
	*out = j.out;
	*n = j.n;
	return 0;
}
