/* SPDX-License-Identifier: MIT
 *
 * The TOML parser, and edits of what it takes. The tree is walked whole: every key leads to its own
 * entry, nothing nests deeper than TOML_DEPTH, and a refusal is one line. Whatever is there can be
 * taken out, every value can be another, and every table takes one more. */
#include "fuzz.h"

#include "base/toml.h"
#include "base/toml_edit.h"

enum { EDITS = 24, PATH_MAX_KEYS = 12 };

struct edits {
	struct str text, path[PATH_MAX_KEYS + 1];
	int left;
};

static void walk(const struct toml *t, int depth)
{
	FUZZ_CHECK(depth <= TOML_DEPTH + 1 && t->line > 0 && t->column > 0);
	if (t->kind == TOML_ARRAY) {
		for (size_t i = 0; i < t->array.n; i++)
			walk(t->array.items[i], depth + 1);
	}
	if (t->kind != TOML_TABLE)
		return;
	for (size_t i = 0; i < t->table.n; i++) {
		const struct toml_entry *e = &t->table.entries[i];

		FUZZ_CHECK(toml_get(t, e->key) == e->value);
		walk(e->value, depth + 1);
	}
}

static void edit(struct edits *e, size_t n, bool remove)
{
	BUF(out, LIMIT_TOML_TEXT);
	ERR(err);

	if (e->left-- <= 0)
		return;
	if (remove)
		FUZZ_CHECK(!toml_edit_remove(e->text, "input", e->path, n, &out, &err));
	else
		FUZZ_CHECK(
			!toml_edit_set(e->text, "input", e->path, n, S("[ \"x\" ]"), &out, &err));
}

/* n keys lead to the table. */
static void edit_all(struct edits *e, const struct toml *t, size_t n)
{
	static const struct str fresh = {"new\x7f one", 8};

	for (size_t i = 0; i < t->table.n && n < PATH_MAX_KEYS; i++) {
		const struct toml_entry *one = &t->table.entries[i];

		e->path[n] = one->key;
		edit(e, n + 1, true);
		if (one->keys)
			edit(e, n + 1, false);
		if (one->value->kind == TOML_TABLE)
			edit_all(e, one->value, n + 1);
	}
	if (toml_get(t, fresh))
		return;
	e->path[n] = fresh;
	edit(e, n + 1, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(arena);
	ERR(err);
	struct toml *root = NULL;
	struct edits e = {.text = fuzz_str(p, n), .left = EDITS};

	if (toml_parse(e.text, "input", &arena, &root, &err)) {
		FUZZ_CHECK(!root && err.code && !strchr(err.msg, '\n'));
		return 0;
	}
	walk(root, 0);
	edit_all(&e, root, 0);
	return 0;
}
