/* SPDX-License-Identifier: MIT
 *
 * The grammar is PEP 440's regular expression, read by hand: one pass, no backtracking but for the
 * optional separators before a suffix. */
#include "py/version.h"

enum { MAX_DIGITS = 18, MAX_PARTS = 256 };

struct cursor {
	const char *p, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_alnum(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static bool is_separator(char c)
{
	return c == '.' || c == '-' || c == '_';
}

static bool take(struct cursor *c, char what)
{
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

/* Takes a lower-case word whatever its case here. */
static bool take_word(struct cursor *c, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(c->end - c->p) < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(c->p[i]) != word[i])
			return false;
	c->p += n;
	return true;
}

/* Digits at the cursor; false without any or with too many. */
static bool take_number(struct cursor *c, uint64_t *out)
{
	uint64_t n = 0;
	const char *from;

	if (c->p == c->end || !is_digit(*c->p))
		return false;
	while (c->p < c->end && *c->p == '0')
		c->p++;
	for (from = c->p; c->p < c->end && is_digit(*c->p); c->p++) {
		if (c->p - from >= MAX_DIGITS)
			return false;
		n = n * 10 + (uint64_t)(*c->p - '0');
	}
	*out = n;
	return true;
}

/* [-_.]?N? behind a suffix's word; a missing number is 0. */
static bool take_suffix_number(struct cursor *c, uint64_t *out)
{
	*out = 0;
	if (c->p < c->end && is_separator(*c->p))
		c->p++;
	return c->p == c->end || !is_digit(*c->p) || take_number(c, out);
}

static bool take_release(struct cursor *c, struct arena *a, struct pep440 *v)
{
	uint64_t part, parts[MAX_PARTS];
	struct cursor at;

	if (!take_number(c, &part))
		return false;
	if (take(c, '!')) {
		v->epoch = part;
		if (!take_number(c, &part))
			return false;
	}
	parts[v->n_release++] = part;
	for (at = *c; take(&at, '.') && at.p < at.end && is_digit(*at.p); *c = at) {
		if (v->n_release == MAX_PARTS || !take_number(&at, &part))
			return false;
		parts[v->n_release++] = part;
	}
	v->release = ARENA_ARRAY(a, uint64_t, v->n_release);
	memcpy(v->release, parts, v->n_release * sizeof(*parts));
	return true;
}

static bool take_pre(struct cursor *c, struct pep440 *v)
{
	/* longest spelling first */
	static const struct {
		const char *word;
		enum pep440_pre kind;
	} words[] = {
		{"alpha", PEP440_ALPHA}, {"a", PEP440_ALPHA},    {"beta", PEP440_BETA},
		{"b", PEP440_BETA},      {"preview", PEP440_RC}, {"pre", PEP440_RC},
		{"c", PEP440_RC},        {"rc", PEP440_RC},
	};
	struct cursor at = *c;

	if (at.p < at.end && is_separator(*at.p))
		at.p++;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (!take_word(&at, words[i].word))
			continue;
		v->has_pre = true;
		v->pre_kind = words[i].kind;
		*c = at;
		return take_suffix_number(c, &v->pre);
	}
	return true;
}

static bool take_post(struct cursor *c, struct pep440 *v)
{
	struct cursor at = *c;

	if (take(&at, '-') && at.p < at.end && is_digit(*at.p)) {
		v->has_post = true;
		*c = at;
		return take_number(c, &v->post);
	}
	at = *c;
	if (at.p < at.end && is_separator(*at.p))
		at.p++;
	if (!take_word(&at, "post") && !take_word(&at, "rev") && !take_word(&at, "r"))
		return true;
	v->has_post = true;
	*c = at;
	return take_suffix_number(c, &v->post);
}

static bool take_dev(struct cursor *c, struct pep440 *v)
{
	struct cursor at = *c;

	if (at.p < at.end && is_separator(*at.p))
		at.p++;
	if (!take_word(&at, "dev"))
		return true;
	v->has_dev = true;
	*c = at;
	return take_suffix_number(c, &v->dev);
}

/* One part of a local version: a number, or a word in lower case. */
static bool local_part(struct arena *a, struct str s, struct pep440_local *out)
{
	struct cursor c = {s.p, s.p + s.n};
	bool digits = true;
	char *text;

	for (size_t i = 0; i < s.n; i++)
		digits &= is_digit(s.p[i]);
	if (digits) {
		out->number = true;
		return take_number(&c, &out->n);
	}
	text = arena_strz(a, s);
	for (size_t i = 0; i < s.n; i++)
		text[i] = lower(text[i]);
	out->text = str_n(text, s.n);
	return true;
}

static bool take_local(struct cursor *c, struct arena *a, struct pep440 *v)
{
	if (!take(c, '+'))
		return true;
	v->local = ARENA_ARRAY(a, struct pep440_local, MAX_PARTS);
	for (;;) {
		const char *from = c->p;

		while (c->p < c->end && is_alnum(*c->p))
			c->p++;
		if (c->p == from || v->n_local == MAX_PARTS ||
		    !local_part(a, str_n(from, (size_t)(c->p - from)), &v->local[v->n_local]))
			return false;
		v->n_local++;
		if (c->p == c->end || !is_separator(*c->p))
			return true;
		c->p++;
	}
}

errint pep440_parse(struct arena *a, struct str s, struct pep440 *out, struct err *err)
{
	struct str text = str_trim(s);
	struct cursor c = {text.p, text.p + text.n};
	struct pep440 v = {0};

	(void)take_word(&c, "v");
	if (!take_release(&c, a, &v) || !take_pre(&c, &v) || !take_post(&c, &v) ||
	    !take_dev(&c, &v) || !take_local(&c, a, &v) || c.p != c.end)
		return err_set(err, ERR_CORRUPT, "'%.*s' is not a version (PEP 440)",
			       STR_ARG(text));
	*out = v;
	return 0;
}

static int cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static uint64_t release_part(const struct pep440 *v, size_t i)
{
	return i < v->n_release ? v->release[i] : 0;
}

int pep440_cmp_release(const struct pep440 *a, const struct pep440 *b)
{
	int c = cmp_u64(a->epoch, b->epoch);

	for (size_t i = 0; !c && i < MAX(a->n_release, b->n_release); i++)
		c = cmp_u64(release_part(a, i), release_part(b, i));
	return c;
}

bool pep440_has_prefix(const struct pep440 *v, const struct pep440 *prefix)
{
	if (v->epoch != prefix->epoch)
		return false;
	for (size_t i = 0; i < prefix->n_release; i++)
		if (release_part(v, i) != prefix->release[i])
			return false;
	return true;
}

/* Where a version stands among those of its release: a bare .dev is before every pre-release, a
 * final or post release is behind them. */
static int pre_rank(const struct pep440 *v)
{
	if (v->has_pre)
		return (int)v->pre_kind;
	return v->has_dev && !v->has_post ? -1 : PEP440_RC + 1;
}

static int cmp_local(const struct pep440 *a, const struct pep440 *b)
{
	for (size_t i = 0; i < MIN(a->n_local, b->n_local); i++) {
		const struct pep440_local *x = &a->local[i], *y = &b->local[i];
		int c = (int)x->number - (int)y->number;

		if (!c)
			c = x->number ? cmp_u64(x->n, y->n) : str_cmp(x->text, y->text);
		if (c)
			return c;
	}
	return cmp_u64(a->n_local, b->n_local);
}

int pep440_cmp(const struct pep440 *a, const struct pep440 *b)
{
	int c = pep440_cmp_release(a, b);

	if (!c)
		c = pre_rank(a) - pre_rank(b);
	if (!c && a->has_pre)
		c = cmp_u64(a->pre, b->pre);
	if (!c)
		c = (int)a->has_post - (int)b->has_post;
	if (!c && a->has_post)
		c = cmp_u64(a->post, b->post);
	if (!c)
		c = (int)b->has_dev - (int)a->has_dev;
	if (!c && a->has_dev)
		c = cmp_u64(a->dev, b->dev);
	return c ? c : cmp_local(a, b);
}

bool pep440_is_pre(const struct pep440 *v)
{
	return v->has_pre || v->has_dev;
}

void pep440_print(const struct pep440 *v, struct buf *out)
{
	static const char *const pre[] = {"a", "b", "rc"};

	if (v->epoch)
		buf_printf(out, "%llu!", (unsigned long long)v->epoch);
	for (size_t i = 0; i < v->n_release; i++)
		buf_printf(out, "%s%llu", i ? "." : "", (unsigned long long)v->release[i]);
	if (v->has_pre)
		buf_printf(out, "%s%llu", pre[v->pre_kind], (unsigned long long)v->pre);
	if (v->has_post)
		buf_printf(out, ".post%llu", (unsigned long long)v->post);
	if (v->has_dev)
		buf_printf(out, ".dev%llu", (unsigned long long)v->dev);
	for (size_t i = 0; i < v->n_local; i++) {
		buf_putc(out, i ? '.' : '+');
		if (v->local[i].number)
			buf_printf(out, "%llu", (unsigned long long)v->local[i].n);
		else
			buf_puts(out, v->local[i].text);
	}
}
