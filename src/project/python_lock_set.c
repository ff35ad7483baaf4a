/* SPDX-License-Identifier: MIT
 *
 * A package set's own lock, which lies over none: lock.json, and beside it what its projects say of
 * themselves, in files of their own, so that no derivation depends on them. */
#include "base/file.h"
#include "project/python_lock_int.h"
#include "project/python_metadata.h"

static bool asks_for_any(const struct py_row *row)
{
	bool any = row->slots.n > 0;

	for (unsigned m = 0; m < PY_MACHINES; m++)
	any = any || row->requires[m].n > 0;
	return any;
}

/* Of a row that metadata.json lacks, a wheel says again what it asks for; of a source archive that
 * is known by name. */
static errint complete_row(struct python_work *w, const struct py_stack *stack, struct py_row *row,
			   struct err *err)
{
	if (row->about.requires.n || !asks_for_any(row))
		return 0;
	if (str_ends(row->files[0].name, S(".whl")))
		return python_metadata(w->s, stack, w->a, row, err);
	for (unsigned m = 0; m < PY_MACHINES; m++)
		for (size_t k = 0; k < row->requires[m].n; k++)
			py_names_put(w->a, &row->about.requires, row->requires[m].v[k]);
	for (size_t k = 0; k < row->slots.n; k++)
		py_names_put(w->a, &row->about.requires, row->slots.v[k]);
	return 0;
}

/* What about.json lacks of a row is read anew, too. */
static errint complete_words(struct python_work *w, const struct py_stack *stack,
			     struct py_row *row, struct err *err)
{
	struct py_row read = *row;

	if (row->about.description.n || row->about.license.n)
		return 0;
	errint rc = python_metadata(w->s, stack, w->a, &read, err);
	if (rc)
		return rc;
	row->about.description = read.about.description;
	row->about.license = read.about.license;
	return 0;
}

static errint complete_rows(struct python_work *w, struct err *err)
{
	struct py_stack stack = python_stack(w, &w->old);
	errint rc = 0;

	for (size_t i = 0; !rc && i < w->old.n; i++)
		rc = complete_row(w, &stack, &w->old.v[i], err);
	for (size_t i = 0; !rc && i < w->old.n; i++)
		rc = complete_words(w, &stack, &w->old.v[i], err);
	return rc;
}

static errint open_set(struct python_work *w, const char *folder, struct err *err)
{
	char *requirements = arena_printf(w->a, "%s/requirements.txt", folder);

	w->file = w->path = arena_printf(w->a, "%s/lock.json", folder);
	w->what = requirements;
	w->wants = (struct py_wants){.a = w->a, .report = w->s->report};
	errint rc = python_read_lock(w, w->path, w->file, &w->there, &w->old, err);
	if (!rc)
		rc = python_read_about(w, folder, "about.json", &w->old, err);
	if (!rc)
		rc = python_read_about(w, folder, "metadata.json", &w->old, err);
	if (!rc)
		rc = python_read_tool(w, err);
	if (!rc)
		rc = py_wants_read(&w->wants, requirements, err);
	if (rc)
		return rc;
	w->set = (struct py_lock){.a = w->a};
	w->own = (struct py_lock){.a = w->a, .file = w->file, .python = w->tool.python};
	python_set_env(w);
	return complete_rows(w, err);
}

static errint put_file(struct python_work *w, const char *folder, const char *name,
		       void (*print)(const struct py_lock *l, struct buf *out), struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	char *path = arena_printf(w->a, "%s/%s", folder, name);

	print(&w->own, &text);
	errint rc = buf_check(&text, "lock", err);
	return rc ? rc : file_write(AT_FDCWD, path, buf_str(&text), 0644, 0, err);
}

errint python_lock_set(struct session *s, const struct python_request *r, const char *folder,
		       struct arena *a, struct python_locked *out, struct err *err)
{
	struct python_work w = {.s = s, .r = r, .a = a};
	errint rc = open_set(&w, folder, err);

	if (!rc)
		rc = python_make(&w, out, err);
	if (!rc)
		rc = put_file(&w, folder, "about.json", py_texts_print, err);
	if (!rc)
		rc = put_file(&w, folder, "metadata.json", py_metadata_print, err);
	return rc ? rc : put_file(&w, folder, "lock.json", py_lock_print_alone, err);
}
