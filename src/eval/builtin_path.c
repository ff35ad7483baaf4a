/* SPDX-License-Identifier: MIT
 *
 * Builtins on paths, files, folders and the store. Reading goes through realise_path(), which
 * builds what a path needs and asks whether it may be read. */
#include "eval/builtin_int.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "base/file.h"
#include "eval/fetch_state.h"
#include "eval/path.h"
#include "memo/inputs.h"
#include "store/store.h"

/* Everything behind the last slash; of trailing slashes only one is dropped, as Nix ever did. */
static struct str base_name(struct str path)
{
	size_t end = path.n, from;

	if (end > 1 && path.p[end - 1] == '/')
		end--;
	for (from = end; from > 0 && path.p[from - 1] != '/';)
		from--;
	return str_n(path.p + from, end - from);
}

BUILTIN(baseNameOf)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(coerce_string(E, pos, args[0], 0, &ctx,
			  "while evaluating the first argument passed to builtins.baseNameOf", &s));
	*out = string_value(E, base_name(s), ctx);
	return 0;
}

/* The part before the last slash: "." without one, "/" where that is all there is. */
static struct str dir_name(struct str path)
{
	ptrdiff_t slash = str_rchr(path, '/');

	if (slash < 0)
		return S(".");
	return slash == 0 ? S("/") : str_n(path.p, (size_t)slash);
}

BUILTIN(dirOf)
{
	const struct context *ctx = NULL;
	struct str s;

	TRY(force(E, args[0], pos));
	if (args[0]->tag == V_PATH) {
		*out = v_path(dir_name(value_str(args[0])));
		return 0;
	}
	TRY(coerce_string(E, pos, args[0], 0, &ctx,
			  "while evaluating the first argument passed to 'builtins.dirOf'", &s));
	*out = string_value(E, dir_name(s), ctx);
	return 0;
}

BUILTIN(toPath)
{
	const struct context *ctx = NULL;
	struct str path;

	TRY(coerce_path(E, pos, args[0], &ctx,
			"while evaluating the first argument passed to builtins.toPath", &path));
	*out = string_value(E, path, ctx);
	return 0;
}

BUILTIN(pathExists)
{
	unsigned mode = 0;
	bool folder = false;
	struct str path;
	errint rc;

	rc = force(E, args[0], pos);
	if (!rc && value_is_string(args[0]))
		folder = str_ends(value_str(args[0]), S("/")) ||
			 str_ends(value_str(args[0]), S("/."));
	if (!rc)
		rc = realise_path(E, pos, args[0], folder ? REALISE_FOLLOW : REALISE_PARENT, &path);
	if (!rc)
		rc = path_look(E, pos, path, &mode);
	/* Where one may not look, nothing is there, even if it was for finding the path. What the
	 * system denies is a failure. */
	if (rc != 0 && (rc != ERR_DENIED || E->err.sys))
		return rc;
	if (rc)
		eval_forget(E);
	*out = v_bool(!rc && mode && (!folder || S_ISDIR(mode)));
	return 0;
}

/* The references of the store object that a file belongs to, as far as the file mentions them. */
static errint file_context(struct eval *E, pos_t pos, struct str path, struct str bytes,
			   const struct context **out)
{
	ARENA(mem);
	ERR(err);
	struct path_info info;
	struct str top;
	errint rc;

	*out = NULL;
	if (!E->opt.store || !store_path_split(eval_store_dir(E), path, &top, NULL))
		return 0;
	rc = store_query(E->opt.store, &mem, top, &info, &err);
	if (rc)
		return rc == ERR_NOT_FOUND ? 0 : eval_fail_err(E, pos, &err);
	for (size_t i = 0; i < info.n_refs; i++)
		if (str_find(bytes, store_path_hash_part(info.refs[i])) >= 0)
			*out = context_union(E, *out,
					     context_of(E, CTX_PLAIN, info.refs[i], S("")));
	return 0;
}

static errint has_nul(struct eval *E, struct str s, bool *out)
{
	enum { PIECE = 16 << 20 };

	*out = false;
	for (; s.n && !*out; s = str_skip(s, MIN(s.n, (size_t)PIECE))) {
		TRY(eval_check_interrupt(E));
		*out = memchr(s.p, 0, MIN(s.n, (size_t)PIECE)) != NULL;
	}
	return 0;
}

