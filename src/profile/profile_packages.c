/* SPDX-License-Identifier: MIT
 *
 * Which packages a profile is made of, and which of them are interpreters. */
#include "profile/profile_int.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "store/derivation.h"
#include "store/store_path.h"

const char *profile_owner(struct profile *p, const struct profile_part *k)
{
	const struct profile_part *top = k;

	while (top->by)
		top = top->by;
	return arena_printf(&p->a, top == k ? "'%.*s'" : "what '%.*s' needs", STR_ARG(top->id));
}

static errint add(struct profile *p, struct str path, struct str id, unsigned priority,
		  const struct profile_part *by, struct err *err)
{
	struct profile_part *k;

	if (path_map_get(&p->by_path, path))
		return 0;
	if (p->n >= PROFILE_PACKAGES_MAX)
		return err_set(err, ERR_TOO_BIG, "more than %d packages", PROFILE_PACKAGES_MAX);
	k = ARENA_NEW(&p->a, struct profile_part);
	*k = (struct profile_part){
		.path = arena_str(&p->a, path),
		.id = arena_str(&p->a, id),
		.priority = priority,
		.by = by,
		.order = p->n,
	};
	ARRAY_GROW(p->v, p->n, p->cap);
	p->v[p->n++] = k;
	path_map_put(&p->by_path, k->path, k);
	return 0;
}

static errint read_line(struct profile *p, struct str line, struct err *err)
{
	struct str number, rest, path, id;
	uint64_t priority;

	if (!str_cut(line, ' ', &number, &rest) || !str_cut(rest, ' ', &path, &id) ||
	    !str_to_u64(number, &priority) || priority >= PROFILE_DEPENDENCY ||
	    !store_path_is(p->ctx->store_dir, path))
		return err_set(err, ERR_BUILD,
			       "the attribute 'packages' has a line that is none: "
			       "'%.*s'",
			       STR_ARG(line));
	return add(p, path, id, (unsigned)priority, NULL, err);
}

static int by_priority(const void *a, const void *b)
{
	const struct profile_part *x = *(struct profile_part *const *)a,
				  *y = *(struct profile_part *const *)b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* ---- what they want to be seen with ---- */

/* The words of a file that is there, each a store path. */
static errint each_word(struct profile *p, const struct profile_part *k, const char *name,
			errint (*fn)(struct profile *p, const struct profile_part *k,
				     struct str path, struct err *err),
			struct err *err)
{
	const char *file = arena_printf(&p->a, "%.*s/nix-support/%s", STR_ARG(k->path), name);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(none);
	struct str rest, line, word;
	errint rc = 0;

	if (access(file, F_OK))
		return 0;
	if (file_read(AT_FDCWD, file, &text, &none))
		return err_move(err, &none);
	rest = buf_str(&text);
	while (!rc && str_split(&rest, '\n', &line))
		while (!rc && str_split(&line, ' ', &word))
			if (store_path_is(p->ctx->store_dir, word))
				rc = fn(p, k, word, err);
	return rc;
}

static errint add_wanted(struct profile *p, const struct profile_part *k, struct str path,
			 struct err *err)
{
	return add(p, path, S(""), PROFILE_DEPENDENCY, k, err);
}

/* The names "python3.13" below lib of a package: all, or those for which it has modules. */
static errint python_names(struct profile *p, struct str path, bool modules, struct str **out,
			   size_t *n, struct err *err)
{
	const char *lib = arena_printf(&p->a, "%.*s/lib/.", STR_ARG(path));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);

	*n = 0;
	if (dir_list(AT_FDCWD, lib, &list, &none))
		return none.code == ERR_NOT_FOUND || none.sys == ENOTDIR ? 0 : err_move(err, &none);
	*out = ARENA_ARRAY(&p->a, struct str, list.n);
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);
		char *folder CLEANUP_FREE = path_join(str_c(lib), name);
		char *site CLEANUP_FREE = path_join(str_c(folder), S("site-packages"));

		if (str_starts(name, S("python")) && (!modules || access(site, F_OK) == 0))
			(*out)[(*n)++] = arena_str(&p->a, name);
	}
	return 0;
}

/* Of what a module needs, the modules of its own Python. */
static errint add_module(struct profile *p, const struct profile_part *k, struct str path,
			 struct err *err)
{
	struct str *mine = NULL, *its = NULL;
	size_t n_mine, n_its;
	errint rc = python_names(p, k->path, true, &mine, &n_mine, err);

	if (!rc)
		rc = python_names(p, path, true, &its, &n_its, err);
	for (size_t i = 0; !rc && i < n_its; i++)
		for (size_t m = 0; !rc && m < n_mine; m++)
			if (str_eq(its[i], mine[m]))
				rc = add_wanted(p, k, path, err);
	return rc;
}

static void add_interpreter(struct profile *p, const struct profile_part *k, struct str name)
{
	char *program CLEANUP_FREE = xasprintf("%.*s/bin/%.*s", STR_ARG(k->path), STR_ARG(name));
	char *library CLEANUP_FREE =
		xasprintf("%.*s/lib/%.*s/os.py", STR_ARG(k->path), STR_ARG(name));

	if (access(program, X_OK) || access(library, F_OK))
		return;
	ARRAY_GROW(p->pythons, p->n_pythons, p->cap_pythons);
	p->pythons[p->n_pythons++] = (struct interpreter){name, k};
}

static errint look_into(struct profile *p, const struct profile_part *k, struct err *err)
{
	char *path CLEANUP_FREE = str_dupz(k->path);
	struct str *names = NULL;
	struct stat st;
	size_t n = 0;

	if (stat(path, &st))
		return err_sys(err, "package %s", profile_owner(p, k));
	if (!S_ISDIR(st.st_mode)) {
		err_set(err, ERR_BUILD, "package %s is a file, not a folder", profile_owner(p, k));
		err_detail(err, "%s", path);
		return err_hint(err, "a package has folders as bin, lib and share: take it out");
	}
	errint rc = each_word(p, k, "propagated-user-env-packages", add_wanted, err);
	if (!rc)
		rc = python_names(p, k->path, false, &names, &n, err);
	if (!rc && n)
		rc = each_word(p, k, "propagated-build-inputs", add_module, err);
	for (size_t i = 0; !rc && i < n; i++)
		add_interpreter(p, k, names[i]);
	char *python CLEANUP_FREE = path_join(k->path, S("bin/python3"));
	char real[PROFILE_PATH_MAX];

	p->lent = p->lent || profile_lends(p, k, python, real);
	return rc;
}

errint profile_packages(struct profile *p, struct err *err)
{
	const struct str *list = drv_env_find(p->ctx->drv, S("packages"));
	const struct str *python = drv_env_find(p->ctx->drv, S("python"));
	struct str rest, line;
	errint rc = 0;

	if (!list)
		return err_set(err, ERR_BUILD,
			       "builtin:kiln-profile-1 needs the attribute 'packages'");
	rest = *list;
	while (!rc && str_split(&rest, '\n', &line))
		rc = line.n ? read_line(p, line, err) : 0;
	if (!rc && p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_priority);
	if (!rc && python && python->n)
		rc = add(p, *python, S("python"), PROFILE_DEPENDENCY, NULL, err);
	for (size_t i = 0; !rc && i < p->n; i++)
		rc = look_into(p, p->v[i], err);
	return rc;
}
