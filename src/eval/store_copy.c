/* SPDX-License-Identifier: MIT
 *
 * From evaluation to the store and back: copying paths, once each, and building what a string
 * context refers to (import-from-derivation). */
#include "eval/path.h"

#include <dirent.h>
#include <fcntl.h>
#include "base/report.h"
#include "memo/inputs.h"
#include "store/derivation.h"
#include "store/store.h"

errint eval_store(struct eval *E, pos_t pos, struct store **out)
{
	if (!E->opt.store)
		return eval_fail(E, pos, "this needs a store, and the evaluator has none");
	*out = E->opt.store;
	return 0;
}

/* What decides what is copied: access, and a Nix function (or NULL). */
struct filter {
	struct eval *E;
	pos_t pos;
	struct value *fn;
	struct str from; /* the logical path, and what it is called on the disk */
	size_t real_n;
	struct input *tree; /* noted, or NULL */
	bool guarded;       /* not all of it may be read */
	bool failed;
};

static struct str type_text(unsigned char d_type)
{
	switch (d_type) {
	case DT_REG:
		return S("regular");
	case DT_DIR:
		return S("directory");
	case DT_LNK:
		return S("symlink");
	default:
		return S("unknown");
	}
}

static bool ask_filter(struct filter *f, struct str logical, unsigned char d_type, bool *keep)
{
	struct eval *E = f->E;
	struct value *args[2], r;

	args[0] = value_box(E, v_str(logical));
	args[1] = value_box(E, v_str(type_text(d_type)));
	return call(E, f->pos, f->fn, 2, args, &r) == 0 &&
	       want_bool(E, &r, f->pos,
			 "while evaluating the return value of the path filter function",
			 keep) == 0;
}

static bool run_filter(void *ctx, const char *path, unsigned char d_type, struct err *err)
{
	struct filter *f = ctx;
	struct eval *E = f->E;
	struct str logical = heap_printf(E, "%.*s%s", STR_ARG(f->from), path + f->real_n);
	bool keep = !f->guarded || path_allowed(E, logical);

	if (keep && f->fn && !ask_filter(f, logical, d_type, &keep)) {
		f->failed = true;
		err_set(err, E->err.code, "the path filter failed");
		return false;
	}
	input_tree_entry(E->opt.inputs, f->tree, str_c(path + f->real_n), DTTOIF(d_type), keep);
	return keep;
}

/* Without a store only the path is computed, which needs the hash. */
static errint add_nowhere(struct eval *E, const char *real, struct str name, nar_filter_fn fn,
			  struct filter *filter, struct str *out)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	struct hash hash;
	ERR(err);

	if (nar_dump(AT_FDCWD, real, &sink.sink, fn, filter, &err) < 0)
		return filter->failed ? E->err.code : eval_fail_err(E, 0, &err);
	hash_sink_finish(&sink, &hash);
	return store_path_make_fixed(&E->perm, eval_store_dir(E), name, true, &hash, NULL, 0, false,
				     out, &err) < 0
		       ? eval_fail_err(E, 0, &err)
		       : 0;
}

static errint find_source(struct eval *E, pos_t pos, const struct add_path *how, struct str *path)
{
	unsigned mode;

	if (path_resolve(E, pos, *path, how->follow, path) < 0 ||
	    (how->unchecked ? 0 : path_lstat(E, pos, *path, &mode)) < 0)
		return eval_failed(E);
	return how->unchecked || mode ? 0 : path_absent(E, *path);
}

errint add_path_to_store(struct eval *E, pos_t pos, struct str path, const struct add_path *how,
			 const struct context **sc, struct str *out)
{
	struct filter filter = {.E = E, .pos = pos, .fn = how->filter};
	nar_filter_fn fn;
	const char *real;
	ERR(err);

	if (find_source(E, pos, how, &path) < 0 || path_real(E, pos, path, &real) < 0)
		return eval_failed(E);
	filter.from = path.n > 1 ? path : S("");
	filter.real_n = strlen(real) > 1 ? strlen(real) : 0;
	filter.guarded = !how->unchecked && !path_allowed_below(E, path);
	fn = filter.fn || filter.guarded ? run_filter : NULL;
	if (!E->opt.store && how->recursive && !how->expect)
		return add_nowhere(E, real, how->name, fn, &filter, out);
	if (!E->opt.store)
		return eval_store(E, pos, &(struct store *){NULL});
	filter.tree = input_tree(E->opt.inputs, path, real, how->name, how->recursive,
				 !fn                                     ? TREE_WHOLE
				 : !filter.fn && path_is_listed(E, path) ? TREE_LISTED
									 : TREE_FILTERED);
	if (store_add_path(E->opt.store, &E->perm, how->name, real, how->recursive, HASH_SHA256,
			   how->expect, fn, &filter, out, &err) < 0)
		return filter.failed ? E->err.code : eval_fail_err(E, 0, &err);
	input_tree_done(E->opt.inputs, filter.tree, *out);
	path_allow(E, *out);
	if (sc)
		*sc = context_union(E, *sc, context_of(E, CTX_PLAIN, *out, S("")));
	return 0;
}

