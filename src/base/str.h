/* SPDX-License-Identifier: MIT
 *
 * String slices: pointer and length, borrowed, not NUL terminated, any bytes. NUL terminated
 * text appears only where a system call or a library wants it. */
#pragma once

#include <string.h>
#include "base/compiler.h"

struct str {
	const char *p;
	size_t n;
};

#define S(lit)     ((struct str){(lit), sizeof(lit) - 1})
#define STR_NULL   ((struct str){NULL, 0})
/* For printf's "%.*s". */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_c(const char *z)
{
	return (struct str){z, z ? strlen(z) : 0};
}

static inline struct str str_n(const char *p, size_t n)
{
	return (struct str){p, n};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline bool str_eqz(struct str a, const char *z)
{
	return str_eq(a, str_c(z));
}

/* Byte order, shorter first on a tie: Nix's and the C locale's order. */
static inline int str_cmp(struct str a, struct str b)
{
	size_t n = MIN(a.n, b.n);
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

static inline bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
	return s.n >= suffix.n &&
	       (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

/* The rest from byte `from` on (clamped), or the slice [from, from+n) (clamped). */
struct str str_skip(struct str s, size_t from);
struct str str_sub(struct str s, size_t from, size_t n);

/* Index of the first/last c, or -1. */
ptrdiff_t str_chr(struct str s, char c);
ptrdiff_t str_rchr(struct str s, char c);
/* Index of the first occurrence of needle, or -1; an empty needle is at 0. */
ptrdiff_t str_find(struct str s, struct str needle);

/* Takes the next piece before sep off the front of *rest into *piece; false when *rest is
 * exhausted (rest->p is then NULL). An empty string gives one empty piece. */
bool str_split(struct str *rest, char sep, struct str *piece);
/* Splits at the first sep into head and tail; false, with both untouched, when absent. */
bool str_cut(struct str s, char sep, struct str *head, struct str *tail);

/* Drops ASCII blanks at both ends. */
struct str str_trim(struct str s);
/* Removes a prefix or suffix when there. */
struct str str_drop_prefix(struct str s, struct str prefix);
struct str str_drop_suffix(struct str s, struct str suffix);

/* The part behind the last '/', and the part before it ("." when there is none). */
struct str path_base(struct str path);
struct str path_dir(struct str path);

/* A whole decimal number without sign or blanks; false on anything else or overflow. */
bool str_to_u64(struct str s, uint64_t *out);
/* The same with K, M, G or T behind the digits, in either case: powers of 1024. */
bool str_to_u64_units(struct str s, uint64_t *out);
bool str_to_i64(struct str s, int64_t *out);

/* A malloc'd, NUL terminated copy. */
ATTR_MALLOC char *str_dupz(struct str s);
uint64_t str_hash(struct str s);
/* Order for qsort over struct str. */
int str_cmp_qsort(const void *a, const void *b);

/* Damerau-Levenshtein distance, for 'did you mean'; gives up above max and returns max + 1. */
unsigned str_distance(struct str a, struct str b, unsigned max);
