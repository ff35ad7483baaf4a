/* SPDX-License-Identifier: MIT
 *
 * What an environment keeps of a generation, and the ranges of versions of a manifest: a first line
 * is a range, what is behind it a version. All versions are in what allows all. */
#include "fuzz.h"

#include "environment/env_generation.h"
#include "environment/version_range.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str text = fuzz_str(p, n), range = text, version = S("");
	struct env_generation g = {0};
	ARENA(a);
	ERR(err);
	bool has = false;

	if (!env_generation_parse(&a, text, &g, &err))
		FUZZ_CHECK(g.profile.p && g.did.p && g.lock.p);
	(void)str_cut(text, '\n', &range, &version);
	err_clear(&err);
	if (version_range_has(range, version, &has, &err))
		FUZZ_CHECK(err.code == ERR_USAGE);
	err_clear(&err);
	FUZZ_CHECK(!version_range_has(S("*"), version, &has, &err) && has);
	return 0;
}