BUILTIN(readFile)
{
	const struct context *ctx;
	struct str path, bytes;
	bool nul;

	TRY(realise_path(E, pos, args[0], REALISE_FOLLOW, &path));
	TRY(path_read(E, pos, path, &bytes));
	TRY(has_nul(E, bytes, &nul));
	if (nul)
		return eval_fail(
			E, 0,
			"the contents of the file '%.*s' cannot be represented as a Nix string",
			STR_ARG(path));
	TRY(file_context(E, pos, path, bytes, &ctx));
	*out = string_value(E, bytes, ctx);
	return 0;
}

static struct value type_value(unsigned mode)
{
	if (S_ISREG(mode))
		return v_str(S("regular"));
	if (S_ISDIR(mode))
		return v_str(S("directory"));
	return S_ISLNK(mode) ? v_str(S("symlink")) : v_str(S("unknown"));
}

/* Links on the way to a path are not followed for its type, and that is an error. */
static errint refuse_links(struct eval *E, pos_t pos, struct str path)
{
	for (size_t n = 1; n < path.n; n++) {
		struct str folder = str_n(path.p, n);
		unsigned mode;

		if (path.p[n] != '/')
			continue;
		TRY(path_look(E, pos, folder, &mode));
		if (S_ISLNK(mode))
			return eval_fail(E, 0, "path '%.*s' is a symlink", STR_ARG(folder));
	}
	return 0;
}

BUILTIN(readFileType)
{
	struct str path;
	unsigned mode;

	TRY(realise_path(E, pos, args[0], 0, &path));
	TRY(refuse_links(E, pos, path));
	TRY(path_lstat(E, pos, path, &mode));
	if (!mode)
		return path_absent(E, path);
	*out = type_value(mode);
	return 0;
}

BUILTIN(readDir)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	struct value *types;
	struct attrs *res;
	struct str path;
	unsigned mode;

	TRY(realise_path(E, pos, args[0], REALISE_FOLLOW, &path));
	TRY(path_lstat(E, pos, path, &mode));
	if (!mode)
		return path_absent(E, path);
	if (!S_ISDIR(mode))
		return eval_fail(E, 0, "'%.*s' is not a directory", STR_ARG(path));
	TRY(path_list(E, 0, path, &list));
	res = attrs_new(E, list.n);
	types = heap_alloc(E, list.n * sizeof(*types));
	for (size_t i = 0; i < list.n; i++) {
		types[i] = type_value(DTTOIF(list.v[i].type));
		attrs_push(res, sym_intern(E, str_c(list.v[i].name)), &types[i], 0);
	}
	*out = v_attrs(attrs_done(res));
	return 0;
}

BUILTIN(findFile)
{
	struct str name, path;

	TRY(want_list(E, args[0], 0,
		      "while evaluating the first argument passed to builtins.findFile"));
	TRY(want_string_plain(E, args[1], 0,
			      "while evaluating the second argument passed to builtins.findFile",
			      &name));
	TRY(find_file(E, pos, args[0], name, &path));
	*out = v_path(path);
	return 0;
}

/* ---- into the store ---- */

struct str attr_name_text(struct eval *E, sym_t sym)
{
	BUF(b, LIMIT_ERR_TEXT);

	eval_print_name(&b, sym_str(E, sym));
	return heap_str(E, buf_str(&b));
}

static bool may_be_in_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c && strchr("+-._?=", c));
}

const char *store_name_error(struct eval *E, struct str name)
{
	struct str first = name, rest, why = S("");
	ERR(err);

	if (!store_name_check(name, &err))
		return NULL;
	if (name.n == 0)
		return "name must not be empty";
	if (name.n > LIMIT_STORE_NAME)
		why = heap_printf(E, " must be no longer than %d characters", LIMIT_STORE_NAME);
	else if (str_cut(name, '-', &first, &rest) && (str_eqz(first, ".") || str_eqz(first, "..")))
		why = heap_printf(
			E, " is not valid: first dash-separated component must not be '%.*s'",
			STR_ARG(first));
	for (size_t i = 0; i < name.n && !why.n; i++)
		if (!may_be_in_name(name.p[i]))
			why = heap_printf(E, " contains illegal character '%c'", name.p[i]);
	if (!why.n)
		why = S(" is not valid");
	return heap_strz(E, heap_printf(E, "name '%.*s'%.*s", STR_ARG(name), STR_ARG(why)));
}

