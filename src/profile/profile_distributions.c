/* SPDX-License-Identifier: MIT
 *
 * Python distributions of a profile: each is there once, or nothing is made. */
#include "profile/profile_int.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include "base/file.h"
#include "py/requirement.h"
#include "py/wheel.h"

struct distribution {
	struct str project, version; /* PEP 503 */
	const char *file;            /* its METADATA, links resolved */
	const struct profile_part *owner;
	struct str python;
	size_t order;
};

struct distributions {
	struct distribution *v;
	size_t n, cap;
};

static void distributions_release(struct distributions *d)
{
	free(d->v);
}

/* "torch-2.6.0+debian.egg-info", where the file inside says nothing. */
static void by_name(struct str info, struct wheel_metadata *m)
{
	struct str stem = str_drop_suffix(str_drop_suffix(info, S(".dist-info")), S(".egg-info"));

	*m = (struct wheel_metadata){.name = stem, .version = S("")};
	(void)str_cut(stem, '-', &m->name, &m->version);
}

static errint add(struct profile *p, struct distributions *d, const struct profile_part *k,
		  struct str python, const char *folder, struct str info, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	const char *name = str_ends(info, S(".dist-info")) ? "METADATA" : "PKG-INFO";
	const char *file = arena_printf(&p->a, "%s/%.*s/%s", folder, STR_ARG(info), name);
	struct wheel_metadata m;
	char real[PATH_MAX];
	ERR(missing);

	if (file_read(AT_FDCWD, file, &text, &missing) ||
	    wheel_metadata_parse(&p->a, arena_str(&p->a, buf_str(&text)), &m, &missing))
		by_name(arena_str(&p->a, info), &m);
	ARRAY_GROW(d->v, d->n, d->cap);
	d->v[d->n] = (struct distribution){
		.project = pep503_name(&p->a, m.name),
		.version = m.version,
		.file = realpath(file, real) ? arena_strz(&p->a, str_c(real)) : file,
		.owner = k,
		.python = python,
		.order = d->n,
	};
	d->n++;
	return buf_check(&text, "metadata", err);
}

static errint add_site(struct profile *p, struct distributions *d, const struct profile_part *k,
		       struct str python, struct err *err)
{
	const char *folder = arena_printf(&p->a, "%.*s/lib/%.*s/site-packages/.", STR_ARG(k->path),
					  STR_ARG(python));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);
	errint rc = 0;

	if (dir_list(AT_FDCWD, folder, &list, &none))
		return none.code == ERR_NOT_FOUND || none.sys == ENOTDIR ? 0 : err_move(err, &none);
	for (size_t i = 0; !rc && i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (str_ends(name, S(".dist-info")) || str_ends(name, S(".egg-info")))
			rc = add(p, d, k, python, folder, name, err);
	}
	return rc;
}

static errint add_package(struct profile *p, struct distributions *d, const struct profile_part *k,
			  struct err *err)
{
	const char *lib = arena_printf(&p->a, "%.*s/lib/.", STR_ARG(k->path));
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);
	errint rc = 0;

	if (dir_list(AT_FDCWD, lib, &list, &none))
		return none.code == ERR_NOT_FOUND || none.sys == ENOTDIR ? 0 : err_move(err, &none);
	for (size_t i = 0; !rc && i < list.n; i++)
		if (str_starts(str_c(list.v[i].name), S("python")))
			rc = add_site(p, d, k, arena_str(&p->a, str_c(list.v[i].name)), err);
	return rc;
}

static int by_project(const void *a, const void *b)
{
	const struct distribution *x = a, *y = b;
	int c = str_cmp(x->python, y->python);

	if (!c)
		c = str_cmp(x->project, y->project);
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static void tell(struct profile *p, const struct distribution *d, struct err *err)
{
	err_detail(err, "       %.*s %.*s, %s: %.*s", STR_ARG(d->project), STR_ARG(d->version),
		   profile_owner(p, d->owner), STR_ARG(d->owner->path));
}

static errint double_found(struct profile *p, const struct distribution *x,
			   const struct distribution *y, struct err *err)
{
	err_set(err, ERR_BUILD, "two %s of the Python distribution '%.*s'",
		str_eq(x->version, y->version) ? "builds" : "versions", STR_ARG(x->project));
	tell(p, x, err);
	tell(p, y, err);
	return err_hint(err, "an environment has one of each, whatever the priorities: take one of "
			     "them out, or both from one package set");
}

errint profile_distributions(struct profile *p, struct err *err)
{
	struct distributions d CLEANUP(distributions_release) = {0};
	errint rc = 0;

	for (size_t i = 0; !rc && i < p->n; i++)
		rc = add_package(p, &d, p->v[i], err);
	if (rc || !d.n)
		return rc;
	qsort(d.v, d.n, sizeof(*d.v), by_project);
	for (size_t i = 1; i < d.n; i++) {
		const struct distribution *x = &d.v[i - 1], *y = &d.v[i];

		/* A package of other packages has links to what is theirs. */
		if (str_eq(x->python, y->python) && str_eq(x->project, y->project) &&
		    strcmp(x->file, y->file) != 0)
			return double_found(p, x, y, err);
	}
	return 0;
}
