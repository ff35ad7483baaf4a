/* SPDX-License-Identifier: MIT
 *
 * Installed projects: by PyPA's "Recording installed projects", and setuptools' older .egg-info. */
#include "slot/site.h"

#include <stdlib.h>
#include "base/file.h"
#include "base/process.h"
#include "py/requirement.h"
#include "py/wheel.h"
#include "store/store.h"

void dists_release(struct dists *d)
{
	free(d->v);
	*d = (struct dists){0};
}

const struct dist *dists_find(const struct dists *d, struct str project)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->v[i].project, project))
			return &d->v[i];
	return NULL;
}

const char *site_real(const struct store *s, struct arena *a, struct str path)
{
	char *real CLEANUP_FREE = NULL;
	struct str top;

	if (!store_path_split(store_dir(s), path, &top, NULL))
		return arena_strz(a, path);
	real = store_real_path(s, path);
	return arena_strz(a, str_c(real));
}

/* "torch-2.6.0+debian.egg-info", where the file inside says nothing. */
static void by_name(struct arena *a, struct str info, struct wheel_metadata *m)
{
	struct str stem = str_drop_suffix(str_drop_suffix(info, S(".dist-info")), S(".egg-info"));
	ptrdiff_t dash = str_chr(stem, '-');

	*m = (struct wheel_metadata){.name = stem, .version = S("")};
	if (dash < 0)
		return;
	m->name = str_sub(stem, 0, (size_t)dash);
	m->version = arena_str(a, str_skip(stem, (size_t)dash + 1));
}

errint site_add(const struct store *s, struct arena *a, struct str folder, struct str info,
		struct dists *io, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	const char *name = str_ends(info, S(".dist-info")) ? "METADATA" : "PKG-INFO";
	const char *base = site_real(s, a, folder);
	char *file CLEANUP_FREE = xasprintf("%s/%.*s/%s", base, STR_ARG(info), name);
	struct wheel_metadata m;
	ERR(missing);

	if (file_read(AT_FDCWD, file, &text, &missing) ||
	    wheel_metadata_parse(a, arena_str(a, buf_str(&text)), &m, &missing))
		by_name(a, info, &m);
	ARRAY_GROW(io->v, io->n, io->cap);
	io->v[io->n++] = (struct dist){
		.project = pep503_name(a, m.name),
		.version = m.version,
		.folder = arena_str(a, folder),
		.info = arena_str(a, info),
		.needs = m.requires,
		.n_needs = m.n_requires,
	};
	return interrupt_check(err);
}

errint site_list(const struct store *s, struct arena *a, struct str folder, struct dists *io,
		 struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(absent);

	if (dir_list(AT_FDCWD, site_real(s, a, folder), &list, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	for (size_t i = 0; i < list.n; i++) {
		struct str name = str_c(list.v[i].name);

		if (!str_ends(name, S(".dist-info")) && !str_ends(name, S(".egg-info")))
			continue;
		errint rc = site_add(s, a, folder, name, io, err);
		if (rc)
			return rc;
	}
	return 0;
}

static bool has(const struct str *v, size_t n, struct str s)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], s))
			return true;
	return false;
}

errint site_tops(const struct store *s, struct arena *a, const struct dist *d, struct str **out,
		 size_t *n, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	const char *file =
		arena_printf(a, "%s/%.*s/RECORD", site_real(s, a, d->folder), STR_ARG(d->info));
	struct wheel_record *rows;
	size_t n_rows;
	ERR(absent);

	*n = 0;
	if (file_read(AT_FDCWD, file, &text, &absent))
		return 0;
	errint rc = wheel_record_parse(a, arena_str(a, buf_str(&text)), &rows, &n_rows, err);
	if (rc)
		return err_wrap(err, "'%s'", file);
	*out = ARENA_ARRAY(a, struct str, n_rows);
	for (size_t i = 0; i < n_rows; i++) {
		struct str top = rows[i].name, rest;

		(void)str_cut(rows[i].name, '/', &top, &rest);
		/* Programs and data lie outside, "../../../bin/torchrun". */
		if (!top.n || str_eqz(top, "..") || str_eqz(top, "__pycache__") ||
		    (*n && str_eq((*out)[*n - 1], top)) || has(*out, *n, top))
			continue;
		(*out)[(*n)++] = top;
	}
	return 0;
}
