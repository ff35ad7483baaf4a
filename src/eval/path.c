/* SPDX-License-Identifier: MIT
 *
 * Paths: their algebra, where their bytes are, and whether they may be read. path_check() is the
 * one place that knows of pure and restricted evaluation; everything that reads a file comes
 * through it. Paths of programs are logical: those in a chroot store are elsewhere on the disk. */
#include "eval/path.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "eval/inputs.h"
#include "store/store.h"

enum { MAX_LINKS = 64 };

static const char fetchurl_nix[] =
#include "eval/fetchurl.inc"
	;

struct paths *paths_new(struct eval *E)
{
	struct paths *p = xcalloc(1, sizeof(*p));

	E->paths = p;
	path_allow(E, S(INTERNAL_DIR));
	for (size_t i = 0; i < E->opt.n_allowed; i++)
		path_allow(E, path_canonical(E, str_c(E->opt.allowed[i])));
	for (size_t i = 0; E->opt.restricted && i < E->opt.n_search_path; i++) {
		struct str prefix, path;

		search_path_split(str_c(E->opt.search_path[i]), &prefix, &path);
		if (path.n && path.p[0] == '/')
			path_allow(E, path_canonical(E, path));
	}
	return p;
}

void paths_free(struct paths *p)
{
	if (!p)
		return;
	free(p->allowed);
	path_map_release(&p->files);
	path_map_release(&p->imports);
	path_map_release(&p->plain);
	path_map_release(&p->copies);
	free(p);
}

/* Writes a canonical copy: no empty, `.` or `..` components, no slash at the end. */
struct str path_canonical(struct eval *E, struct str path)
{
	char *out, *w;
	struct str rest = path, part;

	if (str_find(path, S("//")) < 0 && str_find(path, S("/.")) < 0 &&
	    (path.n == 1 || (path.n > 1 && path.p[path.n - 1] != '/')) && path.p[0] == '/')
		return path;
	out = w = heap_alloc(E, path.n + 1);
	while (str_split(&rest, '/', &part)) {
		if (part.n == 0 || str_eq(part, S(".")))
			continue;
		if (str_eq(part, S(".."))) {
			while (w > out && *--w != '/')
				;
			continue;
		}
		*w++ = '/';
		memcpy(w, part.p, part.n);
		w += part.n;
	}
	if (w == out)
		*w++ = '/';
	return str_n(out, (size_t)(w - out));
}

/* ---- access ---- */

static bool is_below(struct str path, struct str dir)
{
	if (dir.n == 1)
		return true;
	return str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/');
}

void path_allow(struct eval *E, struct str path)
{
	struct paths *p = E->paths;

	for (size_t i = 0; i < p->n_allowed; i++)
		if (is_below(path, p->allowed[i]))
			return;
	ARRAY_GROW(p->allowed, p->n_allowed, p->cap_allowed);
	p->allowed[p->n_allowed++] = arena_str(&E->perm, path);
}

errint path_check(struct eval *E, pos_t pos, struct str path)
{
	if (LIKELY(!E->opt.pure && !E->opt.restricted))
		return 0;
	for (size_t i = 0; i < E->paths->n_allowed; i++) {
		struct str a = E->paths->allowed[i];

		/* The folders on the way to what is allowed may be looked at. */
		if (is_below(path, a) || is_below(a, path))
			return 0;
	}
	if (E->opt.pure)
		return eval_fail_code(E, pos, ERR_DENIED,
				      "access to absolute path '%.*s' is forbidden in pure "
				      "evaluation mode (use '--impure' to override)",
				      STR_ARG(path));
	return eval_fail_code(E, pos, ERR_DENIED,
			      "access to absolute path '%.*s' is forbidden in restricted mode",
			      STR_ARG(path));
}

