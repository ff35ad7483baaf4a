/* SPDX-License-Identifier: MIT
 *
 * A project's files in memory: read once, edited, shown. */
#include "recipe/files_int.h"

#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "recipe/diff.h"

void recipe_files_release(struct recipe_files *f)
{
	arena_release(&f->a);
	free(f->project);
	free(f->v);
	*f = (struct recipe_files){0};
}

errint recipe_files_open(struct recipe_files *f, const char *project, struct err *err)
{
	*f = (struct recipe_files){.project = realpath(project, NULL)};
	if (!f->project)
		return err_sys(err, "cannot resolve '%s'", project);
	return journal_finish(f->project, err);
}

static errint read_file(struct recipe_files *f, struct str path, struct err *err)
{
	struct str shown = str_drop_prefix(path, str_c(f->project));
	BUF(text, LIMIT_NIX_SOURCE);

	if (shown.n == path.n || !str_starts(shown, S("/"))) {
		err_set(err, ERR_DENIED, "'%.*s' is no file of the project", STR_ARG(path));
		return err_hint(err, "only files below '%s' are edited", f->project);
	}
	errint rc = file_read(AT_FDCWD, arena_strz(&f->a, path), &text, err);
	if (rc)
		return rc;
	ARRAY_GROW(f->v, f->n, f->cap);
	struct recipe_file *v = &f->v[f->n++];
	v->path = arena_str(&f->a, path);
	v->shown = str_skip(v->path, v->path.n - shown.n + 1);
	v->old = v->text = arena_str(&f->a, buf_str(&text));
	return 0;
}

static struct recipe_file *find(const struct recipe_files *f, struct str path)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->v[i].path, path))
			return &f->v[i];
	return NULL;
}

errint recipe_files_text(struct recipe_files *f, struct str path, struct str *out, struct err *err)
{
	struct recipe_file *v = find(f, path);
	errint rc = v ? 0 : read_file(f, path, err);

	if (rc)
		return rc;
	*out = (v ? v : &f->v[f->n - 1])->text;
	return 0;
}

/* ---- edits ---- */

static int edit_cmp(const void *x, const void *y)
{
	const struct recipe_edit *a = *(struct recipe_edit *const *)x;
	const struct recipe_edit *b = *(struct recipe_edit *const *)y;

	return (a->range.at > b->range.at) - (a->range.at < b->range.at);
}

errint edits_apply(struct str text, const struct recipe_edit *v, size_t n, struct str path,
		   struct buf *out, struct err *err)
{
	const struct recipe_edit **sorted CLEANUP_FREE = xcalloc(n + 1, sizeof(*sorted));
	size_t n_here = 0, at = 0;

	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i].path, path))
			sorted[n_here++] = &v[i];
	qsort(sorted, n_here, sizeof(*sorted), edit_cmp);
	for (size_t i = 0; i < n_here; i++) {
		const struct recipe_edit *e = sorted[i];

		if (e->range.at < at || e->range.at + e->range.n > text.n)
			return err_set(err, ERR_FAILED,
				       "two edits of '%.*s' are about the same bytes",
				       STR_ARG(path));
		buf_puts(out, str_sub(text, at, e->range.at - at));
		buf_puts(out, e->text);
		at = e->range.at + e->range.n;
	}
	buf_puts(out, str_skip(text, at));
	return buf_check(out, "file", err);
}

errint recipe_files_edit(struct recipe_files *f, const struct recipe_edit *v, size_t n,
			 struct err *err)
{
	struct recipe_mark before = recipe_files_mark(f);
	struct str ignored;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++)
		rc = recipe_files_text(f, v[i].path, &ignored, err);
	for (size_t i = 0; !rc && i < f->n; i++) {
		BUF(text, LIMIT_NIX_SOURCE);

		rc = edits_apply(f->v[i].text, v, n, f->v[i].path, &text, err);
		if (!rc && !str_eq(f->v[i].text, buf_str(&text)))
			f->v[i].text = arena_str(&f->a, buf_str(&text));
	}
	if (rc)
		recipe_files_return(f, before);
	return rc;
}

/* ---- marks ---- */

struct recipe_mark recipe_files_mark(struct recipe_files *f)
{
	struct recipe_mark m = {ARENA_ARRAY(&f->a, struct str, f->n + 1), f->n};

	for (size_t i = 0; i < f->n; i++)
		m.texts[i] = f->v[i].text;
	return m;
}

/* What a file was then; one that was read since was as it is on the disk. */
static struct str text_then(const struct recipe_files *f, size_t i, const struct recipe_mark *m)
{
	return m && i < m->n ? m->texts[i] : f->v[i].old;
}

void recipe_files_return(struct recipe_files *f, struct recipe_mark m)
{
	for (size_t i = 0; i < f->n; i++)
		f->v[i].text = text_then(f, i, &m);
}

bool recipe_files_changed(const struct recipe_files *f, const struct recipe_mark *since)
{
	for (size_t i = 0; i < f->n; i++)
		if (!str_eq(f->v[i].text, text_then(f, i, since)))
			return true;
	return false;
}

void recipe_files_diff(const struct recipe_files *f, const struct recipe_mark *since,
		       struct buf *out)
{
	for (size_t i = 0; i < f->n; i++)
		diff_unified(f->v[i].shown, text_then(f, i, since), f->v[i].text, out);
}
