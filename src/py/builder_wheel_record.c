/* SPDX-License-Identifier: MIT
 *
 * The output's own RECORD: every file but nix-support, with the bytes it has now, sorted by the
 * name that RECORD gives it. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "py/builder_wheel_int.h"

struct row {
	struct str name;
	const struct wheel_file *file; /* NULL: RECORD itself */
};

/* Names are relative to site-packages: what is elsewhere starts with ../../.. */
static struct str row_name(struct wheel_install *w, struct str path)
{
	struct str prefix = str_c(arena_printf(&w->arena, "%.*s/", STR_ARG(w->site)));

	if (str_starts(path, prefix))
		return str_skip(path, prefix.n);
	return str_c(arena_printf(&w->arena, "../../../%.*s", STR_ARG(path)));
}

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

/* Takes the file out of list and output, for one of ours to come. */
static errint drop(struct wheel_install *w, const char *path, struct err *err)
{
	struct wheel_file *f = wheel_file_find(w, path);

	if (!f)
		return 0;
	if (unlinkat(w->out_fd, path, 0))
		return err_sys(err, "removing '%s'", path);
	*f = w->files[--w->n_files];
	return 0;
}

/* Who installed it, unless a recipe let somebody else do so; and the old RECORD goes. */
static errint prepare(struct wheel_install *w, const char *record, struct err *err)
{
	const char *installer =
		arena_printf(&w->arena, "%.*s/%.*s/INSTALLER", STR_ARG(w->site), STR_ARG(w->info));
	errint rc = drop(w, record, err);

	if (!rc && !wheel_file_find(w, installer))
		rc = wheel_file_put(w, str_c(installer), S("kiln\n"), 0644, err);
	for (size_t i = 0; !rc && i < w->n_files; i++)
		if (w->files[i].stale)
			rc = wheel_file_rehash(w, &w->files[i], err);
	return rc;
}

errint wheel_step_record(struct wheel_install *w, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	const char *path =
		arena_printf(&w->arena, "%.*s/%.*s/RECORD", STR_ARG(w->site), STR_ARG(w->info));
	struct row *rows;

	if (!w->info.n)
		return 0;
	errint rc = prepare(w, path, err);
	if (rc)
		return rc;
	rows = ARENA_ARRAY(&w->arena, struct row, w->n_files + 1);
	for (size_t i = 0; i < w->n_files; i++)
		rows[i] = (struct row){row_name(w, w->files[i].path), &w->files[i]};
	rows[w->n_files] = (struct row){row_name(w, str_c(path)), NULL};
	qsort(rows, w->n_files + 1, sizeof(*rows), by_name);
	for (size_t i = 0; i <= w->n_files; i++)
		wheel_record_row(&text, rows[i].name, rows[i].file ? &rows[i].file->sha256 : NULL,
				 rows[i].file ? rows[i].file->size : 0);
	rc = buf_check(&text, "RECORD", err);
	if (rc)
		return rc;
	return wheel_file_put(w, str_c(path), buf_str(&text), 0644, err);
}
