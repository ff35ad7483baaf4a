/* SPDX-License-Identifier: MIT
 *
 * Words against rows. Letters count without case, '_' and '.' as '-'. */
#include <ctype.h>
#include <stdlib.h>
#include "base/suggest.h"
#include "project/catalog.h"

/* Steps of one word; of several words the steps are added. */
enum {
	FOUND_SAME,
	FOUND_BEGIN,   /* of a name */
	FOUND_WITHIN,  /* a name */
	FOUND_WORD,    /* of the description */
	FOUND_IN_TEXT, /* of the description */
	FOUND_IN_ORIGIN,
	FOUND_NOT,
};

struct searched { /* a row's texts, plain */
	struct str last, name, attr, description, origin;
};

static struct str plain(struct arena *a, struct str s)
{
	char *copy = arena_strz(a, s);

	for (char *p = copy; *p; p++)
		*p = *p == '_' || *p == '.' ? '-' : (char)tolower((unsigned char)*p);
	return str_n(copy, s.n);
}

static struct searched searched_of(struct arena *a, const struct catalog_row *row)
{
	struct str last = str_skip(row->attr, (size_t)(str_rchr(row->attr, '.') + 1));

	return (struct searched){
		.last = plain(a, last),
		.name = plain(a, row->name),
		.attr = plain(a, row->attr),
		.description = plain(a, row->description),
		.origin = plain(a, row->origin),
	};
}

static bool is_word_at(struct str text, size_t at, size_t n)
{
	bool begins = at == 0 || !isalnum((unsigned char)text.p[at - 1]);

	return begins && (at + n == text.n || !isalnum((unsigned char)text.p[at + n]));
}

static bool has_word(struct str text, struct str word)
{
	for (size_t from = 0;;) {
		ptrdiff_t at = str_find(str_skip(text, from), word);

		if (at < 0)
			return false;
		if (is_word_at(text, from + (size_t)at, word.n))
			return true;
		from += (size_t)at + 1;
	}
}

static unsigned found(const struct searched *s, struct str word)
{
	if (str_eq(s->last, word) || str_eq(s->name, word) || str_eq(s->attr, word))
		return FOUND_SAME;
	if (str_starts(s->last, word) || str_starts(s->name, word))
		return FOUND_BEGIN;
	if (str_find(s->attr, word) >= 0 || str_find(s->name, word) >= 0)
		return FOUND_WITHIN;
	if (has_word(s->description, word))
		return FOUND_WORD;
	if (str_find(s->description, word) >= 0)
		return FOUND_IN_TEXT;
	return str_find(s->origin, word) >= 0 ? FOUND_IN_ORIGIN : FOUND_NOT;
}

/* A slip of the fingers away from a name. */
static unsigned nearly(const struct searched *s, struct str word)
{
	unsigned a = suggestion_rank(word, s->last), b = suggestion_rank(word, s->name);
	unsigned rank = a && (!b || a < b) ? a : b;

	return FOUND_NOT + rank;
}

struct search {
	struct arena *a;
	struct str *words;
	size_t n_words;
	struct catalog_hit *v;
	size_t n;
};

static void look(struct search *s, const struct catalog_row *v, const struct searched *texts,
		 size_t n, bool near)
{
	for (size_t i = 0; i < n; i++) {
		/* Without words nothing is nearer: they stay as they are. */
		unsigned rank = s->n_words ? 0 : (unsigned)i;
		bool all = true;

		for (size_t k = 0; all && k < s->n_words; k++) {
			unsigned one = found(&texts[i], s->words[k]);

			if (one == FOUND_NOT && near)
				one = nearly(&texts[i], s->words[k]);
			all = one != FOUND_NOT;
			rank += one;
		}
		if (all)
			s->v[s->n++] =
				(struct catalog_hit){.row = &v[i], .rank = rank, .slip = near};
	}
}

/* ---- one package under several names ---- */

static int by_rank(const void *a, const void *b)
{
	const struct catalog_hit *x = a, *y = b;

	if (x->rank != y->rank)
		return (x->rank > y->rank) - (x->rank < y->rank);
	if (x->row->kind != y->row->kind)
		return (x->row->kind > y->row->kind) - (x->row->kind < y->row->kind);
	if (x->row->attr.n != y->row->attr.n)
		return (x->row->attr.n > y->row->attr.n) - (x->row->attr.n < y->row->attr.n);
	return str_cmp(x->row->attr, y->row->attr);
}

/* What two names of one package have in common. */
static int compare_package(const struct catalog_row *x, const struct catalog_row *y)
{
	int c = str_cmp(x->name, y->name);

	c = c ? c : str_cmp(x->version, y->version);
	c = c ? c : str_cmp(x->origin, y->origin);
	return c ? c : str_cmp(x->position, y->position);
}

static int by_package(const void *a, const void *b)
{
	int c = compare_package(((const struct catalog_hit *)a)->row,
				((const struct catalog_hit *)b)->row);

	return c ? c : by_rank(a, b);
}

/* Each run of one package becomes one hit, under its shortest name. */
static void fold(struct search *s)
{
	size_t kept = 0;

	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_package);
	for (size_t i = 0, end; i < s->n; i = end) {
		struct catalog_hit hit = s->v[i];
		size_t shown = i;

		for (end = i + 1; end < s->n; end++) {
			if (hit.row->failure || compare_package(hit.row, s->v[end].row) != 0)
				break;
			if (s->v[end].row->attr.n < s->v[shown].row->attr.n)
				shown = end;
		}
		struct str *also = ARENA_ARRAY(s->a, struct str, end - i);
		for (size_t k = i; k < end; k++)
			if (k != shown)
				also[hit.n_also++] = s->v[k].row->attr;
		hit.also = also;
		hit.row = s->v[shown].row;
		s->v[kept++] = hit;
	}
	s->n = kept;
	if (s->n)
		qsort(s->v, s->n, sizeof(*s->v), by_rank);
}

void catalog_search(struct arena *a, const struct catalog_row *v, size_t n,
		    const char *const *words, size_t n_words, struct catalog_hit **out,
		    size_t *n_out)
{
	struct search s = {.a = a, .n_words = n_words};
	struct searched *texts = ARENA_ARRAY(a, struct searched, n);

	s.v = ARENA_ARRAY(a, struct catalog_hit, n);
	s.words = ARENA_ARRAY(a, struct str, n_words);
	for (size_t i = 0; i < n_words; i++)
		s.words[i] = plain(a, str_c(words[i]));
	for (size_t i = 0; i < n; i++)
		texts[i] = searched_of(a, &v[i]);
	look(&s, v, texts, n, false);
	if (!s.n)
		look(&s, v, texts, n, true);
	fold(&s);
	*out = s.v;
	*n_out = s.n;
}
