/* SPDX-License-Identifier: MIT
 *
 * Taking out of a TOML file: the pieces of text that say a thing are listed, and what is left of
 * the file is put together. */
#include "base/sort.h"
#include "base/toml_edit_int.h"

struct cut {
	size_t from, to;
};

struct cuts {
	struct arena *arena;
	struct str text;
	struct cut *v;
	size_t n, cap;
};

static void add(struct cuts *p, size_t from, size_t to)
{
	if (p->n == p->cap) {
		struct cut *v = ARENA_ARRAY(p->arena, struct cut, p->cap * 2 + 8);

		if (p->n)
			memcpy(v, p->v, p->n * sizeof(*v));
		p->v = v;
		p->cap = p->cap * 2 + 8;
	}
	p->v[p->n++] = (struct cut){from, to};
}

static void add_lines(struct cuts *p, size_t from, size_t to)
{
	add(p, toml_edit_line(p->text, from), toml_edit_next_line(p->text, to));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* An item of { … } goes with the comma behind it, the last one with the one before it. */
static void add_item(struct cuts *p, size_t from, size_t to)
{
	const char *s = p->text.p;
	size_t end = to, begin = from;

	while (is_blank(s[end]))
		end++;
	if (s[end] == ',') {
		for (end++; is_blank(s[end]);)
			end++;
		add(p, from, end);
		return;
	}
	while (is_blank(s[begin - 1]))
		begin--;
	if (s[begin - 1] == ',')
		add(p, begin - 1, to);
	else
		add(p, from, end);
}

/* All statements and headers below a table that is no value itself. */
static void add_table(struct cuts *p, const struct toml *t, bool is_inline)
{
	if (t->kind == TOML_ARRAY) {
		for (size_t i = 0; i < t->array.n; i++)
			add_table(p, t->array.items[i], is_inline);
		return;
	}
	if (t->growth->origin == TOML_HEADER) {
		size_t at = toml_edit_line_number(p->text, t->line);

		add_lines(p, at, at);
	}
	for (size_t i = 0; i < t->table.n; i++) {
		const struct toml_entry *e = &t->table.entries[i];

		if (!e->keys)
			add_table(p, e->value, is_inline);
		else if (is_inline)
			add_item(p, e->from, e->to);
		else
			add_lines(p, e->from, e->to);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct cut *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

static bool is_blank_line(struct str text, size_t at)
{
	while (at < text.n && (is_blank(text.p[at]) || text.p[at] == '\r'))
		at++;
	return at < text.n && text.p[at] == '\n';
}

/* Lines that went from between two blank ones, or from an end of the file, take one with them. */
static size_t with_blank_line(struct str text, size_t from, size_t to)
{
	bool begins = from == 0 || text.p[from - 1] == '\n';
	bool blank_before = from == 0;

	if (!begins || (to && text.p[to - 1] != '\n'))
		return to;
	if (from)
		blank_before = is_blank_line(text, toml_edit_line(text, from - 1));
	return blank_before && is_blank_line(text, to) ? toml_edit_next_line(text, to) : to;
}

/* The last of several items of one { … } that went leaves the comma before the first of them. */
static size_t without_comma(struct str text, size_t kept_to, size_t from, size_t to)
{
	size_t at = from, end = to;

	while (end < text.n && is_blank(text.p[end]))
		end++;
	if (end >= text.n || text.p[end] != '}')
		return from;
	while (at > kept_to && is_blank(text.p[at - 1]))
		at--;
	return at > kept_to && text.p[at - 1] == ',' ? at - 1 : from;
}

static void put_rest(struct cuts *p, bool is_inline, struct buf *out)
{
	size_t kept = 0;

	sort_few(p->v, p->n, sizeof(*p->v), by_place);
	for (size_t i = 0; i < p->n;) {
		size_t from = p->v[i].from, to = p->v[i].to;

		/* What touches is one. */
		for (i++; i < p->n && p->v[i].from <= to; i++)
			to = MAX(to, p->v[i].to);
		if (is_inline)
			from = without_comma(p->text, kept, from, to);
		buf_puts(out, str_sub(p->text, kept, from - kept));
		kept = is_inline ? to : with_blank_line(p->text, from, to);
	}
	buf_puts(out, str_skip(p->text, kept));
}

errint toml_edit_remove(struct str text, const char *file, const struct str *path, size_t n_path,
			struct buf *out, struct err *err)
{
	ARENA(a);
	BUF(whole, LIMIT_TOML_TEXT);
	struct cuts p = {.arena = &a, .text = text};
	const struct toml *table = NULL;
	struct toml *root;
	bool is_inline = false;
	errint rc = toml_parse(text, file, &a, &root, err);

	if (rc)
		return rc;
	const struct toml_entry *e = toml_edit_entry(root, path, n_path, &table);
	if (!e) {
		toml_put_path(&whole, path, n_path);
		return err_set(err, ERR_NOT_FOUND, "%s: '%s' is not there", file, buf_z(&whole));
	}
	for (size_t i = 0; i < n_path && !is_inline; i++) {
		const struct toml *t = toml_edit_find(root, path, i);

		is_inline = t->growth->origin == TOML_INLINE;
	}
	if (!e->keys)
		add_table(&p, e->value, is_inline);
	else if (is_inline)
		add_item(&p, e->from, e->to);
	else
		add_lines(&p, e->from, e->to);
	put_rest(&p, is_inline, &whole);
	rc = buf_check(&whole, file, err);
	if (!rc)
		rc = toml_edit_check(root, buf_str(&whole), file, path, n_path, NULL, &a, err);
	if (rc)
		return rc;
	buf_puts(out, buf_str(&whole));
	return buf_check(out, file, err);
}
