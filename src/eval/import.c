/* SPDX-License-Identifier: MIT
 *
 * import: a file's value, evaluated once. The box of a file's value is in the table before it is
 * evaluated, so that a cycle of imports is found as infinite recursion. */
#include "eval/eval_run.h"
#include "eval/path.h"

#include <sys/stat.h>

enum { MAX_FOLLOWED = 1024 };

/* The file that a path means. Links of the file itself are followed, so that relative paths in it
 * start where it is; those of the folders above are not. A folder stands for its default.nix. */
static errint resolve_file(struct eval *E, pos_t pos, struct str path, struct str *out)
{
	struct str at, target;
	unsigned mode;

	path = path_canonical(E, path);
	for (unsigned n = 0;; n++) {
		if (path_resolve(E, pos, path, false, &at) < 0 || path_lstat(E, pos, at, &mode) < 0)
			return eval_failed(E);
		if (!S_ISLNK(mode))
			break;
		if (n == MAX_FOLLOWED)
			return eval_fail(E, pos,
					 "too many symbolic links encountered while traversing the "
					 "path '%.*s'",
					 STR_ARG(path));
		if (path_target(E, pos, at, &target) < 0)
			return eval_failed(E);
		if (target.p[0] != '/')
			target = heap_printf(E, "%.*s/%.*s", STR_ARG(path_dir(path)),
					     STR_ARG(target));
		path = path_canonical(E, target);
	}
	if (S_ISDIR(mode))
		path = heap_printf(E, "%.*s/default.nix", STR_ARG(path));
	*out = path;
	return 0;
}

/* On trial it may have another one. */
static void trial_text(struct eval *E, struct str path, struct str *text)
{
	const struct eval_trial *t = E->opt.trial;

	for (size_t i = 0; t && i < t->n_files; i++)
		if (str_eq(t->files[i].file, path))
			*text = t->files[i].text;
}

static errint parse_file(struct eval *E, pos_t pos, struct str path,
			 const struct static_scope *scope, struct expr **out)
{
	struct str text, real;
	uint32_t source;

	if (path_resolve(E, pos, path, true, &real) < 0 || path_read_perm(E, pos, real, &text) < 0)
		return eval_failed(E);
	if (text.n > LIMIT_NIX_SOURCE)
		return eval_fail(E, pos, "file '%.*s' is bigger than %u bytes", STR_ARG(path),
				 LIMIT_NIX_SOURCE);
	trial_text(E, path, &text);
	/* Positions and errors show the text long after: it stays. */
	source = source_add(E, arena_str(&E->perm, path), NULL, text);
	return parse(E, source, text, path_dir(path), scope, out);
}

/* The table's box for a file: a thunk of its expression, made when the file is first seen. */
static errint file_box(struct eval *E, pos_t pos, struct str path, struct value **out)
{
	struct value *box = path_map_get(&E->paths->files, path);
	struct expr *e;

	if (!box) {
		if (parse_file(E, pos, path, NULL, &e) < 0)
			return eval_failed(E);
		box = ARENA_NEW(&E->perm, struct value);
		box->head = V_THUNK | (uint64_t)(uintptr_t)e << 8;
		box->env = NULL;
		path_map_put(&E->paths->files, arena_str(&E->perm, path), box);
		E->paths->n_files++;
	}
	*out = box;
	return 0;
}

/* What import was given stands for: a file, and its box. */
struct imported {
	struct str path;
	struct value *box;
};

/* Each path is looked for once. */
static struct imported *find_imported(struct eval *E, pos_t pos, struct str path)
{
	struct str given = path_canonical(E, path);
	struct imported *i = path_map_get(&E->paths->imports, given), found;

	if (i)
		return i;
	if (resolve_file(E, pos, given, &found.path) < 0 ||
	    file_box(E, pos, found.path, &found.box) < 0)
		return NULL;
	found.path = arena_str(&E->perm, found.path);
	i = ARENA_NEW(&E->perm, struct imported);
	*i = found;
	path_map_put(&E->paths->imports, arena_str(&E->perm, given), i);
	return i;
}

errint import_box(struct eval *E, pos_t pos, struct str path, struct value **out)
{
	const struct imported *i = find_imported(E, pos, path);
	struct value *box;

	if (!i)
		return eval_failed(E);
	path = i->path;
	*out = box = i->box;
	if (force(E, box, pos) == 0)
		return 0;
	/* The program itself is no import. */
	return pos ? eval_frame(E, 0, "while evaluating the file '%.*s':", STR_ARG(path))
		   : eval_failed(E);
}

errint import_file(struct eval *E, pos_t pos, struct str path, struct value *out)
{
	struct value *box;

	if (import_box(E, pos, path, &box) < 0)
		return eval_failed(E);
	*out = *box;
	return 0;
}

errint eval_parsed_in(struct eval *E, const struct expr *e, struct attrs *scope, struct value *out)
{
	struct env *env = NULL;
	struct value r;

	if (scope) {
		env = env_new(E, NULL, scope->n);
		for (uint32_t i = 0; i < scope->n; i++)
			env->v[i] = scope->v[i].v;
	}
	r = eval_expr(E, env, e);
	if (failed(r))
		return eval_failed(E);
	*out = r;
	return 0;
}

struct static_scope scope_names(struct eval *E, const struct attrs *scope)
{
	struct static_scope s = {scope->n, heap_alloc(E, scope->n * sizeof(sym_t))};

	for (uint32_t i = 0; i < scope->n; i++)
		s.names[i] = scope->v[i].sym;
	return s;
}

errint import_scoped(struct eval *E, pos_t pos, struct str path, struct attrs *scope,
		     struct value *out)
{
	struct static_scope names;
	struct expr *e;

	scope = attrs_flat(E, scope);
	names = scope_names(E, scope);
	if (resolve_file(E, pos, path, &path) < 0 || parse_file(E, pos, path, &names, &e) < 0)
		return eval_failed(E);
	return eval_parsed_in(E, e, scope, out);
}

errint eval_text(struct eval *E, struct str text, struct str dir, const char *name,
		 struct value *out)
{
	struct expr *e;
	uint32_t source;

	if (text.n > LIMIT_NIX_SOURCE)
		return eval_fail(E, 0, "expression is bigger than %u bytes", LIMIT_NIX_SOURCE);
	text = arena_str(&E->perm, text);
	source = source_add(E, S(""), name, text);
	if (parse(E, source, text, dir, NULL, &e) < 0)
		return eval_failed(E);
	return eval_parsed_in(E, e, NULL, out);
}

errint parse_print_file(struct eval *E, struct str path, struct buf *b)
{
	struct str text, real;
	uint32_t source;

	if (resolve_file(E, 0, path, &path) < 0 || path_resolve(E, 0, path, true, &real) < 0 ||
	    path_read_perm(E, 0, real, &text) < 0)
		return eval_failed(E);
	source = source_add(E, arena_str(&E->perm, path), NULL, text);
	return parse_print(E, source, text, path_dir(path), b);
}
