/* SPDX-License-Identifier: MIT
 *
 * Making a project's lock: versions from the resolver, rows from what the files say of themselves,
 * and only what the locks below have not. */
#include "project/python_lock_int.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "project/project_set.h"
#include "project/project_tracked.h"
#include "project/python_metadata.h"
#include "project/resolver.h"
#include "py/slot.h"

enum { PYTHON_MINOR = 13 };

/* ---- versions ---- */

/* What may move: the names, or all that the lock had. */
static void set_free(const struct python_work *w, struct resolution_request *q,
		     struct py_names *free)
{
	for (size_t i = 0; i < w->r->n_names; i++)
		py_names_add(w->a, free, pep503_name(w->a, str_c(w->r->names[i])));
	if (w->r->upgrade && !w->r->n_names)
		q->prefer[0] = NULL;
}

static errint check_free(const struct python_work *w, const struct py_names *free,
			 const struct py_releases *found, struct err *err)
{
	for (size_t i = 0; i < free->n; i++) {
		size_t k = 0;

		while (k < found->n && !str_eq(found->v[k].name, free->v[i]))
			k++;
		if (k < found->n)
			continue;
		err_set(err, ERR_NOT_FOUND, "%s does not want '%s'", w->what, w->r->names[i]);
		return err_hint(err, "name it there, and it is locked over the set's");
	}
	return 0;
}

static errint resolve(const struct python_work *w, struct py_releases *out, struct err *err)
{
	struct py_names free = {0};
	struct resolution_request q = {
		.wants = &w->wants,
		.set = &w->tool,
		.known = {&w->set, &w->old},
		.prefer = {&w->old, w->below.n ? w->below.v[0] : NULL,
			   w->below.n > 1 ? w->below.v[1] : NULL},
		.free = &free,
		.what = w->what,
		.python = w->own.python,
		.env = w->env,
	};

	set_free(w, &q, &free);
	errint rc = resolve_python(w->s, &q, w->a, out, err);
	return rc ? rc : check_free(w, &free, out, err);
}

/* ---- rows ---- */

static bool is_wanted_source(const struct python_work *w, struct str name)
{
	return py_wants_find(&w->wants, PY_SDIST, name) != NULL;
}

static errint no_file(const struct py_release *r, struct err *err)
{
	err_set(err, ERR_NOT_FOUND, "%.*s %.*s has no file for x86_64-linux", STR_ARG(r->name),
		STR_ARG(r->version));
	if (r->sdist.name.n)
		return err_hint(err,
				"a line 'sdist %.*s' in the requirements locks its source "
				"archive",
				STR_ARG(r->name));
	return err_hint(err, "bound it to a version that has wheels");
}

/* A version that the lock had keeps its row. */
static errint add_row(struct python_work *w, const struct py_release *r, struct err *err)
{
	const struct py_row *was = py_lock_find(&w->old, r->name);
	struct py_row *row = py_lock_add(&w->own, r->name);
	bool source = is_wanted_source(w, r->name);
	struct py_stack stack = python_stack(w, &w->own);

	row->version = r->version;
	if (was && str_eq(was->version, r->version) && !w->r->upgrade &&
	    str_ends(was->files[0].name, S(".whl")) != source) {
		memcpy(row->files, was->files, sizeof(row->files));
		row->n_files = was->n_files;
		row->about = was->about;
		row->build = was->build;
		return 0;
	}
	(void)py_row_choose(row, r, PYTHON_MINOR, source);
	if (!row->n_files || !(row->files[row->n_files - 1].machines & (1u << (PY_MACHINES - 1))))
		if (r->machines & (1u << (PY_MACHINES - 1)) || !row->n_files)
			return no_file(r, err);
	return python_metadata(w->s, &stack, w->a, row, err);
}

