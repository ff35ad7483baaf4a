/* SPDX-License-Identifier: MIT
 *
 * Expressions are parsed into a small tree and printed again. Sources: the SPDX specification 2.3,
 * Annex D, whose operators people write in any case, and the lists of its licences. */
#include "sbom/spdx.h"

#include <stdlib.h>
#include <strings.h>
#include "base/buf.h"

enum { MAX_TEXT = 4096, MAX_DEPTH = 64 };

/* ---- the lists ---- */

static const char *const licences[] = {
#define X(id) id,
#include "sbom/spdx_licences.def"
#undef X
};
static const char *const exceptions[] = {
#define X(id) id,
#include "sbom/spdx_exceptions.def"
#undef X
};

static int by_name(const void *key, const void *row)
{
	const struct str *name = key;
	const char *id = *(const char *const *)row;
	int c = strncasecmp(name->p, id, name->n);

	return c ? c : -(id[name->n] != '\0');
}

static struct str listed(const char *const *v, size_t n, struct str name)
{
	const char *const *row =
		name.n ? bsearch(&name, v, n, sizeof(*v), by_name) : (const char *const *)NULL;

	return row ? str_c(*row) : S("");
}

struct str spdx_id(struct str name)
{
	return listed(licences, ARRAY_LEN(licences), name);
}

struct str spdx_exception(struct str name)
{
	return listed(exceptions, ARRAY_LEN(exceptions), name);
}

/* ---- reading ---- */

enum spdx_kind { SPDX_LICENCE, SPDX_WITH, SPDX_AND, SPDX_OR }; /* the looser the later */
static const char *const operators[] = {"", " WITH ", " AND ", " OR "};

struct spdx_node {
	enum spdx_kind kind;
	struct str id;               /* of a licence, and behind WITH */
	struct spdx_node *one, *two; /* two is NULL behind WITH */
};

struct spdx_reader {
	struct arena *a;
	struct str rest, word; /* "" at the end */
	unsigned depth;
	bool bad;
};

static void next(struct spdx_reader *r)
{
	size_t n = 0;

	r->rest = str_trim(r->rest);
	if (r->rest.n && (r->rest.p[0] == '(' || r->rest.p[0] == ')'))
		n = 1;
	else
		while (n < r->rest.n && !strchr("() \t\r\n", r->rest.p[n]) && r->rest.p[n])
			n++;
	/* A NUL stays where it is, and nothing expects it. */
	r->bad |= !n && r->rest.n;
	r->word = str_sub(r->rest, 0, n);
	r->rest = str_skip(r->rest, n);
}

static bool word_is(const struct spdx_reader *r, const char *word)
{
	return r->word.n == strlen(word) && strncasecmp(r->word.p, word, r->word.n) == 0;
}

static bool is_reference(struct str word)
{
	ptrdiff_t colon = str_chr(word, ':');
	struct str id = str_skip(word, (size_t)(colon + 1));

	if (colon >= 0 && !str_starts(word, S("DocumentRef-")))
		return false;
	if (!str_starts(id, S("LicenseRef-")) || id.n == strlen("LicenseRef-"))
		return false;
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] | 32) >= 'a' && (id.p[i] | 32) <= 'z') &&
		    !(id.p[i] >= '0' && id.p[i] <= '9') && id.p[i] != '-' && id.p[i] != '.')
			return false;
	return true;
}

/* What the list has no more is called as it has it now: GPL-2.0 and GPL-2.0+. */
static struct str of_this_version(struct arena *a, struct str id, bool later)
{
	struct str better = spdx_id(
		str_c(arena_printf(a, "%.*s%s", STR_ARG(id), later ? "-or-later" : "-only")));

	if (better.n || !later)
		return better.n ? better : id;
	return str_c(arena_printf(a, "%.*s+", STR_ARG(id)));
}

static struct str licence_of(struct arena *a, struct str word)
{
	bool later = str_ends(word, S("+"));
	struct str id = spdx_id(str_drop_suffix(word, S("+")));

	if (is_reference(word))
		return arena_str(a, word);
	return id.n ? of_this_version(a, id, later) : S("");
}

static struct spdx_node *node(struct spdx_reader *r, enum spdx_kind kind, struct str id,
			      struct spdx_node *one, struct spdx_node *two)
{
	struct spdx_node *n = ARENA_NEW(r->a, struct spdx_node);

