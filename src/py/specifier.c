/* SPDX-License-Identifier: MIT
 *
 * The clauses' meanings, each a few lines of PEP 440, "Version specifiers". */
#include "py/specifier.h"

#include "base/limits.h"

enum { MAX_CLAUSES = 256 };

bool specifier_op_take(struct str s, enum specifier_op *op, struct str *rest)
{
	static const struct {
		struct str text;
		enum specifier_op op;
	} ops[] = {
		{S("==="), SPECIFIER_ARBITRARY}, {S("=="), SPECIFIER_EQ},
		{S("~="), SPECIFIER_COMPATIBLE}, {S("!="), SPECIFIER_NE},
		{S("<="), SPECIFIER_LE},         {S(">="), SPECIFIER_GE},
		{S("<"), SPECIFIER_LT},          {S(">"), SPECIFIER_GT},
	};

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (!str_starts(s, ops[i].text))
			continue;
		*op = ops[i].op;
		*rest = str_skip(s, ops[i].text.n);
		return true;
	}
	return false;
}

static errint bad(struct str s, const char *why, struct err *err)
{
	return err_set(err, ERR_CORRUPT, "'%.*s' is not a version specifier: %s", STR_ARG(s), why);
}

errint specifier_parse(struct arena *a, struct str s, struct specifier *out, struct err *err)
{
	struct specifier spec = {0};
	struct str text = str_trim(s), version;

	if (!specifier_op_take(text, &spec.op, &version))
		return bad(text, "it starts with no operator", err);
	version = str_trim(version);
	spec.text = arena_str(a, version);
	if (spec.op == SPECIFIER_ARBITRARY) {
		if (!version.n || str_chr(version, ' ') >= 0)
			return bad(text, "=== wants one word", err);
		*out = spec;
		return 0;
	}
	if ((spec.op == SPECIFIER_EQ || spec.op == SPECIFIER_NE) && str_ends(version, S(".*"))) {
		spec.prefix = true;
		version = str_drop_suffix(version, S(".*"));
	}
	if (pep440_parse(a, version, &spec.version, err))
		return err_wrap(err, "'%.*s' is not a version specifier", STR_ARG(text));
	if (spec.prefix &&
	    (pep440_is_pre(&spec.version) || spec.version.has_post || spec.version.n_local))
		return bad(text, "only a release can end in '.*'", err);
	if (spec.version.n_local && spec.op != SPECIFIER_EQ && spec.op != SPECIFIER_NE)
		return bad(text, "a local version stands with == and != alone", err);
	if (spec.op == SPECIFIER_COMPATIBLE && spec.version.n_release < 2)
		return bad(text, "~= wants at least two parts", err);
	*out = spec;
	return 0;
}

errint specifier_set_parse(struct arena *a, struct str s, struct specifier_set *out,
			   struct err *err)
{
	struct specifier *v = ARENA_ARRAY(a, struct specifier, MAX_CLAUSES);
	struct str rest = str_trim(s), piece;
	size_t n = 0;
	errint rc;

	while (rest.n && str_split(&rest, ',', &piece)) {
		piece = str_trim(piece);
		if (!piece.n) /* a comma at the end */
			continue;
		if (n == MAX_CLAUSES)
			return err_set(err, ERR_TOO_BIG, "more than %d version specifiers",
				       MAX_CLAUSES);
		rc = specifier_parse(a, piece, &v[n++], err);
		if (rc)
			return rc;
	}
	out->v = v;
	out->n = n;
	return 0;
}

/* Two versions with the local part of `v` left out. */
static int cmp_public(const struct pep440 *v, const struct pep440 *spec)
{
	struct pep440 public = *v;

	public.n_local = 0;
	return pep440_cmp(&public, spec);
}

static bool equals(const struct specifier *s, const struct pep440 *v)
{
	if (s->prefix)
		return pep440_has_prefix(v, &s->version);
	return (s->version.n_local ? pep440_cmp(v, &s->version) : cmp_public(v, &s->version)) == 0;
}

/* `<2` does not mean 2's own pre-releases, the first of which would be 2.dev0. */
static bool below(const struct specifier *s, const struct pep440 *v)
{
	struct pep440 limit = s->version;

	if (!pep440_is_pre(&limit)) {
		limit.has_dev = true;
		limit.dev = 0;
	}
	return pep440_cmp(v, &limit) < 0;
}

/* `>2` means neither 2's post-releases nor its local versions. */
static bool above(const struct specifier *s, const struct pep440 *v)
{
	struct pep440 base = *v;

	if (pep440_cmp(v, &s->version) <= 0 || cmp_public(v, &s->version) == 0)
		return false;
	if (!v->has_post || s->version.has_post || s->version.has_dev)
		return true;
	base.has_post = base.has_dev = false;
	return cmp_public(&base, &s->version) != 0;
}

static bool compatible(const struct specifier *s, const struct pep440 *v)
{
	struct pep440 prefix = s->version;

	prefix.n_release--;
	return cmp_public(v, &s->version) >= 0 && pep440_has_prefix(v, &prefix);
}

static bool same_text(struct str text, const struct pep440 *v)
{
	BUF(normal, LIMIT_SMALL_FILE);
	struct str s;

	pep440_print(v, &normal);
	s = buf_str(&normal);
	if (s.n != text.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = text.p[i];

		if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != s.p[i])
			return false;
	}
	return true;
}

bool specifier_contains(const struct specifier *s, const struct pep440 *v)
{
	switch (s->op) {
	case SPECIFIER_COMPATIBLE:
		return compatible(s, v);
	case SPECIFIER_EQ:
		return equals(s, v);
	case SPECIFIER_NE:
		return !equals(s, v);
	case SPECIFIER_LE:
		return cmp_public(v, &s->version) <= 0;
	case SPECIFIER_GE:
		return cmp_public(v, &s->version) >= 0;
	case SPECIFIER_LT:
		return below(s, v);
	case SPECIFIER_GT:
		return above(s, v);
	case SPECIFIER_ARBITRARY:
		return same_text(s->text, v);
	}
	BUG("specifier operator %d", s->op);
}

bool specifier_set_contains(const struct specifier_set *s, const struct pep440 *v)
{
	for (size_t i = 0; i < s->n; i++)
		if (!specifier_contains(&s->v[i], v))
			return false;
	return true;
}
