/* SPDX-License-Identifier: MIT
 *
 * Unified diffs by Myers' greedy algorithm; beyond many changes the middle is replaced whole. */
#include "recipe/diff.h"

#include <stdlib.h>

enum { CONTEXT = 3, MOST_CHANGES = 2000 };

struct diff_lines {
	struct str *v; /* with their ends */
	size_t n, cap;
};

static void split(struct diff_lines *l, struct str s)
{
	while (s.n) {
		ptrdiff_t nl = str_chr(s, '\n');
		size_t n = nl < 0 ? s.n : (size_t)nl + 1;

		ARRAY_GROW(l->v, l->n, l->cap);
		l->v[l->n++] = str_n(s.p, n);
		s = str_skip(s, n);
	}
}

/* drop[i]: line i of the old text goes; add[j]: line j of the new one comes. */
struct diff_script {
	bool *drop, *add;
};

/* The furthest reaching paths, one row a number of changes: v[d][k + d] is x on diagonal k. */
struct diff_search {
	const struct str *a, *b;
	long n, m;
	long **rows;
	long depth;
};

static bool search_step(struct diff_search *s, long d)
{
	long *row = xcalloc((size_t)(2 * d + 1), sizeof(*row));
	const long *up = d ? s->rows[d - 1] : NULL; /* its diagonal k is at k + d - 1 */
	bool done = false;

	s->rows[d] = row;
	s->depth = d;
	for (long k = -d; k <= d && !done; k += 2) {
		bool down = d && (k == -d || (k != d && up[k - 1 + d - 1] < up[k + 1 + d - 1]));
		long x = !d ? 0 : down ? up[k + 1 + d - 1] : up[k - 1 + d - 1] + 1;

		while (x < s->n && x - k < s->m && str_eq(s->a[x], s->b[x - k]))
			x++;
		row[k + d] = x;
		done = x >= s->n && x - k >= s->m;
	}
	return done;
}

static void search_back(const struct diff_search *s, struct diff_script *out, size_t offset)
{
	long x = s->n, y = s->m;

	for (long d = s->depth; d > 0; d--) {
		const long *up = s->rows[d - 1];
		long k = x - y;
		bool down = k == -d || (k != d && up[k - 1 + d - 1] < up[k + 1 + d - 1]);
		long from = down ? k + 1 : k - 1;

		x = up[from + d - 1];
		y = x - from;
		if (down)
			out->add[offset + (size_t)y] = true;
		else
			out->drop[offset + (size_t)x] = true;
	}
}

static void compare(const struct diff_lines *a, const struct diff_lines *b, struct diff_script *out)
{
	size_t head = 0, tail = 0;

	while (head < a->n && head < b->n && str_eq(a->v[head], b->v[head]))
		head++;
	while (tail < a->n - head && tail < b->n - head &&
	       str_eq(a->v[a->n - 1 - tail], b->v[b->n - 1 - tail]))
		tail++;
	struct diff_search s = {
		.a = a->v + head,
		.b = b->v + head,
		.n = (long)(a->n - head - tail),
		.m = (long)(b->n - head - tail),
		.rows = xcalloc(MOST_CHANGES + 1, sizeof(*s.rows)),
	};
	long most = MIN(s.n + s.m, (long)MOST_CHANGES), d = 0;
	bool done = false;

	for (; d <= most && !done; d++)
		done = search_step(&s, d);
	if (done)
		search_back(&s, out, head);
	for (long i = 0; !done && i < s.n; i++)
		out->drop[head + (size_t)i] = true;
	for (long j = 0; !done && j < s.m; j++)
		out->add[head + (size_t)j] = true;
	for (long i = 0; i <= s.depth; i++)
		free(s.rows[i]);
	free(s.rows);
}

/* ---- printing ---- */

static void put_line(struct buf *out, char mark, struct str line)
{
	buf_putc(out, mark);
	buf_puts(out, line);
	if (!str_ends(line, S("\n")))
		buf_putz(out, "\n\\ No newline at end of file\n");
}

static void put_range(struct buf *out, char mark, size_t from, size_t n)
{
	/* Of no lines the one before is named. */
	buf_printf(out, "%c%zu", mark, n ? from + 1 : from);
	if (n != 1)
		buf_printf(out, ",%zu", n);
}

struct diff_hunk {
	size_t a, b, a_end, b_end;
};

static void put_hunk(const struct diff_lines *a, const struct diff_lines *b,
		     const struct diff_script *s, struct diff_hunk h, struct buf *out)
{
	size_t i = h.a, j = h.b;

	buf_putz(out, "@@ ");
	put_range(out, '-', h.a, h.a_end - h.a);
	buf_putc(out, ' ');
	put_range(out, '+', h.b, h.b_end - h.b);
	buf_putz(out, " @@\n");
	while (i < h.a_end || j < h.b_end) {
		if (i < h.a_end && s->drop[i])
			put_line(out, '-', a->v[i++]);
		else if (j < h.b_end && s->add[j])
			put_line(out, '+', b->v[j++]);
		else {
			put_line(out, ' ', a->v[i++]);
			j++;
		}
	}
}

/* Equal lines from here on, on both sides. */
static size_t run_of_equals(const struct diff_lines *a, const struct diff_lines *b,
			    const struct diff_script *s, size_t i, size_t j)
{
	size_t n = 0;

	while (i + n < a->n && j + n < b->n && !s->drop[i + n] && !s->add[j + n])
		n++;
	return n;
}

static void put_hunks(const struct diff_lines *a, const struct diff_lines *b,
		      const struct diff_script *s, struct buf *out)
{
	for (size_t i = 0, j = 0; i < a->n || j < b->n;) {
		size_t same = run_of_equals(a, b, s, i, j), lead = MIN(same, (size_t)CONTEXT);

		i += same;
		j += same;
		if (i >= a->n && j >= b->n)
			return;
		struct diff_hunk h = {i - lead, j - lead, i, j};
		for (;;) {
			while (i < a->n && s->drop[i])
				i++;
			while (j < b->n && s->add[j])
				j++;
			same = run_of_equals(a, b, s, i, j);
			/* Hunks whose surroundings would meet are one. */
			if (same > 2 * CONTEXT || (i + same >= a->n && j + same >= b->n))
				break;
			i += same;
			j += same;
		}
		same = MIN(same, (size_t)CONTEXT);
		h.a_end = i + same;
		h.b_end = j + same;
		put_hunk(a, b, s, h, out);
		i = h.a_end;
		j = h.b_end;
	}
}

void diff_unified(struct str name, struct str from, struct str to, struct buf *out)
{
	struct diff_lines a = {0}, b = {0};
	struct diff_script s;

	if (str_eq(from, to))
		return;
	split(&a, from);
	split(&b, to);
	s.drop = xcalloc(a.n + 1, sizeof(*s.drop));
	s.add = xcalloc(b.n + 1, sizeof(*s.add));
	compare(&a, &b, &s);
	buf_printf(out, "--- a/%.*s\n+++ b/%.*s\n", STR_ARG(name), STR_ARG(name));
	put_hunks(&a, &b, &s, out);
	free(a.v);
	free(b.v);
	free(s.drop);
	free(s.add);
}
