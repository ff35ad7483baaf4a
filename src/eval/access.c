/* SPDX-License-Identifier: MIT
 *
 * What a program may look at: pure and restricted evaluation, and of a project in a git repository
 * what git tracks. This is the one place that decides;
 * path.c asks it before it touches the disk, fetchers before they fetch, and copying to the store
 * for every entry. What is not allowed looks as if it were not there, but for the names that lead
 * to something allowed; only whoever insists on reading it gets an error. */
#include "eval/path.h"

#include <stdlib.h>
#include <sys/stat.h>
#include "base/encoding.h"
#include "base/file.h"
#include "store/store.h"

static bool is_free(const struct eval *E)
{
	return LIKELY(!E->opt.pure && !E->opt.restricted);
}

/* The folder that holds path. */
static struct str above(struct str path)
{
	ptrdiff_t slash = str_rchr(path, '/');

	return str_n(path.p, slash > 0 ? (size_t)slash : 1);
}

void path_allow(struct eval *E, struct str path)
{
	static char mark;
	struct access *a = &E->paths->access;

	if (is_free(E) || path_map_get(&a->below, path))
		return;
	path = arena_str(&E->perm, path);
	path_map_put(&a->below, path, &mark);
	while (path.n > 1) {
		path = above(path);
		if (path_map_get(&a->on_the_way, path))
			return;
		path_map_put(&a->on_the_way, path, &mark);
	}
}

static bool is_allowed_below(const struct eval *E, struct str path)
{
	if (is_free(E) || path_is_below(path, S(INTERNAL_DIR)))
		return true;
	for (;; path = above(path)) {
		if (path_map_get(&E->paths->access.below, path))
			return true;
		if (path.n <= 1)
			return false;
	}
}

/* ---- what git tracks ---- */

