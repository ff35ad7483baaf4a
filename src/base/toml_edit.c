/* SPDX-License-Identifier: MIT
 *
 * Only whole lines are put between lines, so that nothing of what a person wrote is spelled anew.
 */
#include "base/toml_edit.h"

#include "base/json.h"
#include "base/toml_int.h"

static bool is_bare(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      c == '_' || c == '-'))
			return false;
	}
	return s.n > 0;
}

void toml_put_str(struct buf *b, struct str s)
{
	static const char del[] = "\\U0000007F";
	const size_t more = sizeof(del) - 2;
	size_t from = b->n;

	json_put_str(b, s);
	/* TOML wants one character more escaped than JSON. */
	for (size_t i = from; i < b->n; i++) {
		if (b->p[i] != 0x7f || !buf_reserve(b, more))
			continue;
		memmove(b->p + i + more + 1, b->p + i + 1, b->n - i - 1);
		memcpy(b->p + i, del, more + 1);
		buf_added(b, more);
	}
}

void toml_put_path(struct buf *b, const struct str *path, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_putc(b, '.');
		if (is_bare(path[i]))
			buf_puts(b, path[i]);
		else
			toml_put_str(b, path[i]);
	}
}

/* Behind how many bytes do lines that belong to this table go? */
static size_t below_header(struct str text, const struct toml *table)
{
	size_t at = 0;

	for (unsigned line = 1; line <= table->line && at < text.n; line++) {
		ptrdiff_t end = str_chr(str_skip(text, at), '\n');

		at = end < 0 ? text.n : at + (size_t)end + 1;
	}
	return at;
}

static const struct toml *find_table(const struct toml *root, const struct str *path, size_t n)
{
	for (size_t i = 0; root && i < n; i++)
		root = root->kind == TOML_TABLE ? toml_get(root, path[i]) : NULL;
	return root;
}

static size_t count_values(const struct toml *t)
{
	size_t n = 1;

	for (size_t i = 0; t->kind == TOML_ARRAY && i < t->array.n; i++)
		n += count_values(t->array.items[i]);
	for (size_t i = 0; t->kind == TOML_TABLE && i < t->table.n; i++)
		n += count_values(t->table.entries[i].value);
	return n;
}

/* Nothing may be lost, and what was added is where it was meant to be. */
static errint check(const struct toml *before, struct str after, const char *file,
		    const struct str *path, size_t n_path, const struct toml_row *rows, size_t n,
		    struct arena *a, struct err *err)
{
	struct toml *root;
	errint rc = toml_parse(after, file, a, &root, err);

	if (rc)
		return err_wrap(err, "as it would be written");
	const struct toml *table = find_table(root, path, n_path);
	bool there = table && count_values(root) >= count_values(before) + n;

	for (size_t i = 0; there && i < n; i++)
		there = toml_get(table, str_c(rows[i].key));
	if (!there)
		return err_set(err, ERR_UNSUPPORTED, "'%s' cannot be added to", file);
	return 0;
}

static errint check_table(const struct toml *table, const struct toml_row *rows, size_t n,
			  struct err *err)
{
	if (table->kind != TOML_TABLE)
		return toml_err(table, err, "not a table, but %s", toml_kind_text(table->kind));
	for (size_t i = 0; i < n; i++) {
		const struct toml *there = toml_get(table, str_c(rows[i].key));

		if (!there)
			continue;
		err_set(err, ERR_EXISTS, "'%s' is there already", rows[i].key);
		return err_wrap(err, "%s:%u:%u", there->file, there->line, there->column);
	}
	if (table->growth->origin == TOML_HEADER)
		return 0;
	err_set(err, ERR_UNSUPPORTED, "a table that has no header of its own");
	err_wrap(err, "%s:%u:%u", table->file, table->line, table->column);
	return err_hint(err, "write it as [table] with a line a value");
}

errint toml_edit_add(struct str text, const char *file, const struct str *path, size_t n_path,
		     const struct toml_row *rows, size_t n, struct buf *out, struct err *err)
{
	ARENA(a);
	BUF(lines, LIMIT_TOML_TEXT);
	BUF(whole, LIMIT_TOML_TEXT);
	struct toml *root;
	errint rc = toml_parse(text, file, &a, &root, err);

	if (rc)
		return rc;
	const struct toml *table = find_table(root, path, n_path);
	/* A table that only its members imply gets its header at the end, as an absent one. */
	bool fresh = !table || (table->kind == TOML_TABLE && table->growth->origin == TOML_IMPLIED);
	if (!fresh)
		rc = check_table(table, rows, n, err);
	if (rc)
		return rc;
	ptrdiff_t first = str_chr(text, '\n');
	const char *end = first > 0 && text.p[first - 1] == '\r' ? "\r\n" : "\n";
	size_t at = fresh ? text.n : below_header(text, table);
	if (at && text.p[at - 1] != '\n')
		buf_putz(&lines, end);
	if (fresh) {
		buf_printf(&lines, "%s[", text.n ? end : "");
		toml_put_path(&lines, path, n_path);
		buf_printf(&lines, "]%s", end);
	}
	for (size_t i = 0; i < n; i++)
		buf_printf(&lines, "%s = %.*s%s", rows[i].key, STR_ARG(rows[i].value), end);
	buf_puts(&whole, str_sub(text, 0, at));
	buf_puts(&whole, buf_str(&lines));
	buf_puts(&whole, str_skip(text, at));
	rc = buf_check(&whole, file, err);
	if (!rc)
		rc = check(root, buf_str(&whole), file, path, n_path, rows, n, &a, err);
	if (rc)
		return rc;
	buf_puts(out, buf_str(&whole));
	return buf_check(out, file, err);
}
