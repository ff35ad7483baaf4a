/* SPDX-License-Identifier: MIT
 *
 * Distances are counted backwards from the end over the closure's references; then only what has
 * one is looked at. */
#include "store/why.h"

#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include "base/file.h"
#include "base/process.h"

enum { MARGIN = 32 };

/* ---- the graph ---- */

struct why_whole {
	struct store *s;
	struct arena *a;
	struct str_set closure;
	struct why_node *nodes; /* of the closure's paths */
	struct path_info *infos;
};

static struct why_node *node_of(const struct why_whole *g, struct str path)
{
	const struct str *found =
		bsearch(&path, g->closure.v, g->closure.n, sizeof(*g->closure.v), str_cmp_qsort);

	return found ? &g->nodes[found - g->closure.v] : NULL;
}

static errint load(struct why_whole *g, struct err *err)
{
	g->nodes = ARENA_ARRAY(g->a, struct why_node, g->closure.n);
	g->infos = ARENA_ARRAY(g->a, struct path_info, g->closure.n);
	for (size_t i = 0; i < g->closure.n; i++) {
		errint rc = store_query(g->s, g->a, g->closure.v[i], &g->infos[i], err);

		if (rc)
			return rc;
		g->nodes[i].path = g->closure.v[i];
		g->nodes[i].distance = UINT_MAX;
	}
	return 0;
}

/* Round by round: whoever refers to a node of this distance is one farther. */
static void measure(struct why_whole *g, struct why_node *end)
{
	bool more = true;

	end->distance = 0;
	for (unsigned d = 0; more; d++) {
		more = false;
		for (size_t i = 0; i < g->closure.n; i++) {
			const struct path_info *info = &g->infos[i];

			for (size_t k = 0; g->nodes[i].distance > d && k < info->n_refs; k++) {
				struct why_node *to = node_of(g, info->refs[k]);

				if (to && to->distance == d) {
					g->nodes[i].distance = d + 1;
					more = true;
				}
			}
		}
	}
}

static int cmp_step(const void *a, const void *b)
{
	const struct why_node *x = ((const struct why_step *)a)->to;
	const struct why_node *y = ((const struct why_step *)b)->to;

	if (x->distance != y->distance)
		return x->distance < y->distance ? -1 : 1;
	return str_cmp(x->path, y->path);
}

static void add_steps(struct why_whole *g, bool to_itself)
{
	for (size_t i = 0; i < g->closure.n; i++) {
		struct why_node *node = &g->nodes[i];
		const struct path_info *info = &g->infos[i];

		node->steps = ARENA_ARRAY(g->a, struct why_step, info->n_refs);
		for (size_t k = 0; k < info->n_refs; k++) {
			struct why_node *to = node_of(g, info->refs[k]);

			if (to && to->distance != UINT_MAX && (to != node || to_itself))
				node->steps[node->n++].to = to;
		}
		qsort(node->steps, node->n, sizeof(*node->steps), cmp_step);
	}
}

errint why_graph(struct store *s, struct arena *a, struct str from, struct str to,
		 struct why_node **out, struct err *err)
{
	struct why_whole g = {.s = s, .a = a};
	errint rc = store_closure(s, a, &from, 1, 0, &g.closure, err);

	if (rc)
		return rc;
	if (!str_set_has(g.closure, to)) {
		*out = NULL;
		return 0;
	}
	rc = load(&g, err);
	if (rc)
		return rc;
	measure(&g, node_of(&g, to));
	add_steps(&g, str_eq(from, to));
	*out = node_of(&g, from);
	return 0;
}

/* ---- the files ---- */

struct why_search {
	struct arena *a;
	struct why_node *node;
	size_t n;
	struct buf path; /* within the node's */
	unsigned depth;
};

static void scan_release(struct why_search *s)
{
	buf_release(&s->path);
}

