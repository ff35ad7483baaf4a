/* SPDX-License-Identifier: MIT
 *
 * Weighing names: a slip of one letter, then a beginning, then a part, then slips of more letters,
 * which must be few for the length of the word. */
#include "base/suggest.h"

#include "base/buf.h"

enum { LETTERS_BEGIN = 2, LETTERS_WITHIN = 3, LETTERS_A_SLIP = 3 };

struct suggestion suggestion_for(struct str word)
{
	return (struct suggestion){.word = word};
}

static struct str undashed(struct str s)
{
	while (s.n && *s.p == '-')
		s = str_skip(s, 1);
	return s;
}

unsigned suggestion_rank(struct str word, struct str name)
{
	unsigned slips = (unsigned)(word.n / LETTERS_A_SLIP);
	unsigned d = slips ? str_distance(word, name, slips) : 1;

	if (slips && d <= 1)
		return NEAR_SLIP;
	if (word.n >= LETTERS_BEGIN && str_starts(name, word))
		return NEAR_BEGIN;
	if (name.n >= LETTERS_WITHIN && str_starts(word, name))
		return NEAR_BEGIN;
	if (word.n >= LETTERS_WITHIN && str_find(name, word) >= 0)
		return NEAR_WITHIN;
	return slips && d <= slips ? NEAR_SLIPS + d : 0;
}

void suggestion_offer(struct suggestion *s, struct str name)
{
	suggestion_offer_as(s, name, name);
}

void suggestion_offer_as(struct suggestion *s, struct str name, struct str shown)
{
	unsigned rank = suggestion_rank(undashed(s->word), undashed(name));

	if (s->slips_only && rank != NEAR_SLIP && rank < NEAR_SLIPS)
		rank = 0;

	/* A single letter is as near to everything. */
	if (!rank || undashed(name).n < 2 || (s->rank && rank > s->rank))
		return;
	if (rank < s->rank || !s->rank)
		s->n = 0;
	s->rank = rank;
	for (size_t i = 0; i < s->n; i++)
		if (str_eq(s->near[i], shown))
			return;
	if (s->n < SUGGESTIONS_MAX)
		s->near[s->n++] = shown;
}

bool suggestion_hint(const struct suggestion *s, struct err *err)
{
	BUF(b, LIMIT_ERR_TEXT);

	for (size_t i = 0; i < s->n; i++)
		buf_printf(&b, "%s'%.*s'",
			   i == 0         ? ""
			   : i + 1 < s->n ? ", "
					  : " or ",
			   STR_ARG(s->near[i]));
	if (s->n)
		err_hint(err, "did you mean %s?", buf_z(&b));
	return s->n > 0;
}
