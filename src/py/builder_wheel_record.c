/* SPDX-License-Identifier: MIT
 *
 * The output's own RECORD: every file but nix-support, with the bytes it has now, sorted by the
 * name that RECORD gives it. */
#include <stdlib.h>

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

errint wheel_step_record(struct wheel_install *w, struct err *err)
{
	BUF(text, LIMIT_WHEEL_METADATA);
	const char *installer =
		arena_printf(&w->arena, "%.*s/%.*s/INSTALLER", STR_ARG(w->site), STR_ARG(w->info));
	const char *path =
		arena_printf(&w->arena, "%.*s/%.*s/RECORD", STR_ARG(w->site), STR_ARG(w->info));
	struct row *rows;

	if (wheel_file_put(w, str_c(installer), S("kiln\n"), 0644, err))
		return err->code;
	rows = ARENA_ARRAY(&w->arena, struct row, w->n_files + 1);
	for (size_t i = 0; i < w->n_files; i++)
		rows[i] = (struct row){row_name(w, w->files[i].path), &w->files[i]};
	rows[w->n_files] = (struct row){row_name(w, str_c(path)), NULL};
	qsort(rows, w->n_files + 1, sizeof(*rows), by_name);
	for (size_t i = 0; i <= w->n_files; i++)
		wheel_record_row(&text, rows[i].name, rows[i].file ? &rows[i].file->sha256 : NULL,
				 rows[i].file ? rows[i].file->size : 0);
	if (buf_check(&text, "RECORD", err))
		return err->code;
	return wheel_file_put(w, str_c(path), buf_str(&text), 0644, err);
}
