/* SPDX-License-Identifier: MIT
 *
 * A requirement is read from left to right; what is behind the first ';' outside of an address is
 * the marker. */
#include "py/requirement.h"

enum { MAX_EXTRAS = 256 };

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_inner(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

bool pep508_name_is(struct str name)
{
	if (!name.n || !is_alnum(name.p[0]) || !is_alnum(name.p[name.n - 1]))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (!is_inner(name.p[i]))
			return false;
	return true;
}

struct str pep503_name(struct arena *a, struct str name)
{
	char *out = arena_alloc(a, name.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '-' || c == '_' || c == '.') {
			if (n == 0 || out[n - 1] != '-')
				out[n++] = '-';
		} else {
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		}
	}
	out[n] = '\0';
	return str_n(out, n);
}

static errint bad(struct str s, const char *why, struct err *err)
{
	return err_set(err, ERR_CORRUPT, "'%.*s' is not a requirement (PEP 508): %s", STR_ARG(s),
		       why);
}

/* The longest name at the head of *rest. */
static struct str take_name(struct str *rest)
{
	size_t n = 0;
	struct str name;

	while (n < rest->n && is_inner(rest->p[n]))
		n++;
	while (n > 0 && !is_alnum(rest->p[n - 1]))
		n--;
	name = str_sub(*rest, 0, n);
	*rest = str_skip(*rest, n);
	return name;
}

static errint take_extras(struct arena *a, struct str whole, struct str *rest,
			  struct requirement *r, struct err *err)
{
	struct str list, tail, piece;

	if (!rest->n || rest->p[0] != '[')
		return 0;
	if (!str_cut(str_skip(*rest, 1), ']', &list, &tail))
		return bad(whole, "'[' without ']'", err);
	*rest = str_trim(tail);
	list = str_trim(list);
	if (!list.n)
		return 0;
	r->extras = ARENA_ARRAY(a, struct str, MAX_EXTRAS);
	while (str_split(&list, ',', &piece)) {
		piece = str_trim(piece);
		if (!pep508_name_is(piece))
			return bad(whole, "an extra is not a name", err);
		if (r->n_extras == MAX_EXTRAS)
			return bad(whole, "too many extras", err);
		r->extras[r->n_extras++] = arena_str(a, piece);
	}
	return 0;
}

/* Takes what stands before the marker's ';'; an address ends at a blank. */
static errint take_details(struct arena *a, struct str whole, struct str *rest,
			   struct requirement *r, struct err *err)
{
	struct str text = *rest, tail;
	size_t n = 0;

	if (text.n && text.p[0] == '@') {
		text = str_trim(str_skip(text, 1));
		while (n < text.n && text.p[n] != ' ' && text.p[n] != '\t')
			n++;
		if (!n)
			return bad(whole, "no address behind '@'", err);
		r->address = arena_str(a, str_sub(text, 0, n));
		*rest = str_trim(str_skip(text, n));
		return 0;
	}
	if (text.n && text.p[0] == '(') {
		if (!str_cut(str_skip(text, 1), ')', &text, &tail))
			return bad(whole, "'(' without ')'", err);
		*rest = str_trim(tail);
	} else {
		ptrdiff_t semicolon = str_chr(text, ';');

		text = semicolon < 0 ? text : str_sub(text, 0, (size_t)semicolon);
		*rest = str_skip(*rest, text.n);
	}
	if (specifier_set_parse(a, text, &r->versions, err))
		return err_wrap(err, "requirement '%.*s'", STR_ARG(whole));
	return 0;
}

errint requirement_parse(struct arena *a, struct str s, struct requirement *out, struct err *err)
{
	struct requirement r = {.address = S("")};
	struct str whole = str_trim(s), rest = whole, name = take_name(&rest);

	if (!pep508_name_is(name))
		return bad(whole, "it starts with no project name", err);
	r.name = arena_str(a, name);
	rest = str_trim(rest);
	errint rc = take_extras(a, whole, &rest, &r, err);
	if (!rc)
		rc = take_details(a, whole, &rest, &r, err);
	if (rc)
		return rc;
	if (rest.n) {
		if (rest.p[0] != ';')
			return bad(whole, "expected ';' before its marker", err);
		if (marker_parse(a, str_trim(str_skip(rest, 1)), &r.marker, err))
			return err_wrap(err, "requirement '%.*s'", STR_ARG(whole));
	}
	*out = r;
	return 0;
}
