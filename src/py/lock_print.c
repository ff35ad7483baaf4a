/* SPDX-License-Identifier: MIT
 *
 * Writing locks: members in byte order, one blank for each level, a line for each item, so that
 * what version control shows is what moved. */
#include "base/json.h"
#include "py/lock.h"

struct writer {
	struct buf *b;
	unsigned depth;
	unsigned lines; /* deeper than this all is on one line */
	bool first;
};

static void next(struct writer *w)
{
	if (w->depth > w->lines) {
		buf_putz(w->b, w->first ? "" : ", ");
		w->first = false;
		return;
	}
	buf_putz(w->b, w->first ? "\n" : ",\n");
	for (unsigned i = 0; i < w->depth; i++)
		buf_putc(w->b, ' ');
	w->first = false;
}

static void key(struct writer *w, struct str name)
{
	next(w);
	json_put_str(w->b, name);
	buf_putz(w->b, ": ");
}

static void begin(struct writer *w, char c)
{
	buf_putc(w->b, c);
	w->depth++;
	w->first = true;
}

static void end(struct writer *w, char c)
{
	bool one_line = w->depth > w->lines;

	w->depth--;
	if (!w->first && !one_line) {
		w->first = true;
		next(w);
	}
	buf_putc(w->b, c);
	w->first = false;
}

static void put_text(struct writer *w, const char *name, struct str s)
{
	if (!s.n)
		return;
	key(w, str_c(name));
	json_put_str(w->b, s);
}

static void put_list(struct writer *w, struct str name, const struct py_names *l)
{
	key(w, name);
	begin(w, '[');
	for (size_t i = 0; i < l->n; i++) {
		next(w);
		json_put_str(w->b, l->v[i]);
	}
	end(w, ']');
}

static void put_names(struct writer *w, const char *name, const struct py_names *l)
{
	if (l->n)
		put_list(w, str_c(name), l);
}

/* Names of one machine that are not everybody's, or, with m PY_MACHINES, those that are. */
static struct py_names part(struct arena *a, const struct py_names *of, unsigned m)
{
	struct py_names out = {0};
	const struct py_names *from = &of[m % PY_MACHINES];

	for (size_t i = 0; i < from->n; i++) {
		bool all = true;

		for (unsigned k = 0; k < PY_MACHINES; k++)
			all = all && py_names_has(&of[k], from->v[i]);
		if (all == (m == PY_MACHINES))
			py_names_add(a, &out, from->v[i]);
	}
	py_names_sort(&out);
	return out;
}

static struct str system_of(struct arena *a, unsigned m)
{
	return str_c(arena_printf(a, "%s-linux", py_machines[m]));
}

/* ---- a project ---- */

static void put_file(struct writer *w, struct arena *a, const struct py_file *f)
{
	next(w);
	begin(w, '{');
	put_text(w, "name", f->name);
	put_text(w, "sha256", f->sha256);
	if (f->machines != PY_MACHINES_ALL) {
		struct py_names systems = {0};

		for (unsigned m = 0; m < PY_MACHINES; m++)
			if (f->machines & (1u << m))
				py_names_add(a, &systems, system_of(a, m));
		put_names(w, "systems", &systems);
	}
	end(w, '}');
}

static void put_requires_on(struct writer *w, struct arena *a, const struct py_row *row)
{
	struct py_names only[PY_MACHINES];
	size_t n = 0;

	for (unsigned m = 0; m < PY_MACHINES; m++) {
		only[m] = part(a, row->requires, m);
		n += only[m].n;
	}
	if (!n)
		return;
	key(w, S("requiresOn"));
	begin(w, '{');
	for (unsigned m = 0; m < PY_MACHINES; m++)
		if (only[m].n)
			put_list(w, system_of(a, m), &only[m]);
	end(w, '}');
}

static void put_row(struct writer *w, struct arena *a, const struct py_row *row)
{
	struct py_names all = part(a, row->requires, PY_MACHINES);

	key(w, row->name);
	begin(w, '{');
	put_names(w, "build", &row->build);
	key(w, S("files"));
	begin(w, '[');
	for (size_t i = 0; i < row->n_files; i++)
		put_file(w, a, &row->files[i]);
	end(w, ']');
	put_names(w, "requires", &all);
	put_requires_on(w, a, row);
	put_names(w, "slots", &row->slots);
	put_text(w, "version", row->version);
	end(w, '}');
}

/* ---- what it says of itself ---- */

