/* SPDX-License-Identifier: MIT
 *
 * The journal of edits that a killed `kiln update` leaves in a project's folder. What it names is
 * below the project, and printed and read again it is the same. */
#include "fuzz.h"

#include "base/limits.h"
#include "recipe/files_int.h"

static bool has_part(struct str path, const char *part)
{
	struct str one;

	while (str_split(&path, '/', &one))
		if (str_eqz(one, part))
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	BUF(once, LIMIT_LOCK_FILE);
	struct journal_text j, again;
	ERR(err);

	if (journal_parse(fuzz_str(p, n), &a, &j, &err))
		return 0;
	journal_print(&j, &once);
	FUZZ_CHECK(!journal_parse(buf_str(&once), &a, &again, &err));
	FUZZ_CHECK(again.n == j.n && again.committed == j.committed);
	for (size_t i = 0; i < j.n; i++) {
		FUZZ_CHECK(str_eq(j.v[i].path, again.v[i].path));
		FUZZ_CHECK(hash_eq(&j.v[i].old, &again.v[i].old));
		FUZZ_CHECK(hash_eq(&j.v[i].new, &again.v[i].new));
		FUZZ_CHECK(j.v[i].path.n && j.v[i].path.p[0] != '/');
		FUZZ_CHECK(!has_part(j.v[i].path, "..") && !has_part(j.v[i].path, ""));
	}
	return 0;
}
