/* SPDX-License-Identifier: MIT
 *
 * Checking locks by what projects say of themselves. */
#include "py/lock_fit.h"

#include "py/slot.h"

struct fit {
	const struct py_stack *s;
	struct arena *a;
	struct py_misfits *out;
};

static void tell(struct fit *f, struct str where, struct str what)
{
	struct py_misfits *l = f->out;

	l->v = py_grow(f->a, l->v, l->n, &l->cap, sizeof(*l->v));
	l->v[l->n++] = (struct py_misfit){where, what};
}

static struct str place(struct fit *f, const char *file, unsigned line)
{
	return str_c(arena_printf(f->a, "%s:%u", file, line));
}

/* Does the version satisfy it? An override replaces what everybody says. */
static bool satisfies(struct fit *f, const struct requirement *r, struct str name,
		      struct str version)
{
	const struct py_want *over = py_wants_find(f->s->wants, PY_OVERRIDE, name);
	const struct specifier_set *bounds = over ? &over->r.versions : &r->versions;
	struct pep440 v;
	ERR(ignored);

	return !pep440_parse(f->a, version, &v, &ignored) && specifier_set_contains(bounds, &v);
}

static bool applies_somewhere(struct fit *f, const struct requirement *r)
{
	for (unsigned m = 0; m < PY_MACHINES; m++)
		if (py_requirement_applies(f->s, r, m, S("")))
			return true;
	return false;
}

/* One requirement, as it is written. With missing it must be there at all. */
static void check(struct fit *f, const struct requirement *r, struct str text, struct str where,
		  const char *who, bool missing)
{
	struct str plain = pep503_name(f->a, r->name);
	struct str name = py_wants_provider(f->s->wants, plain);
	const struct py_row *row;

	if (slot_name_is(name) || !applies_somewhere(f, r))
		return;
	if (!py_stack_find(f->s, name, &row, NULL)) {
		if (missing)
			tell(f, where,
			     str_c(arena_printf(f->a, "%s '%.*s', which is not locked", who,
						STR_ARG(text))));
		return;
	}
	if (str_eq(name, plain) && !satisfies(f, r, name, row->version))
		tell(f, where,
		     str_c(arena_printf(f->a, "%s '%.*s', and %.*s is locked", who, STR_ARG(text),
					STR_ARG(row->version))));
}

static void check_row(struct fit *f, const struct py_row *row, struct str where, bool missing)
{
	const char *who =
		arena_printf(f->a, "%.*s %.*s asks for", STR_ARG(row->name), STR_ARG(row->version));

	for (size_t i = 0; i < row->about.requires.n; i++) {
		struct requirement r;
		ERR(ignored);

		if (!requirement_parse(f->a, row->about.requires.v[i], &r, &ignored))
			check(f, &r, row->about.requires.v[i], where, who, missing);
	}
}

/* ---- reach ---- */

static void reach(struct fit *f, struct str name, struct py_names *out)
{
	const struct py_row *row;

	if (slot_name_is(name) || py_names_has(out, name) || !py_stack_find(f->s, name, &row, NULL))
		return;
	py_names_add(f->a, out, name);
	/* the list is the queue: py_reach() goes on with what is behind */
}

static void reach_requirement(struct fit *f, const struct requirement *r, struct py_names *out)
{
	struct str plain = pep503_name(f->a, r->name);
	struct str name = py_wants_provider(f->s->wants, plain);
	const struct py_row *row;

	if (!applies_somewhere(f, r))
		return;
	reach(f, name, out);
	if (!py_stack_find(f->s, name, &row, NULL))
		return;
	for (size_t i = 0; i < r->n_extras; i++) {
		for (size_t k = 0; k < row->about.n_extras; k++) {
			const struct py_extra *extra = &row->about.extras[k];

			if (!str_eq(pep503_name(f->a, extra->name),
				    pep503_name(f->a, r->extras[i])))
				continue;
			for (unsigned m = 0; m < PY_MACHINES; m++)
				for (size_t j = 0; j < extra->names[m].n; j++)
					reach(f, extra->names[m].v[j], out);
		}
	}
}

void py_reach(const struct py_stack *s, struct arena *a, struct py_names *out)
{
	struct fit f = {s, a, NULL};

	for (size_t i = 0; i < s->wants->n; i++)
		if (s->wants->v[i].word == PY_WANT)
			reach_requirement(&f, &s->wants->v[i].r, out);
	for (size_t i = 0; i < out->n; i++) {
		const struct py_row *row;

		if (!py_stack_find(s, out->v[i], &row, NULL))
			continue;
		for (unsigned m = 0; m < PY_MACHINES; m++)
			for (size_t k = 0; k < row->requires[m].n; k++)
				reach(&f, row->requires[m].v[k], out);
	}
}

/* ---- all ---- */

/* Rows of the set count as far as they are used. */
static void check_reach(struct fit *f)
{
	const struct py_lock *own = f->s->v[0], *set = f->s->v[f->s->n - 1], *from;
	const struct py_row *row;
	struct py_names names = {0};

	py_reach(f->s, f->a, &names);
	for (size_t i = 0; i < own->n; i++)
		if (!py_names_has(&names, own->v[i].name))
			tell(f, place(f, own->file, own->v[i].line),
			     str_c(arena_printf(f->a, "nothing wants %.*s",
						STR_ARG(own->v[i].name))));
	for (size_t i = 0; i < names.n; i++)
		if (py_stack_find(f->s, names.v[i], &row, &from) && from == set)
			check_row(f, row, S("the package set"), false);
}

void py_fit(const struct py_stack *s, struct arena *a, struct py_misfits *out)
{
	struct fit f = {s, a, out};

	for (size_t i = 0; i < s->wants->n; i++) {
		const struct py_want *w = &s->wants->v[i];

		if (w->file && (w->word == PY_WANT || w->word == PY_CONSTRAINT))
			check(&f, &w->r, w->text, place(&f, w->file, w->line), "it says",
			      w->word == PY_WANT);
	}
	for (size_t k = 0; k + 1 < s->n; k++)
		for (size_t i = 0; i < s->v[k]->n; i++)
			check_row(&f, &s->v[k]->v[i], place(&f, s->v[k]->file, s->v[k]->v[i].line),
				  true);
	if (s->n > 1)
		check_reach(&f);
}

void py_fit_set(const struct py_stack *s, struct arena *a, struct py_misfits *out)
{
	const struct py_lock *set = s->v[s->n - 1], *from;
	struct fit f = {s, a, out};
	struct py_names used = {0};

	py_reach(s, a, &used);
	for (size_t i = 0; i < set->n; i++)
		/* what is replaced asks for nothing */
		if (!py_names_has(&used, set->v[i].name) &&
		    py_stack_find(s, set->v[i].name, NULL, &from) && from == set)
			check_row(&f, &set->v[i], set->v[i].name, false);
}