static void put_extras(struct writer *w, struct arena *a, const struct py_about *about)
{
	if (!about->n_extras)
		return;
	key(w, S("extras"));
	begin(w, '{');
	for (size_t i = 0; i < about->n_extras; i++) {
		struct py_names all = part(a, about->extras[i].names, PY_MACHINES);

		put_list(w, about->extras[i].name, &all);
	}
	end(w, '}');
}

static bool differ(struct arena *a, const struct py_about *about, unsigned m)
{
	for (size_t i = 0; i < about->n_extras; i++)
		if (part(a, about->extras[i].names, m).n)
			return true;
	return false;
}

static void put_extras_on(struct writer *w, struct arena *a, const struct py_about *about)
{
	bool any = false;

	for (unsigned m = 0; m < PY_MACHINES; m++)
		any = any || differ(a, about, m);
	if (!any)
		return;
	key(w, S("extrasOn"));
	begin(w, '{');
	for (unsigned m = 0; m < PY_MACHINES; m++) {
		if (!differ(a, about, m))
			continue;
		key(w, system_of(a, m));
		begin(w, '{');
		for (size_t i = 0; i < about->n_extras; i++) {
			struct py_names only = part(a, about->extras[i].names, m);

			if (only.n)
				put_list(w, about->extras[i].name, &only);
		}
		end(w, '}');
	}
	end(w, '}');
}

static bool says_something(const struct py_about *about)
{
	return about->description.n || about->license.n || about->requires.n || about->n_extras;
}

static void put_texts(struct writer *w, const struct py_about *about)
{
	put_text(w, "description", about->description);
	put_text(w, "license", about->license);
}

static void put_metadata(struct writer *w, struct arena *a, const struct py_about *about)
{
	put_extras(w, a, about);
	put_extras_on(w, a, about);
	put_names(w, "requires", &about->requires);
}

static void put_about(struct writer *w, const struct py_lock *l)
{
	bool any = false;

	for (size_t i = 0; i < l->n; i++)
		any = any || says_something(&l->v[i].about);
	if (!any)
		return;
	key(w, S("about"));
	begin(w, '{');
	for (size_t i = 0; i < l->n; i++) {
		key(w, l->v[i].name);
		begin(w, '{');
		put_text(w, "description", l->v[i].about.description);
		put_extras(w, l->a, &l->v[i].about);
		put_extras_on(w, l->a, &l->v[i].about);
		put_text(w, "license", l->v[i].about.license);
		put_names(w, "requires", &l->v[i].about.requires);
		end(w, '}');
	}
	end(w, '}');
}

static void print_lock(const struct py_lock *l, bool about, struct buf *out)
{
	struct writer w = {.b = out, .lines = ~0u};

	begin(&w, '{');
	if (about)
		put_about(&w, l);
	key(&w, S("format"));
	buf_putc(out, '1');
	put_names(&w, "from", &l->from);
	key(&w, S("projects"));
	begin(&w, '{');
	for (size_t i = 0; i < l->n; i++)
		put_row(&w, l->a, &l->v[i]);
	end(&w, '}');
	put_text(&w, "python", l->python);
	key(&w, S("slots"));
	begin(&w, '{');
	for (size_t i = 0; i < l->n_slots; i++) {
		key(&w, l->slots[i].name);
		json_put_str(out, l->slots[i].version);
	}
	end(&w, '}');
	end(&w, '}');
	buf_putc(out, '\n');
}

void py_lock_print(const struct py_lock *l, struct buf *out)
{
	print_lock(l, true, out);
}

/* ---- a set's ---- */

void py_lock_print_alone(const struct py_lock *l, struct buf *out)
{
	print_lock(l, false, out);
}

static void print_packages(const struct py_lock *l, bool texts, struct buf *out)
{
	struct writer w = {.b = out, .lines = 2};

	begin(&w, '{');
	key(&w, S("packages"));
	begin(&w, '{');
	for (size_t i = 0; i < l->n; i++) {
		const struct py_about *about = &l->v[i].about;

		if (texts ? !about->description.n && !about->license.n
			  : !about->requires.n && !about->n_extras)
			continue;
		key(&w, l->v[i].name);
		begin(&w, '{');
		if (texts)
			put_texts(&w, about);
		else
			put_metadata(&w, l->a, about);
		end(&w, '}');
	}
	end(&w, '}');
	key(&w, S("version"));
	buf_putc(out, '1');
	end(&w, '}');
	buf_putc(out, '\n');
}

void py_texts_print(const struct py_lock *l, struct buf *out)
{
	print_packages(l, true, out);
}

void py_metadata_print(const struct py_lock *l, struct buf *out)
{
	print_packages(l, false, out);
}
