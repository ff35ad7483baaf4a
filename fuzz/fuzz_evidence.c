/* SPDX-License-Identifier: MIT
 *
 * Envelopes and the statements in them, as anybody may push them. What is taken prints to a
 * statement that is taken again and says the same. */
#include "fuzz.h"

#include "release/dsse.h"
#include "release/statement.h"

static void take(struct arena *a, struct str text)
{
	BUF(once, LIMIT_JSON_TEXT);
	BUF(twice, LIMIT_JSON_TEXT);
	struct evidence e, again;
	ERR(err);

	if (statement_parse(a, text, &e, &err))
		return;
	statement_print(&e, &once);
	FUZZ_CHECK(!statement_parse(a, buf_str(&once), &again, &err));
	statement_print(&again, &twice);
	FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	FUZZ_CHECK(hash_eq(&e.closure, &again.closure) && gate_name_check(again.gate));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	struct dsse d;
	ERR(err);

	take(&a, fuzz_str(p, n));
	if (!dsse_parse(&a, fuzz_str(p, n), &d, &err))
		take(&a, d.payload);
	return 0;
}
