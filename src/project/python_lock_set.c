/* SPDX-License-Identifier: MIT
 *
 * A package set's own lock, which lies over none: lock.json, and beside it what its projects say of
 * themselves, in files of their own, so that no derivation depends on them. */
#include "base/file.h"
#include "project/python_lock_int.h"

/* A source archive of before there was metadata: what it asks for is known by name. */
static void name_requires(struct python_work *w)
{
	for (size_t i = 0; i < w->old.n; i++) {
		struct py_row *row = &w->old.v[i];

		if (row->about.requires.n || str_ends(row->files[0].name, S(".whl")))
			continue;
		for (unsigned m = 0; m < PY_MACHINES; m++)
			for (size_t k = 0; k < row->requires[m].n; k++)
				py_names_put(w->a, &row->about.requires, row->requires[m].v[k]);
		for (size_t k = 0; k < row->slots.n; k++)
			py_names_put(w->a, &row->about.requires, row->slots.v[k]);
	}
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
	name_requires(w);
	w->set = (struct py_lock){.a = w->a};
	w->own = (struct py_lock){.a = w->a, .file = w->file, .python = w->tool.python};
	python_set_env(w);
	return 0;
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
