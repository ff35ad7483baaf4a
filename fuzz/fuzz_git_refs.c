/* SPDX-License-Identifier: MIT
 *
 * What a remote says of its refs: whatever it is, names are sorted, each there once and found
 * again. */
#include "fuzz.h"

#include "base/arena.h"
#include "git/git_refs.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct git_refs refs;
	ARENA(a);
	ERR(err);

	if (git_refs_parse(str_n((const char *)p, n), &a, &refs, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return 0;
	}
	for (size_t i = 0; i < refs.n; i++) {
		FUZZ_CHECK(!i || str_cmp(refs.v[i - 1].name, refs.v[i].name) < 0);
		FUZZ_CHECK(git_refs_find(&refs, refs.v[i].name) == &refs.v[i]);
		FUZZ_CHECK(strlen(refs.v[i].id) == GIT_ID_MAX - 1);
	}
	return 0;
}
