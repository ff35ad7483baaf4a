/* SPDX-License-Identifier: MIT
 *
 * Edges between projects. An extra counts as its dependencies, whoever asks for it; what ships the
 * module of another project stands for it. */
#include "py/lock_row.h"

#include "py/slot.h"

enum { EXTRAS_DEPTH = 32 };

bool py_stack_find(const struct py_stack *s, struct str name, const struct py_row **row,
		   const struct py_lock **lock)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct py_row *found = py_lock_find(s->v[i], name);

		if (!found)
			continue;
		if (row)
			*row = found;
		if (lock)
			*lock = s->v[i];
		return true;
	}
	return false;
}

static bool holds(const struct py_stack *s, const struct requirement *r, unsigned machine,
		  struct str extra)
{
	struct marker_env env = s->env[machine];
	bool yes = true;
	ERR(ignored);

	env.v[MARKER_EXTRA] = extra;
	return !r->marker || (!marker_eval(r->marker, &env, &yes, &ignored) && yes);
}

bool py_requirement_applies(const struct py_stack *s, const struct requirement *r, unsigned machine,
			    struct str extra)
{
	ARENA(a);

	if (holds(s, r, machine, extra))
		return true;
	if (!extra.n || !r->marker)
		return false;
	/* A marker may spell an extra in either way (PEP 685). */
	struct str plain = pep503_name(&a, extra);
	char *other = arena_strz(&a, plain);

	for (char *p = other; *p; p++)
		*p = *p == '-' ? '_' : *p;
	return holds(s, r, machine, plain) || holds(s, r, machine, str_c(other));
}

/* ---- what it says of itself ---- */

/* One line without addresses, which some have in it. */
static struct str plain_text(struct arena *a, struct str text)
{
	static const char *const tails[] = {".org", ".com", ".io", ".net"};
	char *out = arena_alloc(a, text.n + 1);
	struct str rest = text, word;
	size_t n = 0;

	while (str_split(&rest, ' ', &word)) {
		struct str bare = word;
		bool address = !word.n || str_find(word, S("://")) >= 0;

		while (bare.n && str_chr(S(").,;:"), bare.p[bare.n - 1]) >= 0)
			bare.n--;
		for (size_t i = 0; i < ARRAY_LEN(tails); i++)
			address = address || str_ends(bare, str_c(tails[i]));
		if (address)
			continue;
		if (n)
			out[n++] = ' ';
		memcpy(out + n, word.p, word.n);
		n += word.n;
	}
	return str_n(out, n);
}

static bool is_relevant(const struct py_stack *s, const struct requirement *r,
			const struct wheel_metadata *m)
{
	for (unsigned i = 0; i < PY_MACHINES; i++) {
		if (py_requirement_applies(s, r, i, S("")))
			return true;
		for (size_t k = 0; k < m->n_extras; k++)
			if (py_requirement_applies(s, r, i, m->extras[k]))
				return true;
	}
	return false;
}

void py_row_about(const struct py_stack *s, struct arena *a, const struct wheel_metadata *m,
		  struct py_about *out)
{
	*out = (struct py_about){.description = plain_text(a, m->summary),
				 .license = str_eqz(m->license, "UNKNOWN") ? S("") : m->license};
	for (size_t i = 0; i < m->n_requires; i++) {
		struct requirement r;
		ERR(ignored);

		/* What cannot be read, the resolver did not read either. */
		if (!requirement_parse(a, m->requires[i], &r, &ignored) && is_relevant(s, &r, m))
			py_names_add(a, &out->requires, m->requires[i]);
	}
	struct py_names names = {m->extras, m->n_extras, m->n_extras};
	py_names_sort(&names);
	for (size_t i = 0; i < names.n; i++) {
		if (i && str_eq(names.v[i], names.v[i - 1]))
			continue;
		out->extras = py_grow(a, out->extras, out->n_extras, &out->cap_extras,
				      sizeof(*out->extras));
		out->extras[out->n_extras++] = (struct py_extra){.name = names.v[i]};
	}
}

