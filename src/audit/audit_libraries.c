/* SPDX-License-Identifier: MIT
 *
 * Native libraries of a closure, by name and by symbols: those that a slot or the host brings,
 * those of which a process should have one, and those that nobody brings. Wheels bundle such
 * without any metadata, under names that their tools marked. */
#include "audit/audit_int.h"

#include <stdlib.h>
#include "py/native.h"

/* Libraries that belong to the driver's version (NVIDIA driver README, "Installed Components"). */
static bool is_driver(struct str name)
{
	static const char *const names[] = {
		"libcuda.so",           "libcudadebugger.so",
		"libnvidia-ml.so",      "libnvidia-ptxjitcompiler.so",
		"libnvidia-nvvm.so",    "libnvidia-opencl.so",
		"libnvidia-encode.so",  "libnvidia-fbc.so",
		"libnvidia-cfg.so",     "libnvidia-glcore.so",
		"libnvidia-eglcore.so", "libnvidia-rtcore.so",
		"libnvcuvid.so",        "libnvoptix.so",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str rest = str_drop_prefix(name, str_c(names[i]));

		if (rest.n < name.n && (!rest.n || rest.p[0] == '.'))
			return true;
	}
	return false;
}

/* A linker's stand-in for it, which no program loads. */
static bool is_stub(struct str file)
{
	return str_find(file, S("stubs/")) >= 0;
}

/* ---- names ---- */

/* Libraries are renamed when wheels bundle them: "libcudart-1a2b3c4d.so.12", "libz.3eda8113.so.1"
 * are still those. */
static struct str without_mark(struct arena *a, struct str name)
{
	enum { MARK_MIN = 6, MARK_MAX = 16 };
	ptrdiff_t so = str_find(name, S(".so"));
	size_t n = 0;

	if (so < 0)
		return name;
	for (; n < (size_t)so; n++) {
		char c = name.p[(size_t)so - n - 1];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			break;
	}
	if (n < MARK_MIN || n > MARK_MAX || n + 4 >= (size_t)so ||
	    !strchr("-.", name.p[(size_t)so - n - 1]))
		return name;
	return str_c(arena_printf(a, "%.*s%.*s", (int)((size_t)so - n - 1), name.p,
				  STR_ARG(str_skip(name, (size_t)so))));
}

/* "libgomp" of "libgomp-a34b3233.so.1.0.0": what is called so is the same library. */
static struct str base_of(struct arena *a, struct str name)
{
	struct str plain = without_mark(a, name);
	ptrdiff_t so = str_find(plain, S(".so"));

	return so < 0 ? plain : str_sub(plain, 0, (size_t)so);
}

static bool is_object_name(struct str name)
{
	return str_ends(name, S(".so")) || str_find(name, S(".so.")) >= 0;
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
	struct str name = without_mark(au->in->a, path_base(file));
	bool hidden = !is_driver(name) && !is_slots(name) && is.n;

	if (hidden)
		name = is;
	if (is_driver(name) && !is_stub(file))
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
		if (is_object_name(path_base(f->objects[k].file)))
			see_name(au, path, f->objects[k].file, f->objects[k].is);
}

/* ---- second copies ---- */

/* What keeps state for the whole process: its threads, its heap, its registry. Of others, such as
 * libz, a second copy costs its size and no more. X(name, what two of them do) */
#define SINGLE_LIBRARIES(X)                                                      \
	X("libgomp", "each starts its own threads")                              \
	X("libomp", "each starts its own threads")                               \
	X("libiomp5", "each starts its own threads")                             \
	X("libopenblas", "each starts its own threads")                          \
	X("libopenblasp", "each starts its own threads")                         \
	X("libscipy_openblas", "each starts its own threads")                    \
	X("libscipy_openblas64_", "each starts its own threads")                 \
	X("libmkl_core", "each starts its own threads")                          \
	X("libtbb", "each starts its own threads")                               \
	X("libtbbmalloc_proxy", "each takes over the heap")                      \
	X("libjemalloc", "each takes over the heap")                             \
	X("libtcmalloc", "each takes over the heap")                             \
	X("libstdc++", "exceptions and locales of one are unknown to the other") \
	X("libprotobuf", "each registers the same messages")                     \
	X("libpython3", "each has its own interpreter")                          \
	X("libglib-2.0", "each registers the same types")

static const char *what_two_do(struct str base)
{
	static const struct {
		struct str name;
		const char *effect;
	} rows[] = {
#define X(name, effect) {S(name), effect},
		SINGLE_LIBRARIES(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (str_eq(rows[i].name, base))
			return rows[i].effect;
	return NULL;
}

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
	struct str base = base_of(a, o->soname.n ? o->soname : path_base(o->file));

	if (!what_two_do(base) || !is_asked_for(au, o))
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
			  STR_ARG(first->path), STR_ARG(first->file), what_two_do(v[i].base));
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

		if (is_slots(without_mark(au->in->a, name)) || is_driver(name) ||
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
