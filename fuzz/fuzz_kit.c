/* SPDX-License-Identifier: MIT
 *
 * What a kit says of itself: the table of its frames, and kit.json. */
#include "fuzz.h"

#include "base/buf.h"
#include "base/limits.h"
#include "vendor/kit_int.h"

static void table(struct arena *a, struct str s)
{
	struct seekable f;
	ERR(err);

	if (seekable_parse(s, s.n + 64, a, &f, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return;
	}
	for (size_t i = 1; i < f.n; i++)
		FUZZ_CHECK(f.at[i] == f.at[i - 1] + f.v[i - 1].size);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	BUF(once, LIMIT_LOCK_FILE);
	BUF(twice, LIMIT_LOCK_FILE);
	struct kit_manifest m, again;

	table(&a, fuzz_str(p, n));
	if (kit_manifest_parse(&a, fuzz_str(p, n), &m, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return 0;
	}
	for (size_t i = 0; i < m.n_paths; i++)
		FUZZ_CHECK(kit_nar(&m, m.paths[i].path) != NULL);
	kit_manifest_print(&m, &once);
	FUZZ_CHECK(kit_manifest_parse(&a, buf_str(&once), &again, &err) == 0);
	kit_manifest_print(&again, &twice);
	FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
