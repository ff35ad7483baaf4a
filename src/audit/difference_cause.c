/* SPDX-License-Identifier: MIT
 *
 * What a difference looks like. From the sure signs to the weak ones: heads of formats, a build id,
 * the same lines or words in another order, then what stands around the first byte. */
#include "audit/difference_int.h"

#include <stdlib.h>

#include "base/limits.h"

/* ---- characters and words ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_name(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '-';
}

static bool is_path(char c)
{
	return is_name(c) || (c && strchr("./+@~%", c));
}

enum { WORD_MAX = 256 };

/* The run of such characters around `at`, at most WORD_MAX to each side. */
static struct str run_around(struct str s, size_t at, bool (*of)(char))
{
	size_t from = MIN(at, s.n), to = from;

	while (from && at - from < WORD_MAX && of(s.p[from - 1]))
		from--;
	while (to < s.n && to - at < WORD_MAX && of(s.p[to]))
		to++;
	return str_sub(s, from, to - from);
}

static bool all(struct str s, bool (*of)(char))
{
	for (size_t i = 0; i < s.n; i++)
		if (!of(s.p[i]))
			return false;
	return s.n > 0;
}

static bool is_text(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < ' ' && !strchr("\t\n\r\f", s.p[i]))
			return false;
	return memchr(s.p, '\0', s.n) == NULL;
}

/* ---- times ---- */

enum {
	EPOCH_DIGITS = 10,
	TIME_SPAN = 32, /* how far a time reaches around one of its characters */
};
#define EPOCH_2000 946684800ull
#define EPOCH_2100 4102444800ull

/* Seconds since 1970, or parts of them, in digits. */
static bool is_epoch(struct str digits)
{
	uint64_t n;

	return (digits.n == EPOCH_DIGITS || digits.n == EPOCH_DIGITS + 3 ||
		digits.n == EPOCH_DIGITS + 6 || digits.n == EPOCH_DIGITS + 9) &&
	       str_to_u64(str_sub(digits, 0, EPOCH_DIGITS), &n) && n >= EPOCH_2000 &&
	       n < EPOCH_2100;
}

/* Does the text at `i` look like the pattern? '0' stands for a digit, '_' for a digit or a blank,
 * 'M' for a month's name, all else for itself. The number of bytes, or 0. */
static size_t match_time(struct str s, size_t i, const char *pattern)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t from = i;

	for (; *pattern; pattern++) {
		if (*pattern == 'M') {
			bool found = false;

			for (size_t m = 0; m < 36 && i + 3 <= s.n && !found; m += 3)
				found = memcmp(s.p + i, months + m, 3) == 0;
			if (!found)
				return 0;
			i += 3;
			continue;
		}
		if (i == s.n || (*pattern == '0'   ? !is_digit(s.p[i])
				 : *pattern == '_' ? !is_digit(s.p[i]) && s.p[i] != ' '
						   : s.p[i] != *pattern))
			return 0;
		i++;
	}
	return i - from;
}

/* Is the byte at `at` one of a date or a time of day? */
static bool in_time(struct str s, size_t at)
{
	static const char *const patterns[] = {"0000-00-00", "0000/00/00", "00:00:00",  "00:00",
					       "M _0",       "_0 M 0000",  "0000000000"};

	for (size_t i = at > TIME_SPAN ? at - TIME_SPAN : 0; i <= at && i < s.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(patterns); k++) {
			size_t n = match_time(s, i, patterns[k]);

			/* Ten digits are a time only if the whole number is. */
			if (n && i + n > at &&
			    (k + 1 < ARRAY_LEN(patterns) || is_epoch(run_around(s, at, is_digit))))
				return true;
		}
	return false;
}

/* "20261129T190412", "202611291904": digits of a date that are not told from a number's. */
static bool is_compact_date(struct str s, size_t at)
{
	struct str d = run_around(s, at, is_digit);

	return (d.n == 8 || d.n == 12 || d.n == 14) &&
	       (str_starts(d, S("20")) || str_starts(d, S("19"))) && d.p[4] <= '1' && d.p[6] <= '3';
}

/* Parts of a second stand behind a dot or a comma. */
static bool in_fraction(struct str s, size_t at)
{
	struct str d = run_around(s, at, is_digit);
	size_t from = d.n ? (size_t)(d.p - s.p) : 0;

	return from > 1 && (s.p[from - 1] == '.' || s.p[from - 1] == ',') && in_time(s, from - 2);
}

