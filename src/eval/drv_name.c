/* SPDX-License-Identifier: MIT
 *
 * Names and versions of derivations. Everything here is bytes of ASCII, whatever the locale. */
#include "eval/drv_name.h"

#include <limits.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

void drv_name_split(struct str s, struct str *name, struct str *version)
{
	*name = s;
	*version = S("");
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '-' && !is_alpha(s.p[i + 1])) {
			*name = str_n(s.p, i);
			*version = str_skip(s, i + 1);
			return;
		}
}

static bool is_separator(char c)
{
	return c == '.' || c == '-';
}

struct str version_next(struct str *rest)
{
	size_t i = 0, from;
	bool digits;

	while (i < rest->n && is_separator(rest->p[i]))
		i++;
	from = i;
	digits = i < rest->n && is_digit(rest->p[i]);
	while (i < rest->n && is_digit(rest->p[i]) == digits && !is_separator(rest->p[i]))
		i++;
	*rest = str_n(rest->p + i, rest->n - i);
	return str_n(rest->p - (i - from), i - from);
}

/* A component that fits into an int counts as a number; Nix takes longer ones as text. */
static bool as_number(struct str c, int64_t *out)
{
	return str_to_i64(c, out) && *out <= INT_MAX;
}

static bool component_less(struct str a, struct str b)
{
	int64_t na, nb;
	bool a_num = as_number(a, &na), b_num = as_number(b, &nb);

	if (a_num && b_num)
		return na < nb;
	if (a.n == 0 && b_num)
		return true;
	if (str_eqz(a, "pre") && !str_eqz(b, "pre"))
		return true;
	if (str_eqz(b, "pre"))
		return false;
	/* 2.3a comes before 2.3.1 */
	if (b_num)
		return true;
	if (a_num)
		return false;
	return str_cmp(a, b) < 0;
}

int version_compare_next(struct str *a, struct str *b)
{
	struct str ca = version_next(a), cb = version_next(b);

	if (component_less(ca, cb))
		return -1;
	return component_less(cb, ca);
}

int version_compare(struct str a, struct str b)
{
	int order = 0;

	while (order == 0 && (a.n || b.n))
		order = version_compare_next(&a, &b);
	return order;
}
