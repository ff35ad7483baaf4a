/* SPDX-License-Identifier: MIT
 *
 * Setting a value of a TOML file. A new one goes behind the last statement of the nearest table
 * that is there, and is written as that statement is. */
#include "base/toml_edit_int.h"

struct edit {
	struct str text;
	const char *file;
	const struct toml *root;
	const struct str *path;
	size_t n_path;
	struct str value;
	struct buf *out;
	struct err *err;
};

static void put(struct edit *e, size_t from, size_t to, struct str with)
{
	buf_puts(e->out, str_sub(e->text, 0, from));
	buf_puts(e->out, with);
	buf_puts(e->out, str_skip(e->text, to));
}

static void put_row(struct edit *e, struct buf *b, size_t n_skipped)
{
	toml_put_path(b, e->path + n_skipped, e->n_path - n_skipped);
	buf_printf(b, " = %.*s", STR_ARG(e->value));
}

/* Where the text begins, behind a byte order mark. */
static size_t top(struct str text)
{
	return str_starts(text, S("\xef\xbb\xbf")) ? 3 : 0;
}

/* A line at the beginning of a line, or at the end of the text. */
static void put_line(struct edit *e, size_t at, size_t n_skipped)
{
	const char *end = toml_edit_newline(e->text);
	BUF(b, LIMIT_TOML_TEXT);

	if (at > top(e->text) && e->text.p[at - 1] != '\n')
		buf_putz(&b, end);
	put_row(e, &b, n_skipped);
	buf_putz(&b, end);
	put(e, at, at, buf_str(&b));
}

/* ---- behind which statement ---- */

struct last {
	size_t to;   /* where it ends; 0: there is none */
	size_t keys; /* how many keys it has more than lead to it from the table */
};

/* The last statement of what is in a table, in its own section or in one that it is dotted in. */
static void find_last(const struct toml *t, size_t depth, struct last *last)
{
	for (size_t i = 0; i < t->table.n; i++) {
		const struct toml_entry *e = &t->table.entries[i];

		if (e->keys && e->keys >= depth && e->to > last->to)
			*last = (struct last){e->to, e->keys - depth};
		if (!e->keys && e->value->kind == TOML_TABLE)
			find_last(e->value, depth + 1, last);
	}
}

/* Where the last thing below a table that has no section of its own ends. */
static size_t end_of_all(struct str text, const struct toml *t)
{
	size_t end = 0;

	if (t->kind == TOML_ARRAY) {
		for (size_t i = 0; i < t->array.n; i++)
			end = MAX(end, end_of_all(text, t->array.items[i]));
		return end;
	}
	if (t->growth->origin == TOML_HEADER)
		end = toml_edit_next_line(text, toml_edit_line_number(text, t->line));
	for (size_t i = 0; i < t->table.n; i++) {
		const struct toml_entry *e = &t->table.entries[i];
		size_t at = e->keys ? toml_edit_next_line(text, e->to) : end_of_all(text, e->value);

		end = MAX(end, at);
	}
	return end;
}

/* ---- the forms ---- */

/* A section of its own, named by the path's first n keys, behind that byte. */
static void put_section(struct edit *e, size_t at, size_t n)
{
	const char *end = toml_edit_newline(e->text);
	BUF(b, LIMIT_TOML_TEXT);

	if (at > top(e->text) && e->text.p[at - 1] != '\n')
		buf_putz(&b, end);
	buf_printf(&b, "%s[", at > top(e->text) ? end : "");
	toml_put_path(&b, e->path, n);
	buf_printf(&b, "]%s", end);
	put_row(e, &b, n);
	buf_putz(&b, end);
	put(e, at, at, buf_str(&b));
}

/* The root has no header: its rows stand before the first one. */
static void put_at_root(struct edit *e)
{
	struct last last = {0};

	find_last(e->root, 1, &last);
	if (e->n_path > 1)
		put_section(e, e->text.n, 1);
	else
		put_line(e, last.to ? toml_edit_next_line(e->text, last.to) : top(e->text), 0);
}

