/* SPDX-License-Identifier: MIT
 *
 * Marks. A mark of a version is a version whose first number is no other's; of a hash another hash;
 * of a word the word with a number behind it. All are tried at once; where evaluation does not like
 * that, in halves. */
#include "recipe/literal.h"

#include <stdio.h>
#include <stdlib.h>
#include "recipe/version_text.h"

enum { FIRST_MARK = 73000 };

errint programs_read(struct trial *t, struct arena *a, struct recipe_programs *out, struct err *err)
{
	const struct eval_options plain = {0};
	struct eval *E CLEANUP(eval_cleanup) = eval_new(&plain);
	struct str path, text;
	size_t n = 0;
	errint rc = 0;

	while (eval_source_at(t->recipes.e.eval, n, &path, &text))
		n++;
	out->v = ARENA_ARRAY(a, struct recipe_program, n + 1);
	out->n = 0;
	for (size_t i = 0; !rc && i < n; i++) {
		if (!eval_source_at(t->recipes.e.eval, i, &path, &text) || !trial_is_own(t, path))
			continue;
		struct recipe_program *p = &out->v[out->n++];
		p->path = arena_str(a, path);
		rc = eval_syntax(E, arena_str(a, text), arena_strz(a, path), a, &p->syntax, err);
	}
	return rc;
}

/* ---- finding ---- */

static bool is_taken(const struct literals *l, struct str path, struct syntax_range r)
{
	for (size_t i = 0; i < l->n; i++) {
		struct syntax_range have = l->v[i].edit.range;

		if (str_eq(l->v[i].edit.path, path) && r.at < have.at + have.n + !have.n &&
		    have.at < r.at + r.n + !r.n)
			return true;
	}
	return false;
}

static struct literal *add(struct literals *l, struct arena *a, const struct recipe_program *p,
			   struct syntax_range r)
{
	if (is_taken(l, p->path, r))
		return NULL;
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 16;
		struct literal *v = ARENA_ARRAY(a, struct literal, cap);

		if (l->n)
			memcpy(v, l->v, l->n * sizeof(*v));
		l->v = v;
		l->cap = cap;
	}
	struct literal *x = &l->v[l->n++];
	*x = (struct literal){
		.edit = {.path = p->path, .range = r},
		.from = syntax_str(&p->syntax, r),
		.line = syntax_line(p->syntax.text, r.at),
	};
	return x;
}

/* The word with its first number replaced, or one behind it. */
static void mark_text(struct literal *l, size_t i, struct arena *a)
{
	size_t from = 0, end;

	if (version_is_commit(l->from)) {
		l->mark = arena_printf(a, "%0*zu", (int)l->from.n, FIRST_MARK + i);
		l->sign = l->mark;
		return;
	}
	l->sign = arena_printf(a, "%zu", FIRST_MARK + i);
	while (from < l->from.n && (l->from.p[from] < '0' || l->from.p[from] > '9'))
		from++;
	for (end = from; end < l->from.n && l->from.p[end] >= '0' && l->from.p[end] <= '9';)
		end++;
	l->mark = arena_printf(a, "%.*s%s%.*s", (int)from, l->from.p, l->sign,
			       STR_ARG(str_skip(l->from, end)));
}

void literals_find_text(const struct recipe_programs *p, struct str from, struct str to,
			struct arena *a, struct literals *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct syntax *s = &p->v[i].syntax;

		for (size_t k = 0; k < s->n_texts; k++) {
			struct str text = syntax_str(s, s->texts[k].range);
			ptrdiff_t at = s->texts[k].key ? -1 : version_text_find(text, from, 0);

			for (; at >= 0; at = version_text_find(text, from, (size_t)at + 1)) {
				struct syntax_range r = {s->texts[k].range.at + (size_t)at, from.n};
				struct literal *l = add(out, a, &p->v[i], r);

				if (!l)
					continue;
				l->edit.text = to;
				mark_text(l, (size_t)(l - out->v), a);
			}
		}
	}
}

static bool reads_as(struct str text, const struct hash *h)
{
	struct hash got;
	ERR(ignored);

	if (!text.n)
		return hash_is_zero(h);
	return !hash_parse(text, h->algo, &got, &ignored) && hash_eq(&got, h);
}

void literal_set_hash(struct literal *l, const struct hash *h, struct arena *a)
{
	static const enum hash_format formats[] = {HASH_SRI, HASH_NIX32, HASH_BASE16, HASH_BASE64};
	struct hash old;
	char text[HASH_TEXT_MAX];
	enum hash_format format = HASH_SRI;
	bool prefix = str_chr(l->from, ':') >= 0;
	ERR(ignored);

	if (!l->quote && !hash_parse(l->from, h->algo, &old, &ignored))
		for (size_t i = 0; i < ARRAY_LEN(formats); i++)
			if (str_eqz(l->from, hash_format(&old, formats[i], prefix, text)))
				format = formats[i];
	hash_format(h, format, prefix && format != HASH_SRI, text);
	l->edit.text =
		str_c(l->quote ? arena_printf(a, "\"%s\"", text) : arena_strz(a, str_c(text)));
}

static void mark_hash(struct literal *l, enum hash_algo algo, size_t i, struct arena *a)
{
	struct hash h = {.algo = algo};
	char text[HASH_TEXT_MAX];
	struct str kept = l->edit.text;

	snprintf((char *)h.b, sizeof(h.b), "%zu", FIRST_MARK + i);
	literal_set_hash(l, &h, a);
	l->mark = arena_strz(a, l->edit.text);
	l->sign = arena_strz(a, str_c(hash_format(&h, HASH_BASE16, false, text)));
	l->edit.text = kept;
}

