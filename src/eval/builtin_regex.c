/* SPDX-License-Identifier: MIT
 *
 * builtins.match and builtins.split. Compiled patterns are kept for the evaluation: nixpkgs' lib
 * matches the same few patterns thousands of times. */
#include "eval/builtin_int.h"

#include <stdlib.h>
#include "base/regex.h"

struct regexes {
	struct regex_slot {
		struct str pattern; /* malloc'd; p is NULL in a free slot */
		struct regex *re;
		struct regex_match *groups; /* room for a match */
	} * slots;
	size_t n, cap; /* cap is 0 or a power of two */
};

void regexes_free(struct regexes *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->cap; i++) {
		free((char *)r->slots[i].pattern.p);
		regex_free(r->slots[i].re);
		free(r->slots[i].groups);
	}
	free(r->slots);
	free(r);
}

static struct regex_slot *slot_of(struct regexes *r, struct str pattern)
{
	size_t i = str_hash(pattern) & (r->cap - 1);

	while (r->slots[i].pattern.p && !str_eq(r->slots[i].pattern, pattern))
		i = (i + 1) & (r->cap - 1);
	return &r->slots[i];
}

static void regexes_grow(struct regexes *r)
{
	struct regexes bigger = {.n = r->n, .cap = r->cap ? 2 * r->cap : 64};

	if (2 * r->n < r->cap)
		return;
	bigger.slots = xcalloc(bigger.cap, sizeof(*bigger.slots));
	for (size_t i = 0; i < r->cap; i++)
		if (r->slots[i].pattern.p)
			*slot_of(&bigger, r->slots[i].pattern) = r->slots[i];
	free(r->slots);
	*r = bigger;
}

static errint fail_too_big(struct eval *E, struct str pattern)
{
	return eval_fail(E, 0, "memory limit exceeded by regular expression '%.*s'",
			 STR_ARG(pattern));
}

/* Valid until the next call. */
static errint compiled(struct eval *E, struct str pattern, struct regex_slot **out)
{
	enum regex_status status;
	struct regex_slot *slot;
	struct regex *re;

	if (!E->regexes)
		E->regexes = xcalloc(1, sizeof(*E->regexes));
	regexes_grow(E->regexes);
	slot = slot_of(E->regexes, pattern);
	if (slot->pattern.p) {
		regex_watch(slot->re, E->interrupt);
		*out = slot;
		return 0;
	}
	re = regex_new(pattern, &status);
	if (status == REGEX_TOO_BIG)
		return fail_too_big(E, pattern);
	if (!re)
		return eval_fail(E, 0, "invalid regular expression '%.*s'", STR_ARG(pattern));
	slot->pattern = str_n(str_dupz(pattern), pattern.n);
	slot->re = re;
	regex_watch(re, E->interrupt);
	slot->groups = xcalloc(regex_groups(re) + 1, sizeof(*slot->groups));
	E->regexes->n++;
	*out = slot;
	return 0;
}

/* The list of groups: strings, and null for those that took no part. */
static struct value groups_value(struct eval *E, const struct regex_slot *slot, struct str s)
{
	size_t n = regex_groups(slot->re);
	struct value **to = list_alloc(E, n);
	struct value *boxes = heap_alloc(E, n * sizeof(*boxes));

	for (size_t i = 0; i < n; i++) {
		const struct regex_match *m = &slot->groups[i + 1];

		boxes[i] = m->matched ? v_str(str_sub(s, m->from, m->to - m->from)) : v_null();
		to[i] = &boxes[i];
	}
	return v_list(to, n);
}

BUILTIN(match)
{
	struct regex_slot *slot;
	struct str pattern, s;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.match",
			      &pattern));
	TRY(compiled(E, pattern, &slot));
	TRY(want_string(E, args[1], 0,
			"while evaluating the second argument passed to builtins.match", &s, NULL));
	/* Evaluating the text may have compiled others. */
	TRY(compiled(E, pattern, &slot));
	switch (regex_match_whole(slot->re, s, slot->groups)) {
	case REGEX_TOO_HARD:
		TRY(eval_check_interrupt(E));
		return fail_too_big(E, pattern);
	case REGEX_NO:
		*out = v_null();
		return 0;
	case REGEX_YES:
		break;
	}
	*out = groups_value(E, slot, s);
	return 0;
}

struct split_pieces {
	struct value **v;
	size_t n, cap;
};

static void pieces_release(struct split_pieces *p)
{
	free(p->v);
}

static void pieces_add(struct eval *E, struct split_pieces *p, struct value v)
{
	ARRAY_GROW(p->v, p->n, p->cap);
	p->v[p->n++] = value_box(E, v);
}

BUILTIN(split)
{
	struct split_pieces p CLEANUP(pieces_release) = {0};
	enum regex_result found;
	struct regex_iter it;
	struct regex_slot *slot;
	struct str pattern, s;
	struct value **to;
	size_t before;

	TRY(want_string_plain(E, args[0], 0,
			      "while evaluating the first argument passed to builtins.split",
			      &pattern));
	TRY(compiled(E, pattern, &slot));
	TRY(want_string(E, args[1], 0,
			"while evaluating the second argument passed to builtins.split", &s, NULL));
	TRY(compiled(E, pattern, &slot));
	it = regex_iter_init(slot->re, s);
	while ((found = regex_iter_next(&it, slot->groups, &before)) == REGEX_YES) {
		TRY(eval_check_interrupt(E));
		pieces_add(E, &p, v_str(str_sub(s, before, slot->groups[0].from - before)));
		pieces_add(E, &p, groups_value(E, slot, s));
	}
	TRY(eval_check_interrupt(E));
	if (found == REGEX_TOO_HARD)
		return fail_too_big(E, pattern);
	/* Only a string that was not split keeps its context. */
	pieces_add(E, &p, p.n ? v_str(str_skip(s, it.last_to)) : *args[1]);
	TRY(list_check(E, p.n));
	to = list_alloc(E, p.n);
	TRY(eval_copy(E, to, p.v, p.n * sizeof(*to)));
	*out = v_list(to, p.n);
	return 0;
}

const struct builtin_row builtins_regex[] = {
	{"match", 2, 0, builtin_match, "regex str",
	 "The groups of a POSIX extended regular expression that matches all of str; null when it "
	 "does not match."},
	{"split", 2, 0, builtin_split, "regex str",
	 "The pieces of str between the matches of a POSIX extended regular expression, with the list "
	 "of each match's groups in their places."},
	BUILTIN_END,
};
