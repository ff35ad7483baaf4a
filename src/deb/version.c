/* SPDX-License-Identifier: MIT
 *
 * The order of deb-version(7): epochs as numbers, then upstream and revision, each taken apart into
 * runs without and with digits. In the former '~' sorts before the end, letters before the rest. */
#include "deb/version.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The weight of the character at i; the end of the run, a digit or the end of s, weighs 0. */
static int weight(struct str s, size_t i)
{
	unsigned char c;

	if (i >= s.n || is_digit(s.p[i]))
		return 0;
	c = (unsigned char)s.p[i];
	if (c == '~')
		return -1;
	return is_letter(s.p[i]) ? c : c + 256;
}

static size_t skip_zeros(struct str s, size_t i)
{
	while (i < s.n && s.p[i] == '0')
		i++;
	return i;
}

static size_t digits_end(struct str s, size_t i)
{
	while (i < s.n && is_digit(s.p[i]))
		i++;
	return i;
}

/* Compares the numbers at *i and *j, of any length, and moves behind them. */
static int compare_numbers(struct str a, size_t *i, struct str b, size_t *j)
{
	size_t ai = skip_zeros(a, *i), bj = skip_zeros(b, *j);
	size_t an = digits_end(a, ai) - ai, bn = digits_end(b, bj) - bj;

	*i = ai + an;
	*j = bj + bn;
	if (an != bn)
		return an < bn ? -1 : 1;
	return an ? memcmp(a.p + ai, b.p + bj, an) : 0;
}

static int compare_part(struct str a, struct str b)
{
	size_t i = 0, j = 0;

	while (i < a.n || j < b.n) {
		int c;

		while ((i < a.n && !is_digit(a.p[i])) || (j < b.n && !is_digit(b.p[j]))) {
			c = weight(a, i) - weight(b, j);
			if (c)
				return c;
			i++;
			j++;
		}
		c = compare_numbers(a, &i, b, &j);
		if (c)
			return c;
	}
	return 0;
}

struct version_parts {
	struct str epoch, upstream, revision;
};

static struct version_parts take_apart(struct str v)
{
	struct version_parts p = {S(""), v, S("")};
	ptrdiff_t dash;

	if (!str_cut(v, ':', &p.epoch, &p.upstream))
		p.epoch = S("");
	dash = str_rchr(p.upstream, '-');
	if (dash >= 0) {
		p.revision = str_skip(p.upstream, (size_t)dash + 1);
		p.upstream = str_sub(p.upstream, 0, (size_t)dash);
	}
	return p;
}

int deb_version_cmp(struct str a, struct str b)
{
	struct version_parts x = take_apart(a), y = take_apart(b);
	int c = compare_part(x.epoch, y.epoch);

	if (!c)
		c = compare_part(x.upstream, y.upstream);
	return c ? c : compare_part(x.revision, y.revision);
}

bool deb_relation_parse(struct str *s, enum deb_relation *out)
{
	static const struct {
		const char *op;
		enum deb_relation rel;
	} table[] = {
#define X(id, op) {op, DEB_REL_##id},
		DEB_RELATIONS(X)
#undef X
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (!str_starts(*s, str_c(table[i].op)))
			continue;
		*s = str_skip(*s, strlen(table[i].op));
		*out = table[i].rel;
		return true;
	}
	return false;
}

bool deb_version_satisfies(struct str have, enum deb_relation rel, struct str want)
{
	int c = rel == DEB_REL_ANY ? 0 : deb_version_cmp(have, want);

	switch (rel) {
	case DEB_REL_LT:
		return c < 0;
	case DEB_REL_LE:
		return c <= 0;
	case DEB_REL_EQ:
		return c == 0;
	case DEB_REL_GE:
		return c >= 0;
	case DEB_REL_GT:
		return c > 0;
	case DEB_REL_ANY:
		break;
	}
	return true;
}