/* A project's tree is "source", as Flox and flakes have it: the folder that somebody checked it out
 * into must decide no bits. */
struct str path_store_name(const struct eval *E, struct str path)
{
	return E->opt.tree && str_eq(path, str_c(E->opt.tree)) ? S("source") : path_base(path);
}

errint copy_to_store(struct eval *E, pos_t pos, struct str path, const struct context **sc,
		     struct str *out)
{
	struct str *known = path_map_get(&E->paths->copies, path);
	struct add_path how = {.name = path_store_name(E, path), .recursive = true};

	if (str_ends(path, S(".drv")))
		return eval_fail(E, pos, "file names are not allowed to end in '.drv'");
	if (!known) {
		struct str added;

		if (add_path_to_store(E, pos, path, &how, NULL, &added) < 0)
			return eval_failed(E);
		known = ARENA_NEW(&E->perm, struct str);
		*known = added;
		path_map_put(&E->paths->copies, arena_str(&E->perm, path), known);
	}
	*sc = context_union(E, *sc, context_of(E, CTX_PLAIN, *known, S("")));
	*out = *known;
	return 0;
}

/* ---- import from derivation ---- */

ATTR_COLD static errint refuse_import(struct eval *E, pos_t pos, const struct context_elem *e)
{
	eval_fail(E, pos,
		  "cannot build '%.*s^%.*s' during evaluation because the option "
		  "'allow-import-from-derivation' is disabled",
		  STR_ARG(e->path), STR_ARG(e->output));
	return eval_cure(E,
			 "what a recipe reads must be a file of the project; or allow it: --option "
			 "allow-import-from-derivation true");
}

static errint realise_elem(struct eval *E, pos_t pos, struct store *s, const struct context_elem *e)
{
	struct realiser *r = E->opt.realiser;
	const struct drv_output *output;
	ARENA(mem);
	struct drv d;
	ERR(err);

	if (E->opt.no_import_from_derivation || !r)
		return refuse_import(E, pos, e);
	if (E->opt.trace_import_from_derivation)
		eval_tell(E, REPORT_WARN,
			  "built '%.*s^%.*s' during evaluation due to an import from derivation",
			  STR_ARG(e->path), STR_ARG(e->output));
	if (store_flush(s, &err) < 0 || r->realise(r, e->path, &e->output, 1, &err) < 0 ||
	    store_read_drv(s, &mem, e->path, &d, &err) < 0)
		return eval_fail_err(E, pos, &err);
	output = drv_output_find(&d, e->output);
	return output && path_allow_closure(E, output->path, &err) < 0 ? eval_fail_err(E, pos, &err)
								       : 0;
}

static errint realise_plain(struct eval *E, pos_t pos, struct store *s, struct str path)
{
	bool valid;
	ERR(err);

	if (store_readonly(s))
		return 0;
	input_object(E->opt.inputs, path);
	if (store_is_valid(s, path, &valid, &err) < 0)
		return eval_fail_err(E, pos, &err);
	if (!valid)
		return eval_fail(E, pos, "path '%.*s' is not valid", STR_ARG(path));
	return 0;
}

errint context_realise(struct eval *E, pos_t pos, const struct context *ctx)
{
	const struct context_set *set;
	struct store *s;

	if (!ctx)
		return 0;
	if (eval_store(E, pos, &s) < 0)
		return eval_failed(E);
	set = context_elems(E, ctx);
	for (uint32_t i = 0; i < set->n; i++) {
		const struct context_elem *e = set->v[i];

		if (e->kind == CTX_OUTPUT ? realise_elem(E, pos, s, e) < 0
					  : realise_plain(E, pos, s, e->path) < 0)
			return eval_failed(E);
	}
	return 0;
}