/* lib.fakeHash and its like, which stand for a hash that is not known. */
static bool is_fake(struct str expr)
{
	static const char *const names[] = {"fakeHash", "fakeSha256", "fakeSha512"};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_eqz(expr, names[i]) ||
		    (str_ends(expr, str_c(names[i])) && str_starts(expr, S("lib."))))
			return true;
	return false;
}

void literals_find_hash(const struct recipe_programs *p, const struct hash *h, struct arena *a,
			struct literals *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct syntax *s = &p->v[i].syntax;
		struct literal *l;

		for (size_t k = 0; k < s->n_texts; k++) {
			struct syntax_range r = s->texts[k].range;

			if (!s->texts[k].whole || s->texts[k].key || !reads_as(syntax_str(s, r), h))
				continue;
			l = add(out, a, &p->v[i], r);
			if (l)
				mark_hash(l, h->algo, (size_t)(l - out->v), a);
		}
		for (size_t k = 0; hash_is_zero(h) && k < s->n_bindings; k++) {
			if (s->bindings[k].inherited ||
			    !is_fake(syntax_str(s, s->bindings[k].expr)))
				continue;
			l = add(out, a, &p->v[i], s->bindings[k].expr);
			if (!l)
				continue;
			l->quote = true;
			mark_hash(l, h->algo, (size_t)(l - out->v), a);
		}
	}
}

/* ---- probing ---- */

static bool holds(struct str s, const char *sign)
{
	return str_find(s, str_c(sign)) >= 0;
}

/* Do the places of a source, or its hash, have the mark? */
static bool source_has(const struct literals_probe *p, const struct recipe_source *s,
		       const char *sign)
{
	char text[HASH_TEXT_MAX];

	if (p->url)
		return holds(str_c(hash_format(&s->hash, HASH_BASE16, false, text)), sign);
	if (holds(s->url, sign) || holds(s->ref, sign))
		return true;
	for (size_t i = 0; i < s->n_urls; i++)
		if (holds(str_c(s->urls[i]), sign))
			return true;
	return false;
}

static bool is_the_source(const struct literals_probe *p, const struct recipe_source *s)
{
	if (!p->url)
		return hash_eq(&s->hash, &p->src->hash);
	return str_eqz(s->kind == RECIPE_SOURCE_GIT ? s->ref : s->url, p->url);
}

static bool attr_has(struct trial *t, const char *recipe, const char *attr, const char *sign)
{
	struct value *v;
	struct str text;
	ERR(ignored);

	return !trial_attr(t, recipe, attr, &v, &ignored) && v && eval_is_string(v) &&
	       !eval_get_string(t->recipes.e.eval, v, &text, &ignored) && holds(text, sign);
}

static void look(const struct literals_probe *p, struct trial *t, struct literal *v, size_t n)
{
	for (size_t i = 0; i < t->n_drvs; i++) {
		struct recipe_source s;

		if (!t->drvs[i].fixed || !recipe_source_read(&t->a, &t->drvs[i].drv, &s) ||
		    !is_the_source(p, &s))
			continue;
		for (size_t k = 0; k < n; k++)
			v[k].source |= source_has(p, &s, v[k].sign);
	}
	for (size_t k = 0; k < n; k++) {
		v[k].version = attr_has(t, p->recipe, "version", v[k].sign);
		v[k].pname = attr_has(t, p->recipe, "pname", v[k].sign);
	}
}

static errint probe(const struct literals_probe *p, struct literal *v, size_t n, struct err *err)
{
	struct recipe_edit *edits CLEANUP_FREE = xcalloc(p->n_edits + n + 1, sizeof(*edits));
	struct trial t CLEANUP(trial_release) = {0};
	struct value *ignored;
	ERR(why);

	if (!n)
		return 0;
	if (p->n_edits)
		memcpy(edits, p->edits, p->n_edits * sizeof(*edits));
	for (size_t i = 0; i < n; i++) {
		edits[p->n_edits + i] = v[i].edit;
		edits[p->n_edits + i].text = str_c(v[i].mark);
	}
	errint rc = trial_open(&t, p->s, p->f, edits, p->n_edits + n, &why);
	if (!rc)
		rc = trial_attr(&t, p->recipe, "drvPath", &ignored, &why);
	if (!rc) {
		look(p, &t, v, n);
		return 0;
	}
	if (rc == ERR_INTERRUPTED)
		return err_move(err, &why);
	if (n == 1) {
		v->broken = true;
		return 0;
	}
	trial_release(&t);
	rc = probe(p, v, n / 2, err);
	return rc ? rc : probe(p, v + n / 2, n - n / 2, err);
}

errint literals_probe(const struct literals_probe *p, struct literals *l, struct err *err)
{
	char *file CLEANUP_FREE = xasprintf("%s/.flox/pkgs/%s.nix", p->f->project, p->recipe);
	char *inside CLEANUP_FREE =
		xasprintf("%s/.flox/pkgs/%s/default.nix", p->f->project, p->recipe);

	for (size_t i = 0; i < l->n; i++)
		l->v[i].own =
			str_eqz(l->v[i].edit.path, file) || str_eqz(l->v[i].edit.path, inside);
	return probe(p, l->v, l->n, err);
}
