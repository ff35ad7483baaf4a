/* SPDX-License-Identifier: MIT
 *
 * Finding what is edited, and the proof that an edit changed nothing else. */
#include "base/toml_edit_int.h"

/* ---- finding ---- */

const struct toml *toml_edit_find(const struct toml *root, const struct str *path, size_t n)
{
	for (size_t i = 0; root && i < n; i++)
		root = root->kind == TOML_TABLE ? toml_get(root, path[i]) : NULL;
	return root;
}

const struct toml_entry *toml_edit_entry(const struct toml *root, const struct str *path, size_t n,
					 const struct toml **table)
{
	const struct toml *t = toml_edit_find(root, path, n - 1);

	for (size_t i = 0; t && t->kind == TOML_TABLE && i < t->table.n; i++) {
		if (!str_eq(t->table.entries[i].key, path[n - 1]))
			continue;
		*table = t;
		return &t->table.entries[i];
	}
	return NULL;
}

/* ---- lines ---- */

size_t toml_edit_line(struct str text, size_t at)
{
	while (at && text.p[at - 1] != '\n')
		at--;
	return at;
}

size_t toml_edit_next_line(struct str text, size_t at)
{
	while (at < text.n && text.p[at] != '\n')
		at++;
	return MIN(at + 1, text.n);
}

size_t toml_edit_line_number(struct str text, unsigned line)
{
	size_t at = 0;

	for (unsigned i = 1; i < line; i++)
		at = toml_edit_next_line(text, at);
	return at;
}

const char *toml_edit_newline(struct str text)
{
	ptrdiff_t first = str_chr(text, '\n');

	return first > 0 && text.p[first - 1] == '\r' ? "\r\n" : "\n";
}

/* ---- comparing ---- */

static bool same(const struct toml *a, const struct toml *b);

static bool same_members(const struct toml *a, const struct toml *b)
{
	if (a->table.n != b->table.n)
		return false;
	for (size_t i = 0; i < a->table.n; i++) {
		const struct toml *there = toml_get(b, a->table.entries[i].key);

		if (!there || !same(a->table.entries[i].value, there))
			return false;
	}
	return true;
}

static bool same(const struct toml *a, const struct toml *b)
{
	if (a->kind != b->kind)
		return false;
	switch (a->kind) {
	case TOML_INTEGER:
		return a->integer == b->integer;
	case TOML_FLOAT:
		/* Bits: a NaN is the same as itself. */
		return memcmp(&a->number, &b->number, sizeof(a->number)) == 0;
	case TOML_BOOLEAN:
		return a->boolean == b->boolean;
	case TOML_ARRAY:
		if (a->array.n != b->array.n)
			return false;
		for (size_t i = 0; i < a->array.n; i++)
			if (!same(a->array.items[i], b->array.items[i]))
				return false;
		return true;
	case TOML_TABLE:
		return same_members(a, b);
	default:
		return str_eq(a->text, b->text);
	}
}

/* Every entry but path[0] is in both tables, and below that one likewise. A table on the path may
 * be only in one of them, when nothing else is in it. NULL is a table without entries. */
static bool same_but(const struct toml *a, const struct toml *b, const struct str *path, size_t n)
{
	const struct toml *sides[] = {a, b};

	for (size_t side = 0; side < 2; side++) {
		const struct toml *t = sides[side], *other = sides[!side];

		if (t && t->kind != TOML_TABLE)
			return false;
		for (size_t i = 0; t && i < t->table.n; i++) {
			const struct toml_entry *e = &t->table.entries[i];
			const struct toml *there =
				other && other->kind == TOML_TABLE ? toml_get(other, e->key) : NULL;

			if (str_eq(e->key, path[0])) {
				if (n > 1 && !same_but(e->value, there, path + 1, n - 1))
					return false;
			} else if (!there || !same(e->value, there)) {
				return false;
			}
		}
	}
	return true;
}

errint toml_edit_check(const struct toml *before, struct str after, const char *file,
		       const struct str *path, size_t n_path, const struct toml *value,
		       struct arena *a, struct err *err)
{
	struct toml *root;
	errint rc = toml_parse(after, file, a, &root, err);

	if (rc)
		return err_wrap(err, "as it would be written");
	const struct toml *there = toml_edit_find(root, path, n_path);

	if (!same_but(before, root, path, n_path) || !value != !there ||
	    (value && !same(value, there)))
		return err_set(err, ERR_UNSUPPORTED, "'%s' cannot be changed in this place", file);
	return 0;
}
