/* SPDX-License-Identifier: MIT
 *
 * All builtins in one table, sorted by name. */
#include "eval/builtin.h"

#include <stdlib.h>
#include "eval/eval.h"

static int row_cmp(const void *ap, const void *bp)
{
	const struct builtin_row *a = *(const struct builtin_row *const *)ap;
	const struct builtin_row *b = *(const struct builtin_row *const *)bp;

	return strcmp(a->name, b->name);
}

const struct builtin_row *const *builtin_table(size_t *n)
{
	static const struct builtin_row *const subjects[] = {
#define X(subject) builtins_##subject,
		BUILTIN_SUBJECTS(X)
#undef X
	};
	enum { MOST = 256 };
	static const struct builtin_row *rows[MOST];
	static size_t n_rows;

	if (n_rows == 0) {
		for (size_t i = 0; i < ARRAY_LEN(subjects); i++)
			for (const struct builtin_row *r = subjects[i]; r->name; r++) {
				BUG_ON(n_rows == MOST);
				rows[n_rows++] = r;
			}
		qsort(rows, n_rows, sizeof(*rows), row_cmp);
	}
	*n = n_rows;
	return rows;
}

void eval_list_builtins(void (*each)(void *ctx, const char *name, unsigned arity, const char *args,
				     const char *doc),
			void *ctx)
{
	size_t n;
	const struct builtin_row *const *rows = builtin_table(&n);

	for (size_t i = 0; i < n; i++)
		if (!(rows[i]->flags & BUILTIN_HIDDEN))
			each(ctx, rows[i]->name, rows[i]->arity, rows[i]->args, rows[i]->doc);
}