/* Where something may be written, a string must not refer to what is not there. */
errint check_store_path_valid(struct eval *E, pos_t pos, struct str path)
{
	ERR(err);
	struct store *store;
	bool valid;

	if (!E->opt.store || E->opt.read_only || store_readonly(E->opt.store))
		return 0;
	TRY(eval_store(E, pos, &store));
	input_object(E->opt.inputs, path);
	if (store_is_valid(store, path, &valid, &err))
		return eval_fail_err(E, 0, &err);
	return valid ? 0 : eval_fail(E, 0, "path '%.*s' is not valid", STR_ARG(path));
}

/* A string that is a store path, with itself as context; the path may be read from now on. */
struct value store_path_value(struct eval *E, struct str path)
{
	path_allow(E, path);
	return string_copy(E, path, context_of(E, CTX_PLAIN, path, S("")));
}

BUILTIN(storePath)
{
	const struct context *ctx = NULL;
	struct str path, top, rest;

	if (E->opt.pure)
		return eval_fail(E, 0,
				 "'builtins.storePath' is not allowed in pure evaluation mode");
	TRY(coerce_path(E, pos, args[0], &ctx,
			"while evaluating the first argument passed to 'builtins.storePath'",
			&path));
	/* A link in the store is meant itself; any other is meant to lead there. */
	if (!store_path_is(eval_store_dir(E), path))
		TRY(path_resolve(E, pos, path, true, &path));
	if (!store_path_split(eval_store_dir(E), path, &top, &rest))
		return eval_fail(E, 0, "path '%.*s' is not in the Nix store", STR_ARG(path));
	TRY(check_store_path_valid(E, pos, top));
	ctx = context_union(E, ctx, context_of(E, CTX_PLAIN, top, S("")));
	*out = string_value(E, path, ctx);
	return 0;
}

static errint refs_of(struct eval *E, const struct context_set *ctx, struct str name,
		      struct str *refs)
{
	for (uint32_t i = 0; i < ctx->n; i++) {
		BUF(b, LIMIT_PATH_TEXT);

		if (ctx->v[i]->kind == CTX_PLAIN) {
			refs[i] = ctx->v[i]->path;
			continue;
		}
		context_print(ctx->v[i], &b);
		return eval_fail(
			E, 0,
			"files created by builtins.toFile may not reference derivations, but "
			"%.*s references %s",
			STR_ARG(name), buf_z(&b));
	}
	return 0;
}

BUILTIN(toFile)
{
	struct str *refs CLEANUP_FREE = NULL;
	const struct context *sc = NULL;
	const struct context_set *ctx;
	struct str name, bytes, path;
	struct store *store;
	ARENA(mem);
	ERR(err);

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.toFile",
			      &name));
	TRY(want_string(E, args[1], 0,
			"while evaluating the second argument passed to builtins.toFile", &bytes,
			&sc));
	ctx = context_elems(E, sc);
	refs = xcalloc(ctx->n + 1, sizeof(*refs));
	TRY(refs_of(E, ctx, name, refs));
	qsort(refs, ctx->n, sizeof(*refs), str_cmp_qsort);
	TRY(eval_store(E, pos, &store));
	if (store_add_text(store, &mem, name, bytes, refs, ctx->n, &path, &err))
		return eval_fail_err(E, 0, &err);
	*out = store_path_value(E, path);
	return 0;
}

/* What is named with its hash and in the store already need not be read. */
static errint find_expected(struct eval *E, const struct add_path *how, struct str *out,
			    bool *there)
{
	*there = false;
	if (!how->expect)
		return 0;
	return fetch_pinned_path(E, how->name, how->recursive, how->expect, &E->perm, out, there);
}

/* Adds a path as builtins.path and filterSource do. */
static errint add_path(struct eval *E, pos_t pos, struct str path, const struct context *ctx,
		       const struct add_path *how, struct value *out)
{
	const struct context *sc = NULL;
	struct str added;
	bool there;

	if ((ctx && context_realise(E, pos, ctx)) || find_expected(E, how, &added, &there))
		return eval_frame(E, 0, "while adding path '%.*s'", STR_ARG(path));
	if (there) {
		*out = store_path_value(E, added);
		return 0;
	}
	if (add_path_to_store(E, pos, path, how, &sc, &added)) {
		if (how->expect && E->err.code == ERR_MISMATCH)
			eval_fail_code(E, 0, ERR_MISMATCH,
				       "store path mismatch in (possibly filtered) path added from "
				       "'%.*s'",
				       STR_ARG(path));
		return eval_frame(E, 0, "while adding path '%.*s'", STR_ARG(path));
	}
	*out = string_value(E, added, sc);
	return 0;
}

