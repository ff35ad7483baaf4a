/* SPDX-License-Identifier: MIT
 *
 * sources.json. What is read has names that stay in the folder, and written and read again it is
 * the same. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/limits.h"
#include "source/sources_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	BUF(once, LIMIT_LOCK_FILE);
	BUF(twice, LIMIT_LOCK_FILE);
	struct sources_file f, again;

	if (sources_parse(&a, fuzz_str(p, n), &f, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return 0;
	}
	for (size_t i = 0; i < f.n; i++)
		FUZZ_CHECK(!f.v[i].file.n || sources_name_is_safe(f.v[i].file));
	sources_print(&f, &once);
	FUZZ_CHECK(sources_parse(&a, buf_str(&once), &again, &err) == 0);
	FUZZ_CHECK(again.n == f.n);
	sources_print(&again, &twice);
	FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
