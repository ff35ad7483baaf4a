/* SPDX-License-Identifier: MIT
 *
 * References drawn: as a tree of lines, or in the language of Graphviz. */
#include "cli/store_verbs.h"

#include <stdlib.h>

enum { TREE_DEPTH = 4096 };

struct graph_seen {
	struct str *v; /* sorted */
	size_t n, cap;
};

static void seen_release(struct graph_seen *s)
{
	free(s->v);
}

/* True when the path is new. */
static bool seen_add(struct graph_seen *s, struct str path)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int c = str_cmp(s->v[mid], path);
		if (c == 0)
			return false;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	ARRAY_GROW(s->v, s->n, s->cap);
	memmove(s->v + low + 1, s->v + low, (s->n - low) * sizeof(*s->v));
	s->v[low] = path;
	s->n++;
	return true;
}

/* ---- tree ---- */

struct tree {
	struct store_request *r;
	struct graph_seen done;
	struct buf pad;
	unsigned depth;
};

static void tree_release(struct tree *t)
{
	seen_release(&t->done);
	buf_release(&t->pad);
}

static errint tree_node(struct tree *t, const char *branch, struct str path, struct err *err);

static errint tree_children(struct tree *t, const struct str *refs, size_t n, struct err *err)
{
	size_t pad = t->pad.n;
	errint rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		bool last = i + 1 == n;
		out_str(buf_str(&t->pad));
		buf_putz(&t->pad, last ? "    " : "│   ");
		rc = tree_node(t, last ? "└───" : "├───", refs[i], err);
		t->pad.n = pad;
		t->pad.p[pad] = '\0';
	}
	return rc;
}

/* References are ordered so that what another one needs comes first and is told there: the tree
 * stays flat. */
static errint tree_node(struct tree *t, const char *branch, struct str path, struct err *err)
{
	struct store_request *r = t->r;
	struct path_info info;
	struct str *order;
	bool again = !seen_add(&t->done, path);

	out_printf("%s%.*s%s\n", branch, STR_ARG(path), again ? " [...]" : "");
	if (again)
		return 0;
	if (t->depth >= TREE_DEPTH)
		return err_set(err, ERR_TOO_BIG, "the tree is deeper than %d", TREE_DEPTH);
	errint rc = store_query(r->s, r->a, path, &info, err);
	if (!rc)
		rc = store_topo_sort(r->s, r->a, (struct str_set){info.refs, info.n_refs}, &order,
				     err);
	if (rc)
		return rc;
	t->depth++;
	rc = tree_children(t, order, info.n_refs, err);
	t->depth--;
	return rc;
}

errint print_tree(struct store_request *r, const struct str *paths, size_t n, struct err *err)
{
	struct tree t CLEANUP(tree_release) = {.r = r, .pad = BUF_INIT(LIMIT_ERR_TEXT)};
	errint rc = 0;

	buf_putz(&t.pad, "");
	for (size_t i = 0; !rc && i < n; i++)
		rc = tree_node(&t, "", paths[i], err);
	return rc;
}

/* ---- Graphviz ---- */

static const char *next_colour(unsigned *i)
{
	static const char *const colours[] = {"black", "red",     "green",
					      "blue",  "magenta", "burlywood"};

	return colours[(*i)++ % ARRAY_LEN(colours)];
}

static struct str base_of(struct str path)
{
	return store_path_base(path);
}

static errint graph_node(struct store_request *r, struct str path, struct graph_seen *todo,
			 unsigned *colour, struct err *err)
{
	struct path_info info;
	errint rc = store_query(r->s, r->a, path, &info, err);

	if (rc)
		return rc;
	out_printf("\"%.*s\" [label = \"%.*s\", shape = box, style = filled, "
		   "fillcolor = \"#ff0000\"];\n",
		   STR_ARG(base_of(path)), STR_ARG(store_path_name(path)));
	for (size_t i = 0; i < info.n_refs; i++) {
		if (str_eq(info.refs[i], path))
			continue;
		seen_add(todo, info.refs[i]);
		out_printf("\"%.*s\" -> \"%.*s\" [color = \"%s\"];\n",
			   STR_ARG(base_of(info.refs[i])), STR_ARG(base_of(path)),
			   next_colour(colour));
	}
	return 0;
}

errint print_graph(struct store_request *r, struct str_set roots, struct err *err)
{
	struct graph_seen todo CLEANUP(seen_release) = {0}, done CLEANUP(seen_release) = {0};
	unsigned colour = 0;
	errint rc = 0;

	for (size_t i = 0; i < roots.n; i++)
		seen_add(&todo, roots.v[i]);
	out_str(S("digraph G {\n"));
	while (!rc && todo.n) {
		struct str path = todo.v[0];
		memmove(todo.v, todo.v + 1, --todo.n * sizeof(*todo.v));
		if (seen_add(&done, path))
			rc = graph_node(r, path, &todo, &colour, err);
	}
	out_str(S("}\n"));
	return rc;
}