BUILTIN(filterSource)
{
	struct add_path how = {.recursive = true, .follow = true};
	const struct context *ctx = NULL;
	struct str path;

	TRY(coerce_path(E, pos, args[1], &ctx,
			"while evaluating the second argument (the path to filter) passed to "
			"'builtins.filterSource'",
			&path));
	TRY(want_function(E, args[0], 0,
			  "while evaluating the first argument passed to builtins.filterSource"));
	how.filter = args[0];
	how.name = path_store_name(E, path);
	return add_path(E, pos, path, ctx, &how, out);
}

/* What builtins.path was given. */
struct path_args {
	struct add_path how;
	struct str path;
	const struct context *ctx;
	struct hash expect;
};

static errint path_arg_hash(struct eval *E, const struct attr *a, struct path_args *p)
{
	struct str text;

	TRY(want_string_plain(E, a->v, a->pos,
			      "while evaluating the `sha256` attribute passed to builtins.path",
			      &text));
	TRY(hash_arg(E, text, HASH_SHA256, &p->expect));
	p->how.expect = &p->expect;
	return 0;
}

static errint path_arg(struct eval *E, const struct attr *a, struct path_args *p)
{
	switch (a->sym) {
	case SYM_path:
		return coerce_path(
			E, a->pos, a->v, &p->ctx,
			"while evaluating the 'path' attribute passed to 'builtins.path'",
			&p->path);
	case SYM_name:
		return want_string_plain(
			E, a->v, a->pos,
			"while evaluating the `name` attribute passed to builtins.path",
			&p->how.name);
	case SYM_filter:
		p->how.filter = a->v;
		return want_function(
			E, a->v, a->pos,
			"while evaluating the `filter` parameter passed to builtins.path");
	case SYM_recursive:
		return want_bool(
			E, a->v, a->pos,
			"while evaluating the `recursive` attribute passed to builtins.path",
			&p->how.recursive);
	case SYM_sha256:
		return path_arg_hash(E, a, p);
	default:
		return eval_fail(E, a->pos, "unsupported argument '%.*s' to 'builtins.path'",
				 STR_ARG(attr_name_text(E, a->sym)));
	}
}

BUILTIN(path)
{
	struct path_args p = {.how.recursive = true, .how.follow = true};
	struct attrs *given;

	TRY(want_attrs(E, args[0], 0, "while evaluating the argument passed to 'builtins.path'"));
	given = attrs_flat(E, args[0]->attrs);
	for (size_t i = 0; i < given->n; i++)
		TRY(path_arg(E, &given->v[i], &p));
	if (!p.path.p)
		return eval_fail(E, 0,
				 "missing required 'path' attribute in the first argument to "
				 "'builtins.path'");
	if (p.how.name.n == 0)
		p.how.name = path_store_name(E, p.path);
	return add_path(E, pos, p.path, p.ctx, &p.how, out);
}

const struct builtin_row builtins_path[] = {
	{"baseNameOf", 1, BUILTIN_GLOBAL, builtin_baseNameOf, "x", "What follows the last slash."},
	{"dirOf", 1, BUILTIN_GLOBAL, builtin_dirOf, "s", "What stands before the last slash."},
	{"toPath", 1, 0, builtin_toPath, "s", "An absolute path as a string; of little use."},
	{"pathExists", 1, 0, builtin_pathExists, "path", "Is there something at a path?"},
	{"readFile", 1, 0, builtin_readFile, "path", "The bytes of a file."},
	{"readFileType", 1, 0, builtin_readFileType, "p",
	 "\"regular\", \"directory\", \"symlink\" or \"unknown\"."},
	{"readDir", 1, 0, builtin_readDir, "path",
	 "A folder's entries, each with its type as readFileType has it."},
	{"findFile", 2, 0, builtin_findFile, "search-path lookup-path",
	 "What <lookup-path> means with a given search path."},
	{"storePath", 1, 0, builtin_storePath, "path",
	 "A path that is in the store already, as a string that refers to it."},
	{"toFile", 2, 0, builtin_toFile, "name s", "Writes s to the store; the path as a string."},
	{"filterSource", 2, 0, builtin_filterSource, "e1 e2",
	 "Copies the folder e2 to the store without what the function e1 (path: type:) refuses."},
	{"path", 1, 0, builtin_path, "args",
	 "Copies { path; name; filter; recursive; sha256; } to the store."},
	BUILTIN_END,
};
