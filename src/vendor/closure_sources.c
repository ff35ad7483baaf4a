/* SPDX-License-Identifier: MIT
 *
 * The walk over derivations: each is read once, and walked once for each label. */
#include "vendor/closure_sources.h"

#include <stdlib.h>

#include "source/fixed_source.h"
#include "source/ladder.h"
#include "store/derivation.h"
#include "store/path_map.h"
#include "store/store.h"
#include "source/source_name.h"

struct drv_node {
	struct str path;
	struct drv_node **inputs;
	size_t n_inputs;
	struct str *srcs;
	size_t n_srcs;
	size_t source; /* 1 + index, or 0 */
	size_t seen;   /* the last label that reached it, counted from 1 */
};

struct drv_walk {
	struct session *s;
	struct arena *a;
	struct closure_sources *out;
	size_t cap;
	struct path_map by_path;
	struct drv_node **todo;
	size_t n_todo, cap_todo;
};

static void walk_release(struct drv_walk *w)
{
	path_map_release(&w->by_path);
	free(w->todo);
}

void closure_sources_release(struct closure_sources *c)
{
	resolved_list_release(&c->found);
	free(c->v);
	*c = (struct closure_sources){0};
}

static struct closure_source *add(struct drv_walk *w)
{
	struct closure_sources *c = w->out;

	ARRAY_GROW(c->v, c->n, w->cap);
	c->v[c->n] = (struct closure_source){.drv = S(""), .input = S(""), .rev = S("")};
	return &c->v[c->n++];
}

/* ---- fixed outputs ---- */

static errint take_fixed(struct drv_walk *w, const struct drv *d, struct drv_node *node,
			 struct err *err)
{
	struct fixed_source from;
	errint rc = fixed_source_of(w->a, d, &from, err);

	if (rc)
		return err_wrap(err, "'%.*s'", STR_ARG(node->path));
	struct closure_source *s = add(w);
	s->drv = node->path;
	s->path = d->outputs[0].path;
	s->name = store_path_name(s->path);
	s->hash = from.hash;
	s->recursive = from.recursive;
	s->rev = from.rev;
	s->origins = from.origins;
	s->n_origins = from.n_origins;
	s->native = s->n_origins && str_starts(s->origins[0], S("mirror://debian/"));
	node->source = w->out->n;
	return 0;
}

/* ---- derivations ---- */

static struct drv_node *node_of(struct drv_walk *w, struct str path)
{
	struct drv_node *node = path_map_get(&w->by_path, path);

	if (node)
		return node;
	node = ARENA_NEW(w->a, struct drv_node);
	node->path = arena_str(w->a, path);
	path_map_put(&w->by_path, node->path, node);
	return node;
}

static errint load(struct drv_walk *w, struct drv_node *node, struct err *err)
{
	struct drv d;
	errint rc = store_read_drv(w->s->store, w->a, node->path, &d, err);

	if (rc)
		return rc;
	node->inputs = ARENA_ARRAY(w->a, struct drv_node *, d.n_inputs + 1);
	node->srcs = d.srcs;
	node->n_srcs = d.n_srcs;
	for (size_t i = 0; i < d.n_inputs; i++)
		node->inputs[node->n_inputs++] = node_of(w, d.inputs[i].path);
	return drv_is_fixed(&d) ? take_fixed(w, &d, node, err) : 0;
}

static void reach(struct drv_walk *w, struct drv_node *node)
{
	ARRAY_GROW(w->todo, w->n_todo, w->cap_todo);
	w->todo[w->n_todo++] = node;
}

static void need(struct drv_walk *w, struct closure_source *s, struct str label)
{
	struct str *more = ARENA_ARRAY(w->a, struct str, s->n_needed_by + 1);

	for (size_t i = 0; i < s->n_needed_by; i++)
		if (str_eq(s->needed_by[i], label))
			return;
	if (s->n_needed_by)
		memcpy(more, s->needed_by, s->n_needed_by * sizeof(*more));
	more[s->n_needed_by++] = label;
	s->needed_by = more;
	qsort(more, s->n_needed_by, sizeof(*more), str_cmp_qsort);
}