	*n = (struct spdx_node){kind, id, one, two};
	return n;
}

static struct spdx_node *read_or(struct spdx_reader *r);

static struct spdx_node *read_one(struct spdx_reader *r)
{
	struct spdx_node *n;

	if (word_is(r, "(")) {
		r->bad |= ++r->depth > MAX_DEPTH;
		next(r);
		n = r->bad ? NULL : read_or(r);
		r->bad |= !word_is(r, ")");
		r->depth--;
		next(r);
		return n;
	}
	struct str id = licence_of(r->a, r->word);
	r->bad |= !id.n;
	next(r);
	n = node(r, SPDX_LICENCE, id, NULL, NULL);
	if (!word_is(r, "WITH"))
		return n;
	next(r);
	id = spdx_exception(r->word);
	r->bad |= !id.n;
	next(r);
	return node(r, SPDX_WITH, id, n, NULL);
}

static struct spdx_node *read_and(struct spdx_reader *r)
{
	struct spdx_node *n = read_one(r);

	while (!r->bad && word_is(r, "AND")) {
		next(r);
		n = node(r, SPDX_AND, S(""), n, read_one(r));
	}
	return n;
}

static struct spdx_node *read_or(struct spdx_reader *r)
{
	struct spdx_node *n = read_and(r);

	while (!r->bad && word_is(r, "OR")) {
		next(r);
		n = node(r, SPDX_OR, S(""), n, read_and(r));
	}
	return n;
}

/* NULL when it is none. */
static struct spdx_node *parse(struct arena *a, struct str text)
{
	struct spdx_reader r = {.a = a, .rest = text};

	if (text.n > MAX_TEXT)
		return NULL;
	next(&r);
	struct spdx_node *n = read_or(&r);
	return r.bad || r.word.n || r.rest.n ? NULL : n;
}

/* ---- printing ---- */

/* A chain of one operator leans to the left, so that only what is in brackets is deep. */
static void print(const struct spdx_node *n, enum spdx_kind within, struct buf *b)
{
	bool brackets = n->kind > within;

	buf_putz(b, brackets ? "(" : "");
	if (n->one)
		print(n->one, n->kind, b);
	buf_putz(b, operators[n->kind]);
	buf_puts(b, n->id);
	if (n->two)
		print(n->two, n->kind, b);
	buf_putz(b, brackets ? ")" : "");
}

struct str spdx_expression(struct arena *a, struct str text)
{
	BUF(b, 2 * MAX_TEXT);
	const struct spdx_node *n = parse(a, text);

	if (!n)
		return S("");
	print(n, SPDX_OR, &b);
	return b.over ? S("") : arena_str(a, buf_str(&b));
}

/* ---- a policy ---- */

static bool has(const struct str *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].n == id.n && strncasecmp(v[i].p, id.p, id.n) == 0)
			return true;
	return false;
}

/* Who allows a version alone allows what may be taken under it. */
static bool is_allowed(struct arena *a, struct str id, const struct str *v, size_t n)
{
	struct str stem = str_drop_suffix(str_drop_suffix(id, S("-or-later")), S("+"));

	if (has(v, n, id) || (stem.n != id.n && has(v, n, stem)))
		return true;
	return stem.n != id.n && has(v, n, str_c(arena_printf(a, "%.*s-only", STR_ARG(stem))));
}

static bool allowed(struct arena *a, const struct spdx_node *e, const struct str *v, size_t n,
		    struct str *which)
{
	struct str ignored;

	switch (e->kind) {
	case SPDX_AND:
		return allowed(a, e->one, v, n, which) && allowed(a, e->two, v, n, which);
	case SPDX_OR:
		return allowed(a, e->two, v, n, &ignored) || allowed(a, e->one, v, n, which);
	case SPDX_WITH:
		if (has(v, n,
			str_c(arena_printf(a, "%.*s WITH %.*s", STR_ARG(e->one->id),
					   STR_ARG(e->id)))))
			return true;
		return allowed(a, e->one, v, n, which);
	default:
		*which = e->id;
		return is_allowed(a, e->id, v, n);
	}
}

bool spdx_allowed(struct arena *a, struct str expression, const struct str *v, size_t n,
		  struct str *which)
{
	const struct spdx_node *e = parse(a, expression);
	struct str first = expression;
	bool ok = e && allowed(a, e, v, n, &first);

	if (!ok && which)
		*which = first;
	return ok;
}