/* The slots' versions that the locks below have not. */
static void add_slot(struct python_work *w, struct str name, struct str version)
{
	for (size_t i = 0; i < w->below.n; i++) {
		struct str known = py_lock_slot(w->below.v[i], name);

		if (str_eq(known, version))
			return;
		if (known.n)
			break;
	}
	py_lock_put_slot(&w->own, name, version);
}

static void add_said_slots(struct python_work *w)
{
	for (size_t i = 0; i < w->wants.n; i++) {
		const struct py_want *v = &w->wants.v[i];

		if (v->word == PY_SLOT && v->r.versions.n)
			add_slot(w, v->name, v->r.versions.v[0].text);
	}
}

static errint make_rows(struct python_work *w, const struct py_releases *l, struct err *err)
{
	struct activity *work =
		activity_start(w->s->report, 0, "", "reading what %s wants", w->what);
	errint rc = 0;

	for (size_t i = 0; !rc && i < l->n; i++) {
		const struct py_release *r = &l->v[i];
		const struct py_row *row;

		if (slot_name_is(r->name)) {
			add_slot(w, r->name, r->version);
			continue;
		}
		if (!str_eq(py_wants_provider(&w->wants, r->name), r->name))
			continue;
		if (py_stack_find(&w->below, r->name, &row, NULL) &&
		    str_eq(row->version, r->version))
			continue;
		rc = add_row(w, r, err);
	}
	activity_end(work);
	return rc;
}

/* What came with an alias, and nobody else wants. */
static void drop_unreached(struct python_work *w)
{
	struct py_stack stack = python_stack(w, &w->own);
	struct py_names names = {0};
	size_t n = 0;

	py_reach(&stack, w->a, &names);
	for (size_t i = 0; i < w->own.n; i++)
		if (py_names_has(&names, w->own.v[i].name))
			w->own.v[n++] = w->own.v[i];
	w->own.n = n;
}

/* ---- circles ---- */

struct circle {
	const struct py_stack *s;
	struct arena *a;
	struct py_names done, trail;
};

/* Store paths cannot refer to each other in one. */
static errint check_circle(struct circle *c, struct str name, struct err *err)
{
	const struct py_row *row;
	errint rc = 0;

	if (py_names_has(&c->done, name) || !py_stack_find(c->s, name, &row, NULL))
		return 0;
	py_names_add(c->a, &c->trail, name);
	for (size_t i = 0; i + 1 < c->trail.n; i++) {
		if (!str_eq(c->trail.v[i], name))
			continue;
		BUF(text, LIMIT_ERR_TEXT);

		for (; i < c->trail.n; i++)
			buf_printf(&text, "%s%.*s", text.n ? " -> " : "", STR_ARG(c->trail.v[i]));
		err_set(err, ERR_UNSUPPORTED, "these projects need each other: %s", buf_z(&text));
		return err_hint(err, "leave one of them to a recipe of its own, with "
				     "pythonRemoveDeps for the one that it can do without");
	}
	for (unsigned m = 0; m < PY_MACHINES; m++)
		for (size_t i = 0; !rc && i < row->requires[m].n; i++)
			rc = check_circle(c, row->requires[m].v[i], err);
	c->trail.n--;
	py_names_add(c->a, &c->done, name);
	return rc;
}

static errint check_circles(struct python_work *w, struct err *err)
{
	struct py_stack stack = python_stack(w, &w->own);
	struct circle c = {&stack, w->a, {0}, {0}};
	errint rc = 0;

	for (size_t i = 0; !rc && i < w->own.n; i++)
		rc = check_circle(&c, w->own.v[i].name, err);
	return rc;
}

/* ---- what moved ---- */

/* The machines that need it: markers may say that one does not. */
static unsigned needed(const struct py_releases *l, struct str name)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].name, name))
			return l->v[i].machines;
	return PY_MACHINES_ALL;
}

static void add_move(struct python_work *w, const struct py_row *row, const struct py_row *was,
		     struct python_locked *out, size_t *cap)
{
	const struct py_row *below;
	struct python_move m = {.name = row ? row->name : was->name,
				.from = was ? was->version : S(""),
				.to = row ? row->version : S("")};
	unsigned machines = 0;