errint uri_check(struct eval *E, pos_t pos, struct str uri)
{
	if (!E->opt.restricted)
		return 0;
	for (size_t i = 0; i < E->opt.n_allowed_uris; i++) {
		struct str a = str_c(E->opt.allowed_uris[i]);

		if (a.n == 0 || !str_starts(uri, a))
			continue;
		if (uri.n == a.n || a.p[a.n - 1] == '/' || uri.p[a.n] == '/' || a.p[a.n - 1] == ':')
			return 0;
	}
	if (uri.n && uri.p[0] == '/')
		return path_check(E, pos, uri);
	if (str_starts(uri, S("file:///")))
		return path_check(E, pos, path_canonical(E, str_skip(uri, 7)));
	return eval_fail_code(E, pos, ERR_DENIED,
			      "access to URI '%.*s' is forbidden in restricted mode", STR_ARG(uri));
}

/* ---- the disk ---- */

errint path_real(struct eval *E, pos_t pos, struct str path, const char **out)
{
	CLEANUP_FREE char *real = NULL;

	if (path.n && memchr(path.p, '\0', path.n))
		return eval_fail(E, pos, "path '%.*s' contains a null byte", STR_ARG(path));
	if (!fetch_mounted(E, path, &path) && E->opt.store && *store_config(E->opt.store)->root &&
	    is_below(path, eval_store_dir(E))) {
		real = store_real_path(E->opt.store, path);
		path = str_c(real);
	}
	*out = heap_strz(E, path);
	return 0;
}

static bool is_internal(struct str path, struct str *rest)
{
	*rest = str_drop_prefix(path, S(INTERNAL_DIR));
	return is_below(path, S(INTERNAL_DIR));
}

errint path_lstat(struct eval *E, pos_t pos, struct str path, unsigned *mode)
{
	const char *real;
	struct str rest;
	struct stat st;

	if (path_check(E, pos, path) < 0)
		return eval_failed(E);
	*mode = 0;
	if (UNLIKELY(is_internal(path, &rest))) {
		if (str_eq(rest, S("/fetchurl.nix")))
			*mode = S_IFREG | 0444;
		return 0;
	}
	if (path_real(E, pos, path, &real) < 0)
		return eval_failed(E);
	if (lstat(real, &st) == 0) {
		*mode = st.st_mode;
		input_type(E->opt.inputs, path, real, st.st_mode & S_IFMT);
		return 0;
	}
	if (errno == ENOENT || errno == ENOTDIR) {
		input_type(E->opt.inputs, path, real, TYPE_NOTHING);
		return 0;
	}
	ERR(err);
	err_sys(&err, "getting status of '%s'", real);
	input_type(E->opt.inputs, path, real, TYPE_UNREADABLE);
	return eval_fail_err(E, pos, &err);
}

static errint read_into(struct eval *E, pos_t pos, struct str path, struct buf *b)
{
	const char *real;
	struct str rest;
	ERR(err);

	if (path_check(E, pos, path) < 0)
		return eval_failed(E);
	if (UNLIKELY(is_internal(path, &rest)) && str_eq(rest, S("/fetchurl.nix"))) {
		buf_putz(b, fetchurl_nix);
		return 0;
	}
	if (path_real(E, pos, path, &real) < 0)
		return eval_failed(E);
	if (file_read(AT_FDCWD, real, b, &err) == ERR_NOT_FOUND)
		return eval_fail(E, pos, "path '%.*s' does not exist", STR_ARG(path));
	if (err.code)
		return eval_fail_err(E, pos, &err);
	input_file(E->opt.inputs, path, real, buf_str(b));
	return 0;
}

errint path_read(struct eval *E, pos_t pos, struct str path, struct str *out)
{
	BUF(b, LIMIT_NIX_STRING);

	if (read_into(E, pos, path, &b) < 0)
		return eval_failed(E);
	if (heap_check(E, b.n) < 0)
		return eval_failed(E);
	*out = heap_str(E, buf_str(&b));
	return 0;
}

