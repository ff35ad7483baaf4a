/* SPDX-License-Identifier: MIT
 *
 * The layout table. */
#include "deb/layout.h"

#include "deb/rules.h"

static const struct {
	const char *from, *to; /* "%" in from is the triplet */
} table[] = {
	{"bin", "bin"},       {"etc", "etc"},     {"lib", "lib"},       {"lib/%", "lib"},
	{"lib64", "lib"},     {"opt", "opt"},     {"sbin", "bin"},      {"usr", ""},
	{"usr/games", "bin"}, {"usr/lib", "lib"}, {"usr/lib/%", "lib"}, {"usr/lib64", "lib"},
	{"usr/sbin", "bin"},
};

static struct str fill(struct arena *a, const char *from, struct str triplet)
{
	struct str s = str_c(from), head, tail;

	return str_cut(s, '%', &head, &tail)
		       ? str_c(arena_printf(a, "%.*s%.*s", STR_ARG(head), STR_ARG(triplet)))
		       : s;
}

/* Keeps the rows longest first, and of equal length in the order in which they came. */
static void insert(struct deb_layout *l, struct str from, struct str to)
{
	size_t at = l->n++;

	for (; at && l->v[at - 1].from.n < from.n; at--)
		l->v[at] = l->v[at - 1];
	l->v[at] = (struct deb_layout_row){from, to};
}

void deb_layout_init(struct arena *a, struct str triplet, const struct deb_rules *rules,
		     struct deb_layout *out)
{
	out->v = ARENA_ARRAY(a, struct deb_layout_row, rules->n + ARRAY_LEN(table));
	out->n = 0;
	for (size_t i = 0; i < rules->n; i++)
		if (rules->v[i].verb == DEB_LAYOUT)
			insert(out, rules->v[i].arg[0], rules->v[i].arg[1]);
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		insert(out, fill(a, table[i].from, triplet), str_c(table[i].to));
}

/* Is name the folder `dir` or below it? */
static bool is_below(struct str name, struct str dir)
{
	return str_starts(name, dir) && (name.n == dir.n || name.p[dir.n] == '/');
}

bool deb_layout_map(const struct deb_layout *l, struct arena *a, struct str name, struct str *out)
{
	for (size_t i = 0; i < l->n; i++) {
		struct str rest;

		if (!is_below(name, l->v[i].from))
			continue;
		rest = str_skip(name, l->v[i].from.n + 1);
		if (!l->v[i].to.n || !rest.n)
			*out = l->v[i].to.n ? l->v[i].to : rest;
		else
			*out = str_c(
				arena_printf(a, "%.*s/%.*s", STR_ARG(l->v[i].to), STR_ARG(rest)));
		return true;
	}
	return false;
}