/* Within { … }: where it closes, and whether something is in it. */
static errint put_inline(struct edit *e, const struct toml_entry *braces, const struct toml *inner,
			 size_t n_skipped)
{
	size_t close = braces->to - 1, at = close;
	BUF(b, LIMIT_TOML_TEXT);

	while (at > braces->value_from && (e->text.p[at - 1] == ' ' || e->text.p[at - 1] == '\t'))
		at--;
	buf_putz(&b, inner->table.n ? ", " : " ");
	put_row(e, &b, n_skipped);
	buf_putc(&b, ' ');
	put(e, at, close, buf_str(&b));
	return 0;
}

/* Lines that are dotted belong behind their like, others at the end of their section. */
static void put_in_table(struct edit *e, const struct toml *t, size_t n)
{
	struct last last = {0};

	find_last(t, 1, &last);
	if (last.to && last.keys <= n) {
		put_line(e, toml_edit_next_line(e->text, last.to), n - last.keys);
		return;
	}
	if (t->growth->origin == TOML_HEADER) {
		size_t line = toml_edit_line_number(e->text, t->line);

		put_line(e, toml_edit_next_line(e->text, line), n);
		return;
	}
	/* Only the headers of what is in it name it: one more of that kind. */
	put_section(e, end_of_all(e->text, t), MIN(n + 1, e->n_path - 1));
}

/* ---- all of it ---- */

static errint add(struct edit *e)
{
	const struct toml *t = e->root;
	const struct toml_entry *braces = NULL;
	size_t n = 0, n_braces = 0;

	/* The nearest table that is there, and the { … } that it may be in. */
	for (; n + 1 < e->n_path; n++) {
		const struct toml *in;
		const struct toml_entry *next = toml_edit_entry(e->root, e->path, n + 1, &in);

		if (!next)
			break;
		if (next->value->kind != TOML_TABLE)
			return toml_err(next->value, e->err, "'%.*s' is %s, not a table",
					STR_ARG(next->key), toml_kind_text(next->value->kind));
		t = next->value;
		if (next->keys) {
			braces = next;
			n_braces = n + 1;
		}
	}
	if (braces)
		return put_inline(e, braces, toml_edit_find(e->root, e->path, n_braces), n_braces);
	if (!n)
		put_at_root(e);
	else
		put_in_table(e, t, n);
	return 0;
}

static errint change(struct edit *e)
{
	const struct toml *in;
	const struct toml_entry *there = toml_edit_entry(e->root, e->path, e->n_path, &in);

	if (!there)
		return add(e);
	if (!there->keys) {
		err_set(e->err, ERR_EXISTS, "'%.*s' is a table", STR_ARG(there->key));
		return err_wrap(e->err, "%s:%u:%u", e->file, there->value->line,
				there->value->column);
	}
	put(e, there->value_from, there->to, e->value);
	return 0;
}

/* The value by itself, to compare with what comes out. */
static errint parse_value(struct str value, struct arena *a, const struct toml **out,
			  struct err *err)
{
	BUF(b, LIMIT_TOML_TEXT);
	struct toml *root;

	buf_printf(&b, "x = %.*s\n", STR_ARG(value));
	errint rc = buf_check(&b, "value", err);
	if (!rc)
		rc = toml_parse(buf_str(&b), "value", a, &root, err);
	if (!rc && root->table.n != 1)
		rc = err_set(err, ERR_CORRUPT, "'%.*s' is more than a value", STR_ARG(value));
	if (!rc)
		*out = root->table.entries[0].value;
	return rc;
}

errint toml_edit_set(struct str text, const char *file, const struct str *path, size_t n_path,
		     struct str value, struct buf *out, struct err *err)
{
	ARENA(a);
	BUF(whole, LIMIT_TOML_TEXT);
	const struct toml *want = NULL;
	struct toml *root;
	errint rc = toml_parse(text, file, &a, &root, err);

	if (!rc)
		rc = parse_value(value, &a, &want, err);
	if (rc)
		return rc;
	struct edit e = {text, file, root, path, n_path, value, &whole, err};
	rc = change(&e);
	if (!rc)
		rc = buf_check(&whole, file, err);
	if (!rc)
		rc = toml_edit_check(root, buf_str(&whole), file, path, n_path, want, &a, err);
	if (rc)
		return rc;
	buf_puts(out, buf_str(&whole));
	return buf_check(out, file, err);
}