errint path_read_perm(struct eval *E, pos_t pos, struct str path, struct str *out)
{
	BUF(b, LIMIT_NIX_STRING);

	if (read_into(E, pos, path, &b) < 0)
		return eval_failed(E);
	*out = arena_str(&E->perm, buf_str(&b));
	return 0;
}

errint path_target(struct eval *E, pos_t pos, struct str path, struct str *out)
{
	CLEANUP_FREE char *target = NULL;
	const char *real;
	ERR(err);

	if (path_real(E, pos, path, &real) < 0)
		return eval_failed(E);
	if (read_link(AT_FDCWD, real, &target, &err) < 0)
		return eval_fail_err(E, pos, &err);
	input_link(E->opt.inputs, path, real, str_c(target));
	*out = heap_str(E, str_c(target));
	return 0;
}

/* The target of the link at `at`, resolved against its folder, with what came behind it. */
static errint follow(struct eval *E, pos_t pos, struct str at, struct str rest, struct str *out)
{
	struct str target;

	if (path_target(E, pos, at, &target) < 0)
		return eval_failed(E);
	if (target.p[0] == '/')
		target = heap_printf(E, "%.*s/%.*s", STR_ARG(target), STR_ARG(rest));
	else
		target = heap_printf(E, "%.*s/%.*s/%.*s", STR_ARG(path_dir(at)), STR_ARG(target),
				     STR_ARG(rest));
	*out = path_canonical(E, target);
	return 0;
}

/* Where to begin to look for links: behind the last folder that was found to be plain before. */
static size_t known_plain(struct eval *E, struct str path)
{
	struct str dir = path_dir(path);

	while (dir.n > 1 && !path_map_get(&E->paths->plain, dir))
		dir = path_dir(dir);
	return dir.n > 1 ? dir.n + 1 : 1;
}

/* Every folder above it is a plain one, so it is, too, for as long as this evaluation lasts. */
static void note_plain(struct eval *E, struct str path)
{
	if (path.n > 1 && !path_map_get(&E->paths->plain, path))
		path_map_put(&E->paths->plain, arena_str(&E->perm, path), E->paths);
}

errint path_resolve(struct eval *E, pos_t pos, struct str path, bool last, struct str *out)
{
	unsigned links = 0;
	size_t i;

	path = path_canonical(E, path);
	i = known_plain(E, path);
	while (i < path.n) {
		size_t end = i;
		struct str at;
		unsigned mode;

		while (end < path.n && path.p[end] != '/')
			end++;
		if (end == path.n && !last)
			break;
		at = str_n(path.p, end);
		if (path_lstat(E, pos, at, &mode) < 0)
			return eval_failed(E);
		if (!mode)
			break;
		i = end + 1;
		if (S_ISDIR(mode))
			note_plain(E, at);
		if (!S_ISLNK(mode))
			continue;
		if (++links > MAX_LINKS)
			return eval_fail(E, pos, "infinite symlink recursion in path '%.*s'",
					 STR_ARG(path));
		if (follow(E, pos, at, str_skip(path, end + 1), &path) < 0)
			return eval_failed(E);
		i = known_plain(E, path);
	}
	*out = path;
	return 0;
}

errint realise_path(struct eval *E, pos_t pos, struct value *v, unsigned flags, struct str *out)
{
	const struct context *sc = NULL;
	struct str path;

	if (coerce_path(E, pos, v, &sc, "while realising the context of a path", &path) < 0)
		return eval_failed(E);
	if (sc && context_realise(E, pos, sc) < 0) {
		eval_frame(E, pos, "while realising the context of path '%.*s'", STR_ARG(path));
		return eval_failed(E);
	}
	if (path_check(E, pos, path) < 0)
		return eval_failed(E);
	if (flags & (REALISE_FOLLOW | REALISE_PARENT))
		return path_resolve(E, pos, path, flags & REALISE_FOLLOW, out);
	*out = path;
	return 0;
}