static bool is_time(struct str s, size_t at)
{
	return in_time(s, at) || in_fraction(s, at) || is_compact_date(s, at);
}

/* A number of four bytes that is a time of the second build: of what is no text, little else is
 * that near to now. */
static bool is_binary_time(const struct tree_comparison *c, const struct pair *p, size_t at)
{
	enum { NEAR = 3 * 86400 };

	for (size_t from = at > 3 ? at - 3 : 0; from <= at; from++) {
		uint32_t little = 0, big = 0;

		if (from + 4 > p->after.n)
			return false;
		for (size_t i = 0; i < 4; i++) {
			little |= (uint32_t)(unsigned char)p->after.p[from + i] << (8 * i);
			big = big << 8 | (unsigned char)p->after.p[from + i];
		}
		if ((little <= c->now && c->now - little < NEAR) ||
		    (big <= c->now && c->now - big < NEAR))
			return true;
	}
	return false;
}

/* ---- other words ---- */

static bool is_build_path(struct str s, size_t at)
{
	static const struct str marks[] = {{"/build", 6},      {"/tmp/", 5},
					   {"/var/tmp", 8},    {"kiln-build-", 11},
					   {"nix-build-", 10}, {"/dev/shm/", 9}};
	struct str word = run_around(s, at, is_path);

	for (size_t i = 0; i < ARRAY_LEN(marks); i++)
		if (str_find(word, marks[i]) >= 0)
			return true;
	return false;
}

static bool is_address(struct str s, size_t at)
{
	struct str word = run_around(s, at, is_name);

	return word.n >= 8 && str_starts(word, S("0x")) && all(str_skip(word, 2), is_hex);
}

/* How many kinds of characters a word mixes: digits, small letters, capitals. */
static unsigned kinds(struct str s)
{
	unsigned seen = 0;

	for (size_t i = 0; i < s.n; i++)
		seen |= is_digit(s.p[i])                 ? 1
			: s.p[i] >= 'a' && s.p[i] <= 'z' ? 2
			: s.p[i] >= 'A' && s.p[i] <= 'Z' ? 4
							 : 0;
	return (seen & 1) + (seen >> 1 & 1) + (seen >> 2 & 1);
}

/* Words of one length with nothing in common that a person would write. */
static bool is_random(struct str before, struct str after, size_t at)
{
	enum { SHORTEST = 6, OTHERS = 3 };
	struct str b = run_around(before, at, is_name), f = run_around(after, at, is_name);
	size_t others = 0;

	if (b.n != f.n || b.n < SHORTEST || (kinds(b) < 2 && kinds(f) < 2 && !is_digit(b.p[0])))
		return false;
	for (size_t i = 0; i < b.n; i++)
		others += b.p[i] != f.p[i];
	return others >= OTHERS;
}

enum difference_cause difference_cause_of_words(const struct tree_comparison *c,
						const struct pair *p, size_t at)
{
	bool text = is_text(str_sub(p->before, at > TIME_SPAN ? at - TIME_SPAN : 0, 2 * TIME_SPAN));

	if (is_build_path(p->before, at) || is_build_path(p->after, at))
		return DIFFERENCE_BUILD_PATH;
	if (is_address(p->before, at) && is_address(p->after, at))
		return DIFFERENCE_ADDRESS;
	if (is_time(p->before, at) && is_time(p->after, at))
		return DIFFERENCE_TIME;
	if (is_random(p->before, p->after, at))
		return DIFFERENCE_RANDOM;
	if (!text && is_binary_time(c, p, at))
		return DIFFERENCE_TIME;
	return DIFFERENCE_CONTENT;
}

/* ---- the same in another order ---- */

struct pieces {
	struct str *v;
	size_t n, cap;
};

static void split_lines(struct str s, struct pieces *out)
{
	struct str line;

	while (str_split(&s, '\n', &line)) {
		ARRAY_GROW(out->v, out->n, out->cap);
		out->v[out->n++] = line;
	}
}

static void split_words(struct str s, struct pieces *out)
{
	for (size_t i = 0; i < s.n;) {
		struct str word = run_around(str_skip(s, i), 0, is_path);

		if (!word.n) {
			i++;
			continue;
		}
		ARRAY_GROW(out->v, out->n, out->cap);
		out->v[out->n++] = word;
		i += word.n;
	}
}

