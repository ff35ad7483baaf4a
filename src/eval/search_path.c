/* SPDX-License-Identifier: MIT
 *
 * The search path: <name> and builtins.findFile. An entry is `prefix=path` or `path`; a URL stands
 * for the tarball behind it. */
#include "eval/path.h"
#include "eval/eval_run.h"

#include "base/file.h"
#include "base/report.h"
#include "base/url.h"
#include "eval/base_env.h"

void search_path_split(struct str entry, struct str *prefix, struct str *path)
{
	if (!str_cut(entry, '=', prefix, path)) {
		*prefix = S("");
		*path = entry;
	}
}

errint search_path_value(struct eval *E, struct value *out)
{
	size_t n = E->opt.n_search_path;
	struct value **v = list_alloc(E, n);

	for (size_t i = 0; i < n; i++) {
		struct attrs *a = attrs_new(E, 2);
		struct str prefix, path;

		search_path_split(str_c(E->opt.search_path[i]), &prefix, &path);
		attrs_push(a, SYM_path, value_box(E, v_str(path)), 0);
		attrs_push(a, SYM_prefix, value_box(E, v_str(prefix)), 0);
		v[i] = value_box(E, v_attrs(attrs_done(a)));
	}
	*out = v_list(v, n);
	return 0;
}

/* What of the name lies below the prefix; false when it does not match. */
static bool suffix_of(struct str name, struct str prefix, struct str *out)
{
	if (prefix.n == 0) {
		*out = name;
		return true;
	}
	if (!str_starts(name, prefix) || (name.n > prefix.n && name.p[prefix.n] != '/'))
		return false;
	*out = str_skip(name, prefix.n + 1);
	return true;
}

/* Told once. */
static void warn_ignored(struct eval *E, struct str entry, const char *why)
{
	static char mark;

	if (path_map_get(&E->paths->warned, entry))
		return;
	path_map_put(&E->paths->warned, arena_str(&E->perm, entry), &mark);
	eval_tell(E, REPORT_WARN, "Nix search path entry '%.*s' %s, ignoring", STR_ARG(entry), why);
}

/* The folder that a URL's tarball was unpacked to; empty when it cannot be had. */
static errint fetch(struct eval *E, pos_t pos, struct str url, struct str *out)
{
	struct value *fn = base_env_find(E, sym_intern(E, S("fetchTarball"))), r;
	struct str entry = url, name = str_drop_prefix(url, S("channel:"));

	*out = S("");
	if (path_map_get(&E->paths->warned, entry))
		return 0;
	if (name.n != url.n)
		url = heap_printf(E, "https://channels.nixos.org/%.*s/nixexprs.tar.xz",
				  STR_ARG(name));
	if (!fn)
		return eval_fail(E, pos, "search path entry '%.*s' cannot be fetched",
				 STR_ARG(url));
	if (call1(E, pos, fn, value_box(E, v_str(url)), &r) == 0) {
		*out = value_str(&r);
		return 0;
	}
	if (E->err.code != ERR_NETWORK && E->err.code != ERR_NOT_FOUND)
		return eval_failed(E);
	eval_forget(E);
	warn_ignored(E, entry, "cannot be downloaded");
	return 0;
}

/* The source tree of a flake, as of now; nothing in it is evaluated. */
static errint fetch_flake(struct eval *E, pos_t pos, struct str ref, struct str *out)
{
	struct value *parse = base_env_find(E, sym_intern(E, S("__parseFlakeRef")));
	struct value *fetch_tree = base_env_find(E, sym_intern(E, S("fetchTree")));
	struct value parts, tree;
	struct attr *path;

	if (call1(E, pos, parse, value_box(E, v_str(ref)), &parts) < 0 ||
	    call1(E, pos, fetch_tree, value_box(E, parts), &tree) < 0 ||
	    want_attr(E, tree.attrs, SYM_outPath, pos, "in a fetched tree", &path) < 0 ||
	    force(E, path->v, pos) < 0)
		return eval_failed(E);
	*out = value_str(path->v);
	return 0;
}