	if (py_stack_find(&w->below, m.name, &below, NULL))
		m.below = below->version;
	for (size_t i = 0; row && i < row->n_files; i++)
		machines |= row->files[i].machines;
	m.source = row && !str_ends(row->files[0].name, S(".whl"));
	m.missing = row ? ~machines & PY_MACHINES_ALL : 0;
	out->moves = py_grow(w->a, out->moves, out->n, cap, sizeof(*out->moves));
	out->moves[out->n++] = m;
}

static void find_moves(struct python_work *w, const struct py_releases *found,
		       struct python_locked *out)
{
	size_t cap = 0;

	for (size_t i = 0; i < w->own.n; i++) {
		const struct py_row *row = &w->own.v[i], *was = py_lock_find(&w->old, row->name);

		if (!was || !str_eq(was->version, row->version))
			add_move(w, row, was, out, &cap);
	}
	for (size_t i = 0; i < w->old.n; i++)
		if (!py_lock_find(&w->own, w->old.v[i].name))
			add_move(w, NULL, &w->old.v[i], out, &cap);
	for (size_t i = 0; i < out->n; i++)
		out->moves[i].missing &= needed(found, out->moves[i].name);
}

/* ---- writing ---- */

static errint find_untracked(struct python_work *w, bool *out, struct err *err)
{
	const struct eval_tracked *tracked;
	errint rc = project_tracked(w->r->dir, w->a, NULL, &tracked, err);

	if (!rc)
		*out = !project_is_tracked(tracked, w->path);
	return rc;
}

static errint write_lock(struct python_work *w, struct err *err)
{
	BUF(text, LIMIT_LOCK_FILE);
	bool pinned;

	py_lock_print(&w->own, &text);
	errint rc = buf_check(&text, "lock", err);
	if (!rc)
		rc = file_write(AT_FDCWD, w->path, buf_str(&text), 0644, 0, err);
	/* It lies over this set. */
	return rc ? rc : project_pin_first(w->s, w->r->dir, &pinned, err);
}

/* What only `needs` names was asked of nobody: its version stays. */
static void keep_slots(struct python_work *w)
{
	for (size_t i = 0; i < w->own.n; i++) {
		const struct py_names *slots = &w->own.v[i].slots;

		for (size_t k = 0; k < slots->n; k++) {
			struct str known = py_lock_slot(&w->old, slots->v[k]);

			if (known.n && !py_lock_slot(&w->own, slots->v[k]).n)
				add_slot(w, slots->v[k], known);
		}
	}
	py_lock_sort(&w->own);
}

errint python_make(struct python_work *w, struct python_locked *out, struct err *err)
{
	struct py_releases found = {0};
	errint rc = resolve(w, &found, err);

	if (!rc)
		rc = make_rows(w, &found, err);
	if (rc)
		return rc;
	add_said_slots(w);
	py_lock_sort(&w->own);
	struct py_stack stack = python_stack(w, &w->own);
	for (size_t i = 0; i < w->own.n; i++)
		py_row_requires(&stack, w->a, &w->own.v[i]);
	drop_unreached(w);
	keep_slots(w);
	rc = check_circles(w, err);
	if (rc)
		return rc;
	*out = (struct python_locked){.file = w->file};
	find_moves(w, &found, out);
	if (w->below.n)
		py_fit_set(&stack, w->a, &out->misfits);
	return 0;
}

errint python_lock(struct session *s, const struct python_request *r, struct arena *a,
		   struct python_locked *out, struct err *err)
{
	struct python_work w = {.s = s, .r = r, .a = a, .mends = true};
	errint rc = python_work_open(&w, err);

	if (!rc)
		rc = python_make(&w, out, err);
	if (!rc)
		rc = write_lock(&w, err);
	return rc ? rc : find_untracked(&w, &out->untracked, err);
}
