/* SPDX-License-Identifier: MIT
 *
 * Kept evaluations: what is accepted is printed as the same bytes. */
#include "fuzz.h"

#include <stdlib.h>
#include "memo/memo_entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str in = fuzz_str(p, n);
	struct memo_entry e;
	ARENA(a);
	ERR(err);
	BUF(out, LIMIT_EVAL_ENTRY);

	if (memo_entry_parse(&a, in, &e, &err) < 0)
		return 0;
	struct input **v CLEANUP_FREE = xcalloc(e.n_inputs + 1, sizeof(struct input *));

	for (size_t i = 0; i < e.n_inputs; i++)
		v[i] = &e.inputs[i];
	memo_entry_print(&e, v, e.n_inputs, &out);
	FUZZ_CHECK(str_eq(buf_str(&out), in));
	return 0;
}