/* The first of the tracked files that does not come before name/tail. */
static size_t lower_bound(const struct eval_tracked *t, struct str name, struct str tail)
{
	size_t lo = 0, hi = t->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		struct str file = t->files[mid];
		int order = str_cmp(str_sub(file, 0, name.n), name);

		if (order == 0)
			order = str_cmp(str_skip(file, MIN(name.n, file.n)), tail);
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* What is not the project's own: the store, the package set, what the search path names. */
static bool is_elsewhere(const struct eval *E, struct str path)
{
	if (path_is_below(path, eval_store_dir(E)) ||
	    (E->opt.set && path_is_below(path, str_c(E->opt.set))))
		return true;
	for (size_t i = 0; i < E->opt.n_search_path; i++) {
		struct str prefix, entry;

		search_path_split(str_c(E->opt.search_path[i]), &prefix, &entry);
		if (str_starts(entry, S("/")) && path_is_below(path, entry))
			return true;
	}
	return false;
}

/* A file that git tracks, a folder on the way to one, or nothing of that repository. */
static bool is_tracked(const struct eval *E, struct str path)
{
	const struct eval_tracked *t = E->opt.tracked;
	struct str name;
	size_t i;

	if (LIKELY(!t) || !path_is_below(path, t->top) || path.n <= t->top.n + 1)
		return true;
	name = str_skip(path, t->top.n > 1 ? t->top.n + 1 : 1);
	i = lower_bound(t, name, S(""));
	if (i < t->n && str_eq(t->files[i], name))
		return true;
	i = lower_bound(t, name, S("/"));
	if (i < t->n && str_starts(t->files[i], name) &&
	    str_starts(str_skip(t->files[i], name.n), S("/")))
		return true;
	return is_elsewhere(E, path);
}

/* May something below it be untracked? */
static bool holds_untracked(const struct eval *E, struct str path)
{
	const struct eval_tracked *t = E->opt.tracked;

	return UNLIKELY(t != NULL) && (path_is_below(t->top, path) ||
				       (path_is_below(path, t->top) && !is_elsewhere(E, path)));
}

/* Does another root lie below the path? */
static bool holds_elsewhere(const struct eval *E, struct str path)
{
	if (E->opt.set && path_is_below(str_c(E->opt.set), path))
		return true;
	for (size_t i = 0; i < E->opt.n_search_path; i++) {
		struct str prefix, entry;

		search_path_split(str_c(E->opt.search_path[i]), &prefix, &entry);
		if (path_is_below(entry, path))
			return true;
	}
	return path_is_below(eval_store_dir(E), path);
}

bool path_is_listed(const struct eval *E, struct str path)
{
	const struct eval_tracked *t = E->opt.tracked;

	return t && path_is_below(path, t->top) && is_allowed_below(E, path) &&
	       !is_elsewhere(E, path) && !holds_elsewhere(E, path);
}

bool path_allowed_below(const struct eval *E, struct str path)
{
	return is_allowed_below(E, path) && !holds_untracked(E, path);
}

bool path_allowed(const struct eval *E, struct str path)
{
	return (is_allowed_below(E, path) || path_map_get(&E->paths->access.on_the_way, path)) &&
	       is_tracked(E, path);
}

errint path_allow_closure(struct eval *E, struct str path, struct err *err)
{
	struct str_set closure;
	ARENA(a);
	errint rc;

	if (is_free(E))
		return 0;
	rc = store_closure(E->opt.store, &a, &path, 1, 0, &closure, err);
	for (size_t i = 0; rc == 0 && i < closure.n; i++)
		path_allow(E, closure.v[i]);
	return rc;
}

/* An entry of the search path, and what it needs when it is in the store. */
static void allow_entry(struct eval *E, struct str entry)
{
	char *full CLEANUP_FREE = NULL;
	struct str prefix, path, top;
	ERR(err);

	search_path_split(entry, &prefix, &path);
	if (path_absolute(path, &full, &err) < 0)
		return;
	path_allow(E, str_c(full));
	/* What is not valid has no closure; reading it is allowed or fails by itself. */
	if (E->opt.store && store_path_split(eval_store_dir(E), str_c(full), &top, NULL) &&
	    path_allow_closure(E, top, &err) < 0)
		err_clear(&err);
}

void access_init(struct eval *E)
{
	for (size_t i = 0; i < E->opt.n_allowed; i++)
		path_allow(E, path_canonical(E, str_c(E->opt.allowed[i])));
	for (size_t i = 0; !is_free(E) && i < E->opt.n_search_path; i++)
		allow_entry(E, str_c(E->opt.search_path[i]));
}

void access_release(struct access *a)
{
	path_map_release(&a->below);
	path_map_release(&a->on_the_way);
}

/* What is not there fails where it is read. */
ATTR_COLD static errint refuse_untracked(struct eval *E, struct str path)
{
	char *name CLEANUP_FREE = str_dupz(path);
	struct stat st;

	if (lstat(name, &st) < 0)
		return 0;
	eval_fail_code(E, 0, ERR_DENIED,
		       "path '%s' is not tracked by Git, so it is no part of the project", name);
	return eval_cure(E, "git add -N '%s'", name);
}

errint path_check(struct eval *E, pos_t pos, struct str path)
{
	if (path_allowed(E, path))
		return 0;
	if (!is_tracked(E, path))
		return refuse_untracked(E, path);
	return eval_fail_code(E, 0, ERR_DENIED,
			      E->opt.pure ? "access to absolute path '%.*s' is forbidden in pure "
					    "evaluation mode (use '--impure' to override)"
					  : "access to absolute path '%.*s' is forbidden in "
					    "restricted mode",
			      STR_ARG(path));
}

/* ---- URIs ---- */

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_alnum(char c)
{
	return is_alpha(c) || (c >= '0' && c <= '9');
}

/* "github:", which allows the whole scheme. */
static bool is_scheme(struct str s)
{
	if (s.n < 2 || s.p[s.n - 1] != ':' || !is_alpha(s.p[0]))
		return false;
	for (size_t i = 1; i + 1 < s.n; i++)
		if (!is_alnum(s.p[i]) && !strchr("+-.", s.p[i]))
			return false;
	return true;
}

/* The URI is a prefix, or below one: https://github.co does not allow https://github.com. */
static bool matches(struct str uri, struct str prefix)
{
	if (str_eq(uri, prefix))
		return true;
	return prefix.n && uri.n > prefix.n && str_starts(uri, prefix) &&
	       (prefix.p[prefix.n - 1] == '/' || uri.p[prefix.n] == '/' || is_scheme(prefix));
}

/* Of a path in a URI: pchar of RFC 3986, and slashes. An escape must not make a slash or a NUL. */
static bool decode_path(struct str s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c == '%') {
			if (!base16_decode(str_sub(s, i + 1, 2), &c, 1) || c == '/' || c == 0)
				return false;
			i += 2;
		} else if (!is_alnum((char)c) && !(c && strchr("-._~!$&'()*+,;=:@/", c))) {
			return false;
		}
		buf_putc(out, (char)c);
	}
	return true;
}

/* The path that a file: URI means. */
static bool file_path(struct eval *E, struct str uri, struct str *out)
{
	struct str rest = str_skip(uri, 5), path;
	BUF(b, LIMIT_SMALL_FILE);

	if (!str_starts(uri, S("file:")))
		return false;
	for (path = str_n(rest.p, 0); path.n < rest.n && !strchr("?#", rest.p[path.n]);)
		path.n++;
	if (str_starts(path, S("//"))) {
		path = str_skip(path, 2);
		if (path.n && path.p[0] != '/')
			return false;
	}
	buf_putc(&b, '/');
	if (!decode_path(path, &b) || b.over)
		return false;
	*out = path_canonical(E, heap_str(E, buf_str(&b)));
	return true;
}

errint uri_check(struct eval *E, pos_t pos, struct str uri)
{
	struct str path;

	if (!E->opt.restricted)
		return 0;
	for (size_t i = 0; i < E->opt.n_allowed_uris; i++)
		if (matches(uri, str_c(E->opt.allowed_uris[i])))
			return 0;
	if (str_starts(uri, S("/")))
		path = path_canonical(E, uri);
	else if (!file_path(E, uri, &path))
		return eval_fail_code(E, 0, ERR_DENIED,
				      "access to URI '%.*s' is forbidden in restricted mode",
				      STR_ARG(uri));
	if (path_check(E, pos, path) < 0)
		return eval_failed(E);
	/* Whoever fetches it follows links, so the place itself has to be allowed, too. */
	return path_resolve(E, pos, path, true, &path) < 0 ? eval_failed(E)
							   : path_check(E, pos, path);
}
