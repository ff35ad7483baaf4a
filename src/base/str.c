/* SPDX-License-Identifier: MIT
 *
 * String slices: searching, splitting, numbers. Any bytes, no locale. */
#include "base/str.h"

#include <stdlib.h>

struct str str_skip(struct str s, size_t from)
{
	from = MIN(from, s.n);
	return str_n(from ? s.p + from : s.p, s.n - from);
}

struct str str_sub(struct str s, size_t from, size_t n)
{
	s = str_skip(s, from);
	return str_n(s.p, MIN(n, s.n));
}

ptrdiff_t str_chr(struct str s, char c)
{
	const char *p = s.n ? memchr(s.p, c, s.n) : NULL;

	return p ? p - s.p : -1;
}

ptrdiff_t str_rchr(struct str s, char c)
{
	const char *p = s.n ? memrchr(s.p, c, s.n) : NULL;

	return p ? p - s.p : -1;
}

ptrdiff_t str_find(struct str s, struct str needle)
{
	if (needle.n == 0)
		return 0;
	const char *p = s.n ? memmem(s.p, s.n, needle.p, needle.n) : NULL;

	return p ? p - s.p : -1;
}

bool str_split(struct str *rest, char sep, struct str *piece)
{
	if (!rest->p)
		return false;
	ptrdiff_t at = str_chr(*rest, sep);

	if (at < 0) {
		*piece = *rest;
		*rest = STR_NULL;
		return true;
	}
	*piece = str_n(rest->p, (size_t)at);
	*rest = str_skip(*rest, (size_t)at + 1);
	return true;
}

bool str_cut(struct str s, char sep, struct str *head, struct str *tail)
{
	ptrdiff_t at = str_chr(s, sep);

	if (at < 0)
		return false;
	*head = str_n(s.p, (size_t)at);
	*tail = str_skip(s, (size_t)at + 1);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_skip(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_drop_prefix(struct str s, struct str prefix)
{
	return str_starts(s, prefix) ? str_skip(s, prefix.n) : s;
}

struct str str_drop_suffix(struct str s, struct str suffix)
{
	return str_ends(s, suffix) ? str_n(s.p, s.n - suffix.n) : s;
}

bool str_to_u64(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

bool str_to_u64_units(struct str s, uint64_t *out)
{
	static const char units[] = "KMGT";
	const char *unit = s.n > 1 ? memchr(units, s.p[s.n - 1] & ~0x20, sizeof(units) - 1) : NULL;
	unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	uint64_t n;

	if (!str_to_u64(unit ? str_sub(s, 0, s.n - 1) : s, &n) || n > UINT64_MAX >> shift)
		return false;
	*out = n << shift;
	return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
	uint64_t v;

	if (!str_to_u64(s, &v) || v > INT64_MAX)
		return false;
	*out = (int64_t)v;
	return true;
}

char *str_dupz(struct str s)
{
	char *p = xmalloc(s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return p;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 r = (unsigned __int128)a * b;

	return (uint64_t)r ^ (uint64_t)(r >> 64);
}

uint64_t str_hash(struct str s)
{
	/* Odd constants without structure (digits of pi and e); any such pair would do. */
	const uint64_t k0 = 0x243f6a8885a308d3, k1 = 0xb7e151628aed2a6b;
	uint64_t h = k0 ^ s.n, w;

	for (; s.n >= 8; s = str_skip(s, 8)) {
		memcpy(&w, s.p, 8);
		h = mix(h ^ w, k1);
	}
	w = 0;
	if (s.n)
		memcpy(&w, s.p, s.n);
	return mix(mix(h ^ w, k1), k0);
}

int str_cmp_qsort(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = MIN(a, b);

	return MIN(m, c);
}

unsigned str_distance(struct str a, struct str b, unsigned max)
{
	enum { LONGEST = 255 };
	unsigned rows[3][LONGEST + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	if (a.n > LONGEST || b.n > LONGEST || MAX(a.n, b.n) - MIN(a.n, b.n) > max)
		return max + 1;
	for (size_t j = 0; j <= b.n; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned best = now[0] = (unsigned)i;

		for (size_t j = 1; j <= b.n; j++) {
			unsigned cost = a.p[i - 1] != b.p[j - 1];

			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + cost);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				now[j] = MIN(now[j], before[j - 2] + 1);
			best = MIN(best, now[j]);
		}
		if (best > max)
			return max + 1;
		unsigned *free_row = before;

		before = last;
		last = now;
		now = free_row;
	}
	return MIN(last[b.n], max + 1);
}
