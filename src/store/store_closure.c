/* SPDX-License-Identifier: MIT
 *
 * Sets of paths that belong together. Breadth first over the database; the visited set is a map,
 * the result is sorted. */
#include "store/store_int.h"

#include <stdlib.h>

struct closure_walk {
	struct store *s;
	struct arena *a;
	unsigned flags;
	struct path_map seen;
	struct str *v;
	size_t n, cap;
};

static void walk_release(struct closure_walk *w)
{
	path_map_release(&w->seen);
	free(w->v);
}

/* path lives in the arena. */
static void visit(struct closure_walk *w, struct str path)
{
	if (path_map_get(&w->seen, path))
		return;
	path_map_put(&w->seen, path, (void *)path.p);
	ARRAY_GROW(w->v, w->n, w->cap);
	w->v[w->n++] = path;
}

static void visit_set(struct closure_walk *w, const struct str_set *set)
{
	for (size_t i = 0; i < set->n; i++)
		visit(w, set->v[i]);
}

static errint visit_if_valid(struct closure_walk *w, struct str path, struct err *err)
{
	bool valid;
	errint rc = db_is_valid(w->s, path, &valid, err);

	if (!rc && valid)
		visit(w, path);
	return rc;
}

static errint visit_outputs(struct closure_walk *w, struct str drv, struct err *err)
{
	struct str_set outputs;
	errint rc = db_paths(w->s, w->a, DB_QUERY_OUTPUTS, &drv, &outputs, err);

	for (size_t i = 0; !rc && i < outputs.n; i++)
		rc = visit_if_valid(w, outputs.v[i], err);
	return rc;
}

static errint visit_drv_of(struct closure_walk *w, struct str path, struct err *err)
{
	struct str_set drv;
	errint rc = db_paths(w->s, w->a, DB_QUERY_DERIVER, &path, &drv, err);

	for (size_t i = 0; !rc && i < drv.n; i++)
		rc = visit_if_valid(w, drv.v[i], err);
	return rc;
}

/* The edges between derivations and outputs turn round with the references. */
static errint visit_neighbours(struct closure_walk *w, struct str path, struct err *err)
{
	bool back = w->flags & CLOSURE_REFERRERS, drv = store_path_is_drv(path);
	unsigned to_outputs = back ? CLOSURE_DERIVERS : CLOSURE_OUTPUTS;
	struct str_set next;
	errint rc = db_paths(w->s, w->a, back ? DB_QUERY_REFERRERS : DB_QUERY_REFS_OF, &path, &next,
			     err);

	if (rc)
		return rc;
	visit_set(w, &next);
	if (w->flags & to_outputs && drv)
		rc = visit_outputs(w, path, err);
	if (!rc && !back && w->flags & CLOSURE_DERIVERS)
		rc = visit_drv_of(w, path, err);
	if (!rc && back && w->flags & CLOSURE_OUTPUTS) {
		rc = db_paths(w->s, w->a, DB_QUERY_DERIVERS, &path, &next, err);
		if (!rc)
			visit_set(w, &next);
	}
	return rc;
}

static errint start(struct closure_walk *w, struct str path, struct err *err)
{
	bool valid;
	errint rc = db_is_valid(w->s, path, &valid, err);

	if (rc)
		return rc;
	if (!valid)
		return store_not_valid(path, err);
	visit(w, arena_str(w->a, path));
	return 0;
}

errint store_closure(struct store *s, struct arena *a, const struct str *paths, size_t n,
		     unsigned flags, struct str_set *out, struct err *err)
{
	struct closure_walk w CLEANUP(walk_release) = {.s = s, .a = a, .flags = flags};
	struct db_reading reading CLEANUP(db_reading_end) = {0};
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_reading_begin(s, &reading, err);
	for (size_t i = 0; !rc && i < n; i++)
		rc = start(&w, paths[i], err);
	for (size_t i = 0; !rc && i < w.n; i++)
		rc = visit_neighbours(&w, w.v[i], err);
	if (rc)
		return rc;
	out->v = ARENA_ARRAY(a, struct str, w.n);
	out->n = w.n;
	if (w.n)
		memcpy(out->v, w.v, w.n * sizeof(*w.v));
	str_set_sort(out);
	return 0;
}

/* ---- order ---- */

enum mark { UNSEEN, OPEN, DONE };

struct topo {
	struct store *s;
	struct str_set in;
	struct path_map place; /* path -> its node */
	struct node {
		enum mark mark;
		struct str_set refs;
		size_t next; /* into refs */
	} * nodes;
	size_t *stack, depth;
	struct str *out;
	size_t n_out;
};

static void topo_release(struct topo *t)
{
	path_map_release(&t->place);
	free(t->nodes);
	free(t->stack);
}

static errint topo_open(struct topo *t, struct arena *a, size_t i, struct err *err)
{
	struct node *node = &t->nodes[i];

	node->mark = OPEN;
	t->stack[t->depth++] = i;
	return db_paths(t->s, a, DB_QUERY_REFS_OF, &t->in.v[i], &node->refs, err);
}

/* Goes down to the next unseen reference, or finishes the node on top of the stack. */
static errint topo_step(struct topo *t, struct arena *a, struct err *err)
{
	size_t i = t->stack[t->depth - 1];
	struct node *node = &t->nodes[i];

	while (node->next < node->refs.n) {
		struct node *ref = path_map_get(&t->place, node->refs.v[node->next++]);
		if (!ref || ref == node || ref->mark == DONE)
			continue;
		size_t at = (size_t)(ref - t->nodes);
		if (ref->mark == OPEN)
			return err_set(err, ERR_CORRUPT,
				       "cycle detected in the references of '%.*s' from '%.*s'",
				       STR_ARG(t->in.v[at]), STR_ARG(t->in.v[i]));
		return topo_open(t, a, at, err);
	}
	node->mark = DONE;
	t->depth--;
	t->out[t->n_out++] = t->in.v[i];
	return 0;
}

errint store_topo_sort(struct store *s, struct arena *a, struct str_set in, struct str **out,
		       struct err *err)
{
	ARENA(scratch);
	struct topo t CLEANUP(topo_release) = {
		.s = s,
		.in = in,
		.nodes = xcalloc(in.n + 1, sizeof(*t.nodes)),
		.stack = xcalloc(in.n + 1, sizeof(*t.stack)),
		.out = ARENA_ARRAY(a, struct str, in.n),
	};
	struct db_reading reading CLEANUP(db_reading_end) = {0};
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_reading_begin(s, &reading, err);
	for (size_t i = 0; i < in.n; i++)
		path_map_put(&t.place, in.v[i], &t.nodes[i]);
	for (size_t i = 0; !rc && i < in.n; i++) {
		if (t.nodes[i].mark == UNSEEN)
			rc = topo_open(&t, &scratch, i, err);
		while (!rc && t.depth > 0)
			rc = topo_step(&t, &scratch, err);
	}
	if (!rc)
		*out = t.out;
	return rc;
}
