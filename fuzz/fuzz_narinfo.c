/* SPDX-License-Identifier: MIT
 *
 * narinfo and nix-cache-info. What is read and written again is read as the same. */
#include "fuzz.h"

#include "cache/narinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	BUF(once, LIMIT_LOCK_FILE);
	BUF(twice, LIMIT_LOCK_FILE);
	struct narinfo one, two;
	struct cache_info c;

	if (!cache_info_parse(&a, fuzz_str(p, n), "i", &c, &err))
		FUZZ_CHECK(!memchr(c.store_dir.p ? c.store_dir.p : "", '\n', c.store_dir.n));
	if (narinfo_parse(&a, S("/nix/store"), fuzz_str(p, n), "n", &one, &err))
		return 0;
	narinfo_print(&one, &once);
	FUZZ_CHECK(!narinfo_parse(&a, S("/nix/store"), buf_str(&once), "n", &two, &err));
	narinfo_print(&two, &twice);
	FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
