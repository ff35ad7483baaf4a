/* SPDX-License-Identifier: MIT
 *
 * Git's index: whatever it holds, a path is neither empty nor longer than paths are. */
#include "fuzz.h"

#include "base/arena.h"
#include "base/limits.h"
#include "git/git_index.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct git_index_entry_name *v;
	size_t count;
	ARENA(a);
	ERR(err);

	if (git_index_parse(str_n((const char *)p, n), &a, &v, &count, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		FUZZ_CHECK(v[i].path.n > 0 && v[i].path.n <= LIMIT_PATH_TEXT);
	return 0;
}