/* What evaluation fetched is needed by whoever has it among its sources. */
static void need_inputs(struct drv_walk *w, const struct drv_node *node, struct str label)
{
	for (size_t i = 0; i < w->out->n; i++) {
		struct closure_source *s = &w->out->v[i];

		for (size_t k = 0; s->input.n && k < node->n_srcs; k++)
			if (str_eq(node->srcs[k], s->path))
				need(w, s, label);
	}
}

static errint walk_from(struct drv_walk *w, struct str drv, size_t number, struct str label,
			struct err *err)
{
	reach(w, node_of(w, drv));
	while (w->n_todo) {
		struct drv_node *node = w->todo[--w->n_todo];

		if (node->seen == number)
			continue;
		errint rc = node->seen ? 0 : load(w, node, err);
		if (rc)
			return rc;
		node->seen = number;
		if (node->source)
			need(w, &w->out->v[node->source - 1], label);
		need_inputs(w, node, label);
		for (size_t i = 0; i < node->n_inputs; i++)
			reach(w, node->inputs[i]);
	}
	return 0;
}

/* ---- what evaluation fetched ---- */

static errint take_inputs(struct drv_walk *w, struct err *err)
{
	struct ladder *l = session_ladder(w->s);
	size_t n;
	const struct fetched_input *v = ladder_inputs(l, &n);
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		struct closure_source *s = add(w);

		s->name = arena_str(w->a, v[i].name);
		s->path = arena_str(w->a, v[i].store_path);
		s->hash = v[i].hash;
		s->recursive = !v[i].flat;
		s->input = arena_str(w->a, v[i].text);
		s->rev = arena_str(w->a, v[i].rev);
		s->last_modified = v[i].last_modified;
		s->rev_count = v[i].rev_count;
		if (!s->rev_count && v[i].count_from.n)
			rc = ladder_rev_count(l, v[i].count_from, &s->rev_count, err);
	}
	return rc;
}

/* Nobody is known to need it alone: then everybody does. */
static void need_rest(struct drv_walk *w)
{
	struct closure_sources *c = w->out;

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].n_needed_by)
			continue;
		for (size_t k = 0; k < c->n_labels; k++)
			need(w, &c->v[i], c->labels[k]);
	}
}

/* ---- all of it ---- */

static struct str label_of(struct arena *a, const struct resolved *f, const char *release)
{
	return release ? str_c(arena_printf(a, "%.*s@%s", STR_ARG(f->label), release)) : f->label;
}

static errint resolve(struct session *s, const struct sources_request *r, struct arena *a,
		      struct closure_sources *out, struct err *err)
{
	struct eval_request eval = {.release = r->release};
	const struct project_request request = {
		.session = s, .dir = r->dir, .eval = &eval, .fresh = r->inputs};
	struct asked *asked = ARENA_ARRAY(a, struct asked, r->n_names + 1);

	for (size_t i = 0; i < r->n_names; i++)
		asked[i] = (struct asked){.kind = ASKED_RECIPE, .text = r->names[i]};
	if (!r->n_names)
		asked[0] = (struct asked){.kind = ASKED_RECIPE};
	if (r->inputs)
		ladder_note_inputs(session_ladder(s));
	errint rc =
		project_resolve(&request, asked, MAX(r->n_names, (size_t)1), a, &out->found, err);
	out->labels = ARENA_ARRAY(a, struct str, out->found.n);
	for (size_t i = 0; !rc && i < out->found.n; i++)
		out->labels[out->n_labels++] = label_of(a, &out->found.v[i], r->release);
	return rc;
}

errint closure_sources(struct session *s, const struct sources_request *r, struct arena *a,
		       struct closure_sources *out, struct err *err)
{
	struct drv_walk w CLEANUP(walk_release) = {.s = s, .a = a, .out = out};
	errint rc = resolve(s, r, a, out, err);

	if (!rc)
		rc = project_find_shell(s, err);
	if (!rc && r->inputs)
		rc = take_inputs(&w, err);
	for (size_t i = 0; !rc && i < out->found.n; i++) {
		const struct resolved *f = &out->found.v[i];

		for (size_t k = 0; !rc && k < f->n; k++)
			rc = walk_from(&w, f->drvs[k].drv_path, i + 1, out->labels[i], err);
		/* The /bin/sh of its build. */
		if (!rc && s->shell.drv.n)
			rc = walk_from(&w, s->shell.drv, i + 1, out->labels[i], err);
	}
	if (!rc)
		need_rest(&w);
	return rc;
}
