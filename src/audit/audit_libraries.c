/* SPDX-License-Identifier: MIT
 *
 * Native libraries of a closure, by name and by symbols: those that a slot or the host brings,
 * those of which a process should have one, and those that nobody brings. Wheels bundle such
 * without any metadata, under names that their tools marked. */
#include "audit/audit_int.h"

#include <stdlib.h>
#include "audit/libraries.h"
#include "py/native.h"

/* A linker's stand-in for it, which no program loads. */
static bool is_stub(struct str file)
{
	return str_find(file, S("stubs/")) >= 0;
}

/* ---- of slots and drivers ---- */

static bool is_slots(struct str name)
{
	unsigned major;

	return native_is_torch(name) || native_is_cuda(name, &major);
}

/* Packages that are told by their metadata are told once. */
static bool is_told(const struct auditing *au, struct str path)
{
	for (size_t i = 0; i < au->out->n; i++)
		if (au->out->v[i].rule == AUDIT_SLOT && str_eq(au->out->v[i].path, path))
			return true;
	return false;
}

static void see_name(struct auditing *au, struct str path, struct str file, struct str is)
{
	struct str name = library_plain(au->in->a, path_base(file));
	bool hidden = !library_is_driver(name) && !is_slots(name) && is.n;

	if (hidden)
		name = is;
	if (library_is_driver(name) && !is_stub(file))
		audit_add(au, AUDIT_DRIVER, path, file, name,
			  "leave it out: rm it in postInstall; the host's own is used at run time",
			  "'%.*s' belongs to the version of a driver%s", STR_ARG(name),
			  hidden ? ", as its symbols tell" : "");
	else if (is_slots(name))
		audit_add(au, AUDIT_SLOT_LIBRARY, path, file, name, NULL,
			  "'%.*s' is the slot's, under another %s", STR_ARG(name),
			  hidden ? "name, as its symbols tell" : "package's name");
}

static void see_slots(struct auditing *au, size_t i)
{
	struct str path = au->closure.paths.v[i];
	const struct path_facts *f = &au->facts[i];

	if (slot_closure_wants(&au->closure, path) || is_told(au, path))
		return;
	for (size_t k = 0; k < f->n_objects; k++)
		if (library_is_name(path_base(f->objects[k].file)))
			see_name(au, path, f->objects[k].file, f->objects[k].is);
}

/* ---- second copies ---- */

struct library_copy {
	struct str base, path, file, name;
};

static int by_base(const void *a, const void *b)
{
	const struct library_copy *x = a, *y = b;
	int c = str_cmp(x->base, y->base);

	if (!c)
		c = str_cmp(x->path, y->path);
	return c ? c : str_cmp(x->file, y->file);
}

/* A library that no object of the closure asks for is loaded by nobody. */
static bool is_asked_for(const struct auditing *au, const struct fact_object *o)
{
	struct str file = path_base(o->file);

	for (size_t i = 0; i < au->closure.paths.n; i++)
		for (size_t k = 0; k < au->facts[i].n_objects; k++) {
			const struct fact_object *by = &au->facts[i].objects[k];

			for (size_t j = 0; j < by->n_needed; j++)
				if (str_eq(by->needed[j], o->soname) ||
				    str_eq(path_base(by->needed[j]), file))
					return true;
		}
	return false;
}

static void add_copy(struct auditing *au, size_t i, const struct fact_object *o,
		     struct library_copy **v, size_t *n, size_t *cap)
{
	struct arena *a = au->in->a;
	struct str base = library_base(a, o->soname.n ? o->soname : path_base(o->file));

	if (!library_two(base) || !is_asked_for(au, o))
		return;
	ARRAY_GROW(*v, *n, *cap);
	(*v)[(*n)++] =
		(struct library_copy){base, au->closure.paths.v[i], o->file, path_base(o->file)};
}

