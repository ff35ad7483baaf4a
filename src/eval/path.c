/* SPDX-License-Identifier: MIT
 *
 * Paths: their algebra, where their bytes are, and looking at them. Everything that a program reads
 * comes through here: each function asks access.c whether it may, and notes what was seen. Paths of
 * programs are logical: those in a chroot store are elsewhere on the disk. */
#include "eval/error.h"
#include "eval/path.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "memo/inputs.h"
#include "store/store.h"

enum { MAX_LINKS = 1024 };

static const char fetchurl_nix[] =
#include "eval/fetchurl.inc"
	;

struct paths *paths_new(struct eval *E)
{
	E->paths = xcalloc(1, sizeof(*E->paths));
	access_init(E);
	return E->paths;
}

void paths_free(struct paths *p)
{
	if (!p)
		return;
	access_release(&p->access);
	path_map_release(&p->warned);
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

bool path_is_below(struct str path, struct str dir)
{
	if (dir.n == 1)
		return true;
	return str_starts(path, dir) && (path.n == dir.n || path.p[dir.n] == '/');
}

/* ---- the disk ---- */

errint path_real(struct eval *E, pos_t pos, struct str path, const char **out)
{
	char *real CLEANUP_FREE = NULL;

	if (path.n && memchr(path.p, '\0', path.n))
		return eval_fail(E, 0, "path '%.*s' contains a null byte", STR_ARG(path));
	if (!fetch_mounted(E, path, &path) && E->opt.store && *store_config(E->opt.store)->root &&
	    path_is_below(path, eval_store_dir(E))) {
		real = store_real_path(E->opt.store, path);
		path = str_c(real);
	}
	*out = heap_strz(E, path);
	return 0;
}

static bool is_internal(struct str path, struct str *rest)
{
	*rest = str_drop_prefix(path, S(INTERNAL_DIR));
	return path_is_below(path, S(INTERNAL_DIR));
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
	return eval_fail_err(E, 0, &err);
}

errint path_absent(struct eval *E, struct str path)
{
	eval_fail(E, 0, "path '%.*s' does not exist", STR_ARG(path));
	error_cure_path(E, path);
	return eval_failed(E);
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
		return path_absent(E, path);
	if (err.code)
		return eval_fail_err(E, 0, &err);
	input_file(E->opt.inputs, path, real, buf_str(b));
	return 0;
}

errint path_read(struct eval *E, pos_t pos, struct str path, struct str *out)
{
	BUF(b, LIMIT_NIX_STRING);
	char *text;

	if (read_into(E, pos, path, &b) < 0)
		return eval_failed(E);
	if (heap_check(E, b.n) < 0)
		return eval_failed(E);
	text = heap_alloc(E, b.n);
	if (eval_copy(E, text, b.p, b.n) < 0)
		return eval_failed(E);
	*out = str_n(text, b.n);
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

errint path_look(struct eval *E, pos_t pos, struct str path, unsigned *mode)
{
	*mode = 0;
	return path_allowed(E, path) ? path_lstat(E, pos, path, mode) : 0;
}

errint path_target(struct eval *E, pos_t pos, struct str path, struct str *out)
{
	char *target CLEANUP_FREE = NULL;
	const char *real;
	ERR(err);

	if (path_check(E, pos, path) < 0 || path_real(E, pos, path, &real) < 0)
		return eval_failed(E);
	if (read_link(AT_FDCWD, real, &target, &err) < 0)
		return eval_fail_err(E, 0, &err);
	input_link(E->opt.inputs, path, real, str_c(target));
	*out = heap_str(E, str_c(target));
	return 0;
}

/* A folder that is allowed for the sake of some entries shows these. */
static void hide_entries(struct eval *E, struct str path, struct dir_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct str entry = heap_printf(E, "%.*s/%s", path.n > 1 ? (int)path.n : 0, path.p,
					       l->v[i].name);

		if (path_allowed(E, entry))
			l->v[n++] = l->v[i];
		else
			free(l->v[i].name);
	}
	l->n = n;
}

errint path_list(struct eval *E, pos_t pos, struct str path, struct dir_list *out)
{
	const char *real;
	ERR(err);

	if (path_check(E, pos, path) < 0 || path_real(E, pos, path, &real) < 0)
		return eval_failed(E);
	if (dir_list(AT_FDCWD, real, out, &err) < 0)
		return eval_fail_err(E, 0, &err);
	input_folder(E->opt.inputs, path, real, out);
	if (!path_allowed_below(E, path))
		hide_entries(E, path, out);
	return 0;
}

/* ---- symlinks ---- */

/* Takes the first component off; false when there is none left. */
static bool next_part(struct str *rest, struct str *part)
{
	while (str_split(rest, '/', part))
		if (part->n)
			return true;
	return false;
}

static bool has_part(struct str rest)
{
	struct str part;

	return rest.p && next_part(&rest, &part);
}

/* done/part; most often they stand in one string already. */
static struct str append(struct eval *E, struct str done, struct str part)
{
	if (part.p == done.p + done.n + 1 && done.p[done.n] == '/')
		return str_n(done.p, done.n + 1 + part.n);
	return heap_printf(E, "%.*s/%.*s", STR_ARG(done), STR_ARG(part));
}

/* A walk from the root. `done` has no links; `..` in a link's target is one up from there. */
struct path_walk {
	struct str done, rest;
	bool gone; /* nothing is at done, so nothing below it */
	unsigned links;
};

static errint follow(struct eval *E, pos_t pos, struct path_walk *w, struct str link)
{
	struct str target;

	if (eval_check_interrupt(E) < 0 || path_target(E, pos, link, &target) < 0)
		return eval_failed(E);
	/* Links that lead to themselves by a long way make a longer one each time. */
	if (target.n + w->rest.n > 64 * LIMIT_PATH_TEXT)
		return eval_fail(E, pos, "infinite symlink recursion in path '%.*s'",
				 STR_ARG(link));
	w->links++;
	if (target.n && target.p[0] == '/')
		w->done = S("");
	w->rest =
		w->rest.p ? heap_printf(E, "%.*s/%.*s", STR_ARG(target), STR_ARG(w->rest)) : target;
	return 0;
}

/* How much of a path needs no look: up to the last folder that was found to be plain before. */
static size_t known_plain(struct eval *E, struct str path)
{
	struct str dir = path_dir(path);

	while (dir.n > 1 && !path_map_get(&E->paths->plain, dir))
		dir = path_dir(dir);
	return dir.n > 1 ? dir.n : 0;
}

/* Every folder above it is a plain one, so it is, too, for as long as this evaluation lasts. */
static void note_plain(struct eval *E, struct str path)
{
	if (!path_map_get(&E->paths->plain, path))
		path_map_put(&E->paths->plain, arena_str(&E->perm, path), E->paths);
}

errint path_resolve(struct eval *E, pos_t pos, struct str path, bool last, struct str *out)
{
	struct str whole = path_canonical(E, path), part, at;
	size_t plain = known_plain(E, whole);
	struct path_walk w = {.done = str_n(whole.p, plain), .rest = str_skip(whole, plain)};

	while (w.rest.p && next_part(&w.rest, &part)) {
		unsigned mode = 0;

		if (str_eq(part, S(".")))
			continue;
		if (str_eq(part, S(".."))) {
			w.done = w.done.n ? str_n(w.done.p, (size_t)str_rchr(w.done, '/')) : w.done;
			w.gone = false;
			continue;
		}
		at = append(E, w.done, part);
		if (!w.gone && (last || has_part(w.rest)) && path_look(E, pos, at, &mode) < 0)
			return eval_failed(E);
		if (S_ISLNK(mode)) {
			if (w.links == MAX_LINKS)
				return eval_fail(E, 0, "infinite symlink recursion in path '%.*s'",
						 STR_ARG(path));
			if (follow(E, pos, &w, at) < 0)
				return eval_failed(E);
			continue;
		}
		if (S_ISDIR(mode))
			note_plain(E, at);
		w.gone |= !mode;
		w.done = at;
	}
	*out = w.done.n ? w.done : S("/");
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
	if (flags & (REALISE_FOLLOW | REALISE_PARENT))
		return path_resolve(E, pos, path, flags & REALISE_FOLLOW, out);
	*out = path;
	return 0;
}
