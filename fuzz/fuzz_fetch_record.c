/* SPDX-License-Identifier: MIT
 *
 * The records of things fetched earlier: what is read is written as lines that read back the same.
 */
#include "fuzz.h"

#include "base/fetch_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct fetch_record first = {0}, second = {0};
	BUF(text, LIMIT_SMALL_FILE);
	ARENA(a);

	if (!fetch_record_parse(fuzz_str(p, n), &a, &first))
		return 0;
	FUZZ_CHECK(fetch_record_print(&first, &text));
	FUZZ_CHECK(first.n == 0 || fetch_record_parse(buf_str(&text), &a, &second));
	FUZZ_CHECK(first.n == second.n);
	for (size_t i = 0; i < first.n; i++) {
		FUZZ_CHECK(strcmp(first.v[i].name, second.v[i].name) == 0);
		FUZZ_CHECK(str_eq(first.v[i].value, second.v[i].value));
		FUZZ_CHECK(fetch_record_get(&first, first.v[i].name).n <= n);
	}
	return 0;
}