/* Of a filling and the closure's own, the filling's is what its maker made of it. */
static void see_copies(struct auditing *au)
{
	struct library_copy *v CLEANUP_FREE = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < au->closure.paths.n; i++)
		for (size_t k = 0; k < au->facts[i].n_objects; k++)
			if (!slot_closure_wants(&au->closure, au->closure.paths.v[i]))
				add_copy(au, i, &au->facts[i].objects[k], &v, &n, &cap);
	if (n)
		qsort(v, n, sizeof(*v), by_base);
	for (size_t i = 1; i < n; i++) {
		const struct library_copy *first = &v[i - 1];

		while (first > v && str_eq(first[-1].base, v[i].base))
			first--;
		if (!str_eq(first->base, v[i].base) || str_eq(v[i - 1].path, v[i].path))
			continue;
		audit_add(au, AUDIT_LIBRARY_TWICE, v[i].path, v[i].file, v[i].base, NULL,
			  "a second %.*s, and one in '%.*s/%.*s': %s", STR_ARG(v[i].base),
			  STR_ARG(first->path), STR_ARG(first->file), library_two(v[i].base));
	}
}

/* ---- what is not found ---- */

struct whole {
	struct str_set here;   /* names of all libraries of the closure */
	struct str_set python; /* what the interpreter has loaded already */
};

static void add_name(struct str_set *s, struct str name)
{
	if (name.n)
		s->v[s->n++] = name;
}

static void find_names(struct auditing *au, struct whole *w)
{
	size_t n = 0, n_python = 0;

	for (size_t i = 0; i < au->closure.paths.n; i++)
		for (size_t k = 0; k < au->facts[i].n_objects; k++) {
			n += 2;
			n_python += au->facts[i].objects[k].n_needed;
		}
	w->here.v = ARENA_ARRAY(au->in->a, struct str, n);
	w->python.v = ARENA_ARRAY(au->in->a, struct str, n_python);
	for (size_t i = 0; i < au->closure.paths.n; i++)
		for (size_t k = 0; k < au->facts[i].n_objects; k++) {
			const struct fact_object *o = &au->facts[i].objects[k];
			struct str name = path_base(o->file);

			add_name(&w->here, name);
			add_name(&w->here, o->soname);
			for (size_t j = 0;
			     o->interp.n && str_starts(name, S("python3")) && j < o->n_needed; j++)
				add_name(&w->python, o->needed[j]);
		}
	str_set_sort(&w->here);
	str_set_sort(&w->python);
}

static void see_lost(struct auditing *au, const struct whole *w, size_t i,
		     const struct fact_object *o)
{
	bool module = str_find(o->file, S("site-packages/")) >= 0 ||
		      str_find(o->file, S("lib-dynload/")) >= 0;

	for (size_t k = 0; k < o->n_lost; k++) {
		struct str name = o->lost[k];
		bool here = str_set_has(w->here, name);

		if (is_slots(library_plain(au->in->a, name)) || library_is_driver(name) ||
		    (module && str_set_has(w->python, name)))
			continue;
		audit_add(au, here ? AUDIT_NEEDED_PATH : AUDIT_NEEDED, au->closure.paths.v[i],
			  o->file, name, NULL,
			  here ? "it needs '%.*s', which the closure has elsewhere"
			       : "it needs '%.*s', which is nowhere in the closure",
			  STR_ARG(name));
		/* A module may be one of several, of which Python takes that which loads. */
		if (o->interp.n && !o->soname.n && !here)
			au->out->v[au->out->n - 1].severity = AUDIT_ERROR;
	}
}

void audit_libraries(struct auditing *au)
{
	struct whole w = {0};

	for (size_t i = 0; i < au->closure.paths.n; i++)
		see_slots(au, i);
	see_copies(au);
	find_names(au, &w);
	for (size_t i = 0; i < au->closure.paths.n; i++)
		for (size_t k = 0; k < au->facts[i].n_objects; k++)
			if (!slot_closure_wants(&au->closure, au->closure.paths.v[i]))
				see_lost(au, &w, i, &au->facts[i].objects[k]);
}
