/* SPDX-License-Identifier: MIT
 *
 * Versions against ranges, part by part: numbers as numbers, and a part with letters behind its
 * number ("0rc1") comes before that number alone. */
#include "environment/version_range.h"

#include <ctype.h>

enum { PARTS_MAX = 16 };

struct range_parts {
	struct str v[PARTS_MAX];
	size_t n;
};

static bool is_any(struct str part)
{
	return str_eqz(part, "x") || str_eqz(part, "X") || str_eqz(part, "*");
}

/* What is behind a '+' says how it was built. */
static bool cut_version(struct str text, struct range_parts *out)
{
	struct str rest = text, tail, part;

	out->n = 0;
	(void)str_cut(rest, '+', &rest, &tail);
	for (size_t i = 0; i <= rest.n; i++) {
		size_t k = i;

		while (k < rest.n &&
		       (isalnum((unsigned char)rest.p[k]) || rest.p[k] == '_' || rest.p[k] == '*'))
			k++;
		if (k < rest.n && rest.p[k] != '.' && rest.p[k] != '-')
			return false;
		part = str_sub(rest, i, k - i);
		if (!part.n || out->n == PARTS_MAX)
			return false;
		out->v[out->n++] = part;
		i = k;
	}
	return true;
}

static int compare_parts(struct str a, struct str b)
{
	size_t na = 0, nb = 0;
	uint64_t x = 0, y = 0;

	while (na < a.n && isdigit((unsigned char)a.p[na]))
		na++;
	while (nb < b.n && isdigit((unsigned char)b.p[nb]))
		nb++;
	(void)str_to_u64(str_sub(a, 0, na), &x);
	(void)str_to_u64(str_sub(b, 0, nb), &y);
	if (x != y)
		return x < y ? -1 : 1;
	a = str_skip(a, na);
	b = str_skip(b, nb);
	if (!a.n || !b.n)
		return (a.n == 0) - (b.n == 0);
	return str_cmp(a, b);
}

static int compare(const struct range_parts *a, const struct range_parts *b)
{
	for (size_t i = 0; i < a->n || i < b->n; i++) {
		int c = compare_parts(i < a->n ? a->v[i] : S("0"), i < b->n ? b->v[i] : S("0"));

		if (c)
			return c;
	}
	return 0;
}

/* Do the first n parts agree? */
static bool agree(const struct range_parts *a, const struct range_parts *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (compare_parts(i < a->n ? a->v[i] : S("0"), i < b->n ? b->v[i] : S("0")))
			return false;
	return true;
}

/* How many parts of "1.2.x" are said. */
static size_t said(const struct range_parts *v)
{
	size_t n = 0;

	while (n < v->n && !is_any(v->v[n]))
		n++;
	return n;
}

/* Of ^0.2.3 the first part that is not 0 stays, and those before it. */
static size_t kept_by_caret(const struct range_parts *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (compare_parts(v->v[i], S("0")))
			return i + 1;
	return n;
}

enum range_op { OP_BARE, OP_CARET, OP_TILDE, OP_LE, OP_GE, OP_LT, OP_GT, OP_EQ };

static enum range_op cut_op(struct str *term)
{
	static const struct {
		struct str text;
		enum range_op op;
	} ops[] = {
		{{"<=", 2}, OP_LE},   {{">=", 2}, OP_GE}, {{"==", 2}, OP_EQ}, {{"^", 1}, OP_CARET},
		{{"~", 1}, OP_TILDE}, {{"<", 1}, OP_LT},  {{">", 1}, OP_GT},  {{"=", 1}, OP_EQ},
	};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		if (str_starts(*term, ops[i].text)) {
			*term = str_trim(str_skip(*term, ops[i].text.n));
			return ops[i].op;
		}
	return OP_BARE;
}

static errint term_has(struct str term, const struct range_parts *v, bool *out, struct err *err)
{
	struct range_parts want;
	struct str text = term;
	enum range_op op = cut_op(&text);

	if (!cut_version(str_drop_prefix(text, S("v")), &want))
		return err_set(err, ERR_USAGE, "'%.*s' is no range of versions", STR_ARG(term));
	size_t n = said(&want);
	bool whole = n == want.n;

	want.n = n;
	int c = compare(v, &want);
	switch (op) {
	case OP_BARE:
		*out = agree(v, &want, n);
		break;
	case OP_EQ:
		*out = whole ? c == 0 : agree(v, &want, n);
		break;
	case OP_CARET:
		*out = c >= 0 && agree(v, &want, kept_by_caret(&want, n));
		break;
	case OP_TILDE:
		*out = c >= 0 && agree(v, &want, MIN(n, n < 2 ? (size_t)1 : (size_t)2));
		break;
	case OP_LE:
		*out = c <= 0 || agree(v, &want, n);
		break;
	case OP_GE:
		*out = c >= 0;
		break;
	case OP_LT:
		*out = c < 0;
		break;
	case OP_GT:
		*out = c > 0 && !(agree(v, &want, n) && !whole);
		break;
	}
	return 0;
}

/* Terms of which all hold. A blank may stand between an operator and its version. */
static errint all_have(struct str terms, const struct range_parts *v, bool *out, struct err *err)
{
	struct str rest = str_trim(terms);
	errint rc = 0;

	*out = true;
	while (!rc && rest.n) {
		size_t k = 0;
		bool one = true;

		while (k < rest.n && strchr("<>=^~ ", rest.p[k]))
			k++;
		while (k < rest.n && rest.p[k] != ' ' && rest.p[k] != ',')
			k++;
		rc = term_has(str_trim(str_sub(rest, 0, k)), v, &one, err);
		*out = *out && one;
		while (k < rest.n && (rest.p[k] == ' ' || rest.p[k] == ','))
			k++;
		rest = str_skip(rest, k);
	}
	return rc;
}

errint version_range_has(struct str range, struct str version, bool *out, struct err *err)
{
	struct str rest = str_trim(range), some;
	struct range_parts v;
	bool has = false;
	errint rc = 0;

	if (!rest.n || str_eqz(rest, "*") || str_eqz(rest, "latest")) {
		*out = true;
		return 0;
	}
	if (!cut_version(version, &v)) {
		*out = str_eq(rest, version);
		return 0;
	}
	for (bool more = true; !rc && more;) {
		ptrdiff_t at = str_find(rest, S("||"));
		bool one = false;

		more = at >= 0;
		some = at < 0 ? rest : str_sub(rest, 0, (size_t)at);
		rest = at < 0 ? S("") : str_skip(rest, (size_t)at + 2);
		if (!str_trim(some).n)
			return err_set(err, ERR_USAGE, "'%.*s' is no range of versions",
				       STR_ARG(range));
		rc = all_have(some, &v, &one, err);
		has = has || one;
	}
	if (!rc)
		*out = has;
	return rc;
}
