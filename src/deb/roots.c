/* SPDX-License-Identifier: MIT
 *
 * Reading of roots.control. A misspelt field would leave packages out, or in, without a word:
 * nothing is skipped. */
#include "deb/roots.h"

#include <stdlib.h>
#include <strings.h>

#include "deb/control.h"

enum { IN_HEAD = 1 << 0, IN_REST = 1 << 1 };

static const struct {
	const char *name;
	unsigned where;
} fields[] = {
	{"Suite", IN_HEAD},
	{"Pockets", IN_HEAD},
	{"Components", IN_HEAD},
	{"Architectures", IN_HEAD | IN_REST},
	{"Roots", IN_HEAD | IN_REST},
	{"Prefer", IN_HEAD | IN_REST},
	{"Exclude", IN_HEAD | IN_REST},
	{"For", IN_HEAD | IN_REST},
};

static errint check_fields(const struct control_reader *r, const struct control_paragraph *p,
			   unsigned where, struct err *err)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct control_field *f = &p->v[i];
		size_t at = 0;

		while (at < ARRAY_LEN(fields) &&
		       (strlen(fields[at].name) != f->name.n ||
			strncasecmp(fields[at].name, f->name.p, f->name.n)))
			at++;
		if (at == ARRAY_LEN(fields))
			return err_set(err, ERR_CORRUPT, "%s:%u: there is no field '%.*s'", r->name,
				       f->line, STR_ARG(f->name));
		if (!(fields[at].where & where))
			return err_set(err, ERR_CORRUPT,
				       "%s:%u: only the first paragraph has a field '%.*s'",
				       r->name, f->line, STR_ARG(f->name));
	}
	return 0;
}

/* The names in a field; none where it is absent. */
static struct deb_names list(struct arena *a, const struct control_paragraph *p, const char *name)
{
	struct deb_name_list g CLEANUP(deb_name_list_release) = {0};
	struct str value, item;

	if (!control_get(p, str_c(name), &value))
		return (struct deb_names){0};
	while (control_item(&value, &item))
		deb_name_list_add(&g, item);
	return deb_name_list_set(a, &g);
}

static errint read_head(struct arena *a, const struct control_reader *r,
			const struct control_paragraph *p, struct deb_roots *out, struct err *err)
{
	struct str value;
	errint rc = control_need(r, p, "Suite", &out->suite, err);

	if (!rc)
		rc = control_need(r, p, "Components", &value, err);
	if (!rc)
		rc = control_need(r, p, "Architectures", &value, err);
	if (rc)
		return rc;
	out->pockets = list(a, p, "Pockets");
	out->components = list(a, p, "Components");
	out->architectures = list(a, p, "Architectures");
	if (!out->components.n || !out->architectures.n)
		return err_set(err, ERR_CORRUPT, "%s:%u: field '%s' names nothing", r->name,
			       p->line, out->components.n ? "Architectures" : "Components");
	return 0;
}

static errint read_part(struct arena *a, const struct control_reader *r,
			const struct control_paragraph *p, const struct deb_roots *roots,
			struct deb_part *out, struct err *err)
{
	struct deb_part part = {
		.architectures = list(a, p, "Architectures"),
		.roots = list(a, p, "Roots"),
		.prefer = list(a, p, "Prefer"),
		.exclude = {.of = list(a, p, "For"), .names = list(a, p, "Exclude")},
	};

	if (!part.roots.n && !part.prefer.n && !part.exclude.names.n && !part.exclude.of.n)
		return err_set(err, ERR_CORRUPT,
			       "%s:%u: this paragraph has none of 'Roots', 'Prefer' and 'Exclude'",
			       r->name, p->line);
	if (part.exclude.of.n && !part.exclude.names.n)
		return err_set(err, ERR_CORRUPT,
			       "%s:%u: this paragraph has a field 'For', but no 'Exclude'", r->name,
			       p->line);
	for (size_t i = 0; i < part.architectures.n; i++)
		if (!deb_names_has(&roots->architectures, part.architectures.v[i]))
			return err_set(err, ERR_CORRUPT,
				       "%s:%u: '%.*s' is not among the first paragraph's "
				       "architectures",
				       r->name, p->line, STR_ARG(part.architectures.v[i]));
	*out = part;
	return 0;
}

struct growing_parts {
	struct deb_part *v;
	size_t n, cap;
};

static void growing_parts_release(struct growing_parts *g)
{
	free(g->v);
}

static errint next_part(struct arena *a, struct control_reader *r, struct control_paragraph *p,
			struct growing_parts *g, struct deb_roots *d, bool *more, struct err *err)
{
	errint rc = control_next(r, p, more, err);

	if (rc || !*more)
		return rc;
	rc = check_fields(r, p, g->n ? IN_REST : IN_HEAD, err);
	if (!rc && !g->n)
		rc = read_head(a, r, p, d, err);
	if (rc)
		return rc;
	ARRAY_GROW(g->v, g->n, g->cap);
	/* The first one's own architectures limit nothing, and it may do with naming the suite. */
	if (!g->n && !list(a, p, "Roots").n && !list(a, p, "Prefer").n &&
	    !list(a, p, "Exclude").n && !list(a, p, "For").n) {
		g->v[g->n++] = (struct deb_part){.architectures = {0}};
		return 0;
	}
	rc = read_part(a, r, p, d, &g->v[g->n], err);
	if (rc)
		return rc;
	g->n++;
	return 0;
}

errint deb_roots_parse(struct arena *a, struct str text, const char *name, struct deb_roots *out,
		       struct err *err)
{
	struct control_paragraph p CLEANUP(control_paragraph_release) = {0};
	struct growing_parts g CLEANUP(growing_parts_release) = {0};
	struct control_reader r = control_reader_init(text, name);
	struct deb_roots d = {S("")};
	size_t roots = 0;
	bool more;

	do {
		errint rc = next_part(a, &r, &p, &g, &d, &more, err);

		if (rc)
			return rc;
	} while (more);
	for (size_t i = 0; i < g.n; i++)
		roots += g.v[i].roots.n;
	if (!roots)
		return err_set(err, ERR_CORRUPT, "%s: no paragraph has a field 'Roots'", name);
	d.parts = ARENA_ARRAY(a, struct deb_part, g.n);
	d.n_parts = g.n;
	memcpy(d.parts, g.v, g.n * sizeof(*g.v));
	*out = d;
	return 0;
}

static void add_all(struct deb_name_list *to, const struct deb_names *names)
{
	for (size_t i = 0; i < names->n; i++)
		deb_name_list_add(to, names->v[i]);
}

void deb_roots_request(struct arena *a, const struct deb_roots *r, struct str arch,
		       struct deb_request *out)
{
	struct deb_name_list roots CLEANUP(deb_name_list_release) = {0};
	struct deb_name_list prefer CLEANUP(deb_name_list_release) = {0};
	struct deb_request q = {
		.arch = arch,
		.exclude = ARENA_ARRAY(a, struct deb_exclusion, r->n_parts),
	};

	for (size_t i = 0; i < r->n_parts; i++) {
		const struct deb_part *p = &r->parts[i];

		if (p->architectures.n && !deb_names_has(&p->architectures, arch))
			continue;
		add_all(&roots, &p->roots);
		add_all(&prefer, &p->prefer);
		q.exclude[q.n_exclude++] = p->exclude;
	}
	q.roots = deb_name_list_set(a, &roots);
	q.prefer = deb_name_list_set(a, &prefer);
	*out = q;
}