/* The path that an entry means; empty when there is nothing. */
static errint entry_path(struct eval *E, pos_t pos, struct str entry, struct str *out)
{
	char *full CLEANUP_FREE = NULL;
	struct str end;
	unsigned mode;
	ERR(err);

	if (url_is_pseudo(entry))
		return fetch(E, pos, entry, out);
	if (str_starts(entry, S("flake:")))
		return fetch_flake(E, pos, str_skip(entry, 6), out);
	if (path_absolute(entry, &full, &err) < 0)
		return eval_fail_err(E, 0, &err);
	*out = heap_str(E, str_c(full));
	if (path_resolve(E, pos, *out, true, &end) < 0 || path_look(E, pos, end, &mode) < 0)
		return eval_failed(E);
	if (mode)
		return 0;
	if (path_check(E, pos, *out) < 0)
		return eval_failed(E);
	warn_ignored(E, entry, "does not exist");
	*out = S("");
	return 0;
}

static errint try_entry(struct eval *E, pos_t pos, struct str prefix, struct str path,
			struct str name, struct str *out)
{
	struct str suffix, base, full;
	unsigned mode;

	*out = S("");
	if (!suffix_of(name, prefix, &suffix))
		return 0;
	if (entry_path(E, pos, path, &base) < 0)
		return eval_failed(E);
	if (base.n == 0)
		return 0;
	/* It is a path from the entry on, whatever `..` it has. */
	suffix = path_canonical(E, heap_printf(E, "/%.*s", STR_ARG(suffix)));
	full = suffix.n > 1 ? heap_printf(E, "%.*s%.*s", STR_ARG(base), STR_ARG(suffix)) : base;
	if (path_resolve(E, pos, full, true, &full) < 0 || path_look(E, pos, full, &mode) < 0)
		return eval_failed(E);
	if (mode)
		*out = full;
	else if (path_check(E, pos, full) < 0)
		return eval_failed(E);
	return 0;
}

static errint read_entry(struct eval *E, pos_t pos, struct value *v, struct str *prefix,
			 struct str *path)
{
	const struct context *sc = NULL;
	struct attr *a;

	*prefix = S("");
	if (want_attrs(E, v, pos,
		       "while evaluating an element of the list passed to builtins.findFile") < 0)
		return eval_failed(E);
	if (attrs_get(v->attrs, SYM_prefix) &&
	    want_string_plain(E, attrs_get(v->attrs, SYM_prefix)->v, pos,
			      "while evaluating the `prefix` attribute of an element of the list "
			      "passed to builtins.findFile",
			      prefix) < 0)
		return eval_failed(E);
	if (want_attr(E, v->attrs, SYM_path, 0, "in an element of the __nixPath", &a) < 0 ||
	    coerce_string(E, pos, a->v, 0, &sc,
			  "while evaluating the `path` attribute of an element of the list passed "
			  "to builtins.findFile",
			  path) < 0)
		return eval_failed(E);
	return sc ? context_realise(E, pos, sc) : 0;
}

errint find_file(struct eval *E, pos_t pos, struct value *search_path, struct str name,
		 struct str *out)
{
	struct entry {
		struct str prefix, path;
	} *entries CLEANUP_FREE = xcalloc(search_path->n + 1, sizeof(*entries));

	/* All are read before any is looked at, as Nix does: a bad one behind the find is told. */
	for (uint32_t i = 0; i < search_path->n; i++)
		if (read_entry(E, pos, list_elems(search_path)[i], &entries[i].prefix,
			       &entries[i].path) < 0)
			return eval_failed(E);
	for (uint32_t i = 0; i < search_path->n; i++) {
		if (try_entry(E, pos, entries[i].prefix, entries[i].path, name, out) < 0)
			return eval_failed(E);
		if (out->n)
			return 0;
	}
	if (str_starts(name, S("nix/"))) {
		name = path_canonical(E, str_skip(name, 3));
		*out = heap_printf(E, INTERNAL_DIR "%.*s", STR_ARG(name));
		return 0;
	}
	if (E->opt.pure)
		return eval_fail_code(E, pos, ERR_THROWN,
				      "cannot look up '<%.*s>' in pure evaluation mode (use "
				      "'--impure' to override)",
				      STR_ARG(name));
	return eval_fail_code(E, pos, ERR_THROWN,
			      "file '%.*s' was not found in the Nix search path (add it using "
			      "$NIX_PATH or -I)",
			      STR_ARG(name));
}
