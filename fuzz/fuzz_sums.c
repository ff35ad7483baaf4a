/* SPDX-License-Identifier: MIT
 *
 * SHA256SUMS.txt. Any bytes are lines; written and read again they are the same sums. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/limits.h"
#include "vendor/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	BUF(once, LIMIT_LOCK_FILE);
	BUF(twice, LIMIT_LOCK_FILE);
	struct sums s, again;

	sums_parse(&a, fuzz_str(p, n), &s);
	sums_print(&s, &once);
	sums_parse(&a, buf_str(&once), &again);
	FUZZ_CHECK(again.n == s.n && !again.crlf);
	for (size_t i = 0; i < s.n; i++)
		FUZZ_CHECK(str_eq(s.v[i].name, again.v[i].name));
	sums_print(&again, &twice);
	FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