/* ---- edges ---- */

struct edge_walk {
	const struct py_stack *s;
	struct arena *a;
	struct str self;
	unsigned machine;
	struct py_names *out;
	struct py_names seen; /* "project[extra]" */
};

static void add_edges(struct edge_walk *w, const struct py_about *about, struct str extra,
		      unsigned depth);

/* What a requirement adds: the project, and what its extras ask for. */
static void add_edge(struct edge_walk *w, const struct requirement *r, unsigned depth)
{
	struct str plain = pep503_name(w->a, r->name), name = py_wants_provider(w->s->wants, plain);
	const struct py_row *row;

	if (!str_eq(name, w->self))
		py_names_put(w->a, w->out, name);
	if (!r->n_extras || !py_stack_find(w->s, name, &row, NULL))
		return;
	for (size_t i = 0; i < r->n_extras; i++) {
		struct str extra = r->extras[i];
		struct str key =
			str_c(arena_printf(w->a, "%.*s[%.*s]", STR_ARG(name), STR_ARG(extra)));

		if (py_names_has(&w->seen, key))
			continue;
		py_names_add(w->a, &w->seen, key);
		add_edges(w, &row->about, extra, depth + 1);
	}
}

/* The requirements of an extra that are not those of everybody, or, with "", these. */
static void add_edges(struct edge_walk *w, const struct py_about *about, struct str extra,
		      unsigned depth)
{
	for (size_t i = 0; depth < EXTRAS_DEPTH && i < about->requires.n; i++) {
		struct requirement r;
		ERR(ignored);

		if (requirement_parse(w->a, about->requires.v[i], &r, &ignored) ||
		    !py_requirement_applies(w->s, &r, w->machine, extra))
			continue;
		if (extra.n && py_requirement_applies(w->s, &r, w->machine, S("")))
			continue;
		add_edge(w, &r, depth);
	}
}

static void walk(const struct py_stack *s, struct arena *a, const struct py_row *row,
		 struct str extra, unsigned machine, struct py_names *out)
{
	struct edge_walk w = {s, a, row->name, machine, out, {0}};

	add_edges(&w, &row->about, extra, 0);
	py_names_sort(out);
}

static void add_needs(const struct py_stack *s, struct arena *a, struct py_row *row)
{
	for (size_t i = 0; i < s->wants->n; i++) {
		const struct py_want *w = &s->wants->v[i];

		if (w->word != PY_NEEDS || !str_eq(w->name, row->name))
			continue;
		for (size_t k = 0; k < w->more.n; k++)
			for (unsigned m = 0; m < PY_MACHINES; m++)
				py_names_put(a, &row->requires[m], w -> more.v[k]);
	}
}

/* Slots are no edges between locked projects. */
static void part_slots(struct arena *a, struct py_row *row)
{
	for (unsigned m = 0; m < PY_MACHINES; m++) {
		struct py_names *l = &row->requires[m];
		size_t n = 0;

		for (size_t i = 0; i < l->n; i++) {
			if (slot_name_is(l->v[i]))
				py_names_put(a, &row->slots, l->v[i]);
			else
				l->v[n++] = l->v[i];
		}
		l->n = n;
		py_names_sort(l);
	}
	py_names_sort(&row->slots);
}

void py_row_requires(const struct py_stack *s, struct arena *a, struct py_row *row)
{
	for (unsigned m = 0; m < PY_MACHINES; m++) {
		walk(s, a, row, S(""), m, &row->requires[m]);
		for (size_t i = 0; i < row->about.n_extras; i++) {
			struct py_extra *extra = &row->about.extras[i];

			extra->names[m] = (struct py_names){0};
			walk(s, a, row, extra->name, m, &extra->names[m]);
		}
	}
	add_needs(s, a, row);
	part_slots(a, row);
}
