/* SPDX-License-Identifier: MIT
 *
 * The TOML parser. Its tree is walked whole: every key leads to its own entry, nothing nests
 * deeper than TOML_DEPTH, and a refusal is one line. */
#include "fuzz.h"

#include "base/toml.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(arena);
	ERR(err);
	struct toml *root = NULL;

	if (toml_parse(fuzz_str(p, n), "input", &arena, &root, &err))
		FUZZ_CHECK(!root && err.code && !strchr(err.msg, '\n'));
	else
		walk(root, 0);
	return 0;
}