static bool same_pieces(struct str before, struct str after,
			void (*split)(struct str, struct pieces *))
{
	struct pieces b = {0}, f = {0};

	split(before, &b);
	split(after, &f);
	bool same = b.n == f.n && b.n > 1;
	if (same) {
		qsort(b.v, b.n, sizeof(*b.v), str_cmp_qsort);
		qsort(f.v, f.n, sizeof(*f.v), str_cmp_qsort);
	}
	for (size_t i = 0; same && i < b.n; i++)
		same = str_eq(b.v[i], f.v[i]);
	free(b.v);
	free(f.v);
	return same;
}

static bool is_reordered(const struct pair *p)
{
	return p->before.n == p->after.n && p->before.n <= LIMIT_COMPARED && is_text(p->before) &&
	       is_text(p->after) &&
	       (same_pieces(p->before, p->after, split_lines) ||
		same_pieces(p->before, p->after, split_words));
}

/* ---- bytecode and build ids ---- */

/* PEP 552: magic, flags, then the source's time and size, or its hash. */
static bool look_bytecode(struct tree_comparison *c, const struct pair *p)
{
	enum { HEAD = 16, FLAGS = 4, TIME = 8, SIZE = 12 };
	static const char mark[] = {'\r', '\n'}, none[4] = {0};
	const char *b = p->before.p, *f = p->after.p;

	if (p->before.n < HEAD || p->after.n < HEAD || memcmp(b + 2, mark, 2) ||
	    memcmp(f + 2, mark, 2) || !str_ends(p->name, S(".pyc")))
		return false;
	bool timed = memcmp(b + FLAGS, none, 4) == 0 && memcmp(b, f, TIME) == 0 &&
		     memcmp(b + TIME, f + TIME, 4) &&
		     str_eq(str_skip(p->before, SIZE), str_skip(p->after, SIZE));
	difference_add(c, p, timed ? DIFFERENCE_TIME : DIFFERENCE_BYTECODE,
		       timed ? TIME : difference_at(p->before, p->after));
	return true;
}

/* Where an ELF object's build id is: a note of type 3 of the owner "GNU" (System V ABI, notes). */
static struct str build_id(struct str s)
{
	static const char owner[] = {4, 0, 0, 0}, type[] = {3, 0, 0, 0, 'G', 'N', 'U', 0};
	enum { HEAD = 16 };

	for (size_t i = 0; i + HEAD < s.n; i += 4) {
		size_t n = (unsigned char)s.p[i + 4];

		if (memcmp(s.p + i, owner, sizeof(owner)) == 0 &&
		    memcmp(s.p + i + 8, type, sizeof(type)) == 0 && n >= 8 && n <= 64 &&
		    i + HEAD + n <= s.n)
			return str_sub(s, i + HEAD, n);
	}
	return STR_NULL;
}

/* The first difference, or, where that is an object's build id, the next one: a build id follows
 * from all the rest. *id tells that there is no other. */
static size_t first_difference(const struct pair *p, bool *id)
{
	size_t at = difference_at(p->before, p->after);
	struct str b = STR_NULL;

	*id = false;
	if (str_starts(p->before, S("\177ELF")) && str_starts(p->after, S("\177ELF")))
		b = build_id(p->before);
	size_t from = b.n ? (size_t)(b.p - p->before.p) : 0;
	if (!b.n || at < from || at >= from + b.n)
		return at;
	size_t next =
		difference_at(str_skip(p->before, from + b.n), str_skip(p->after, from + b.n));
	*id = p->before.n == p->after.n && from + b.n + next == p->before.n;
	return *id ? at : from + b.n + next;
}

errint difference_look(struct tree_comparison *c, const struct pair *p, struct err *err)
{
	bool known = false, id;
	errint rc = difference_in_archive(c, p, &known, err);

	if (rc || known || look_bytecode(c, p))
		return rc;
	size_t at = first_difference(p, &id);
	enum difference_cause cause = id                ? DIFFERENCE_BUILD_ID
				      : is_reordered(p) ? DIFFERENCE_ORDER
							: difference_cause_of_words(c, p, at);
	if (cause != DIFFERENCE_CONTENT || !difference_in_texts(c, p))
		difference_add(c, p, cause, at);
	return 0;
}