static void found_at(struct why_search *s, struct why_step *step, struct str bytes, size_t at,
		     bool link)
{
	size_t from = link || at < MARGIN ? 0 : at - MARGIN;
	struct str around = str_sub(bytes, from, at - from + STORE_HASH_LEN + MARGIN);
	struct str text = arena_str(s->a, link ? bytes : around);

	for (size_t i = 0; i < text.n; i++)
		if (!isprint((unsigned char)text.p[i]))
			((char *)text.p)[i] = '.';
	if (step->n == step->cap) {
		size_t cap = MAX(2 * step->cap, 4);
		struct why_place *grown = ARENA_ARRAY(s->a, struct why_place, cap);

		if (step->n)
			memcpy(grown, step->places, step->n * sizeof(*grown));
		step->places = grown;
		step->cap = cap;
	}
	step->places[step->n++] = (struct why_place){
		.file = s->path.n ? arena_str(s->a, buf_str(&s->path)) : S("/"),
		.link = link,
		.text = text,
		.at = at - from,
	};
}

static void scan_bytes(struct why_search *s, struct str bytes, bool link)
{
	for (size_t i = 0; i < s->n; i++) {
		struct why_step *step = &s->node->steps[i];
		struct str hash = store_path_hash_part(step->to->path);
		const char *p = bytes.n ? memmem(bytes.p, bytes.n, hash.p, hash.n) : NULL;

		if (p)
			found_at(s, step, bytes, (size_t)(p - bytes.p), link);
	}
}

static errint scan_file(struct why_search *s, int dirfd, const char *name, struct err *err)
{
	struct stat st;
	int fd CLEANUP_FD = -1;
	errint rc = open_file(dirfd, name, &fd, err);

	if (rc)
		return rc;
	if (fstat(fd, &st))
		return err_sys(err, "reading '%s'", name);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return 0;
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(err, "reading '%s'", name);
	scan_bytes(s, str_n(p, (size_t)st.st_size), false);
	munmap(p, (size_t)st.st_size);
	return 0;
}

static errint scan_any(struct why_search *s, int dirfd, const char *name, unsigned char type,
		       struct err *err);

static errint scan_folder(struct why_search *s, int dirfd, const char *name, struct err *err)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	int fd CLEANUP_FD = -1;
	char *above CLEANUP_FREE = xstrdup(buf_z(&s->path));
	errint rc = open_dir(dirfd, name, &fd, err);

	if (!rc)
		rc = dir_list(dirfd, name, &list, err);
	if (!rc && ++s->depth > LIMIT_NAR_DEPTH)
		rc = err_set(err, ERR_TOO_BIG, "'%s' is nested too deeply", buf_z(&s->path));
	for (size_t i = 0; !rc && i < list.n; i++) {
		buf_clear(&s->path);
		buf_printf(&s->path, "%s%s%s", above, *above ? "/" : "", list.v[i].name);
		rc = scan_any(s, fd, list.v[i].name, list.v[i].type, err);
	}
	s->depth--;
	return rc;
}

static errint scan_any(struct why_search *s, int dirfd, const char *name, unsigned char type,
		       struct err *err)
{
	char *target CLEANUP_FREE = NULL;
	errint rc = interrupt_check(err);

	if (rc)
		return rc;
	switch (type) {
	case DT_DIR:
		return scan_folder(s, dirfd, name, err);
	case DT_LNK:
		rc = read_link(dirfd, name, &target, err);
		if (!rc)
			scan_bytes(s, str_c(target), true);
		return rc;
	case DT_REG:
		return scan_file(s, dirfd, name, err);
	default:
		return 0;
	}
}

errint why_scan(struct store *s, struct arena *a, struct why_node *node, size_t n, struct err *err)
{
	char *real CLEANUP_FREE = store_real_path(s, node->path);
	struct why_search scan CLEANUP(scan_release) = {
		.a = a, .node = node, .n = n, .path = BUF_INIT(LIMIT_PATH_TEXT * 16)};
	struct stat st;

	if (node->scanned)
		return 0;
	node->scanned = true;
	if (lstat(real, &st))
		return err_sys(err, "reading '%s'", real);
	return scan_any(&scan, AT_FDCWD, real, IFTODT(st.st_mode), err);
}
