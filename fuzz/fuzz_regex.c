/* SPDX-License-Identifier: MIT
 *
 * Regular expressions: the pattern up to the first NUL, the text behind it. Groups lie inside the
 * text, matches come in order. */
#include "fuzz.h"

#include "base/regex.h"

enum { MOST = 64 };

static void check(const struct regex *re, const struct regex_match *m, size_t n)
{
	for (size_t i = 0; i <= regex_groups(re); i++)
		FUZZ_CHECK(!m[i].matched || (m[i].from <= m[i].to && m[i].to <= n));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str pattern = fuzz_str(p, n), text = S("");
	struct regex_match m[MOST];
	enum regex_status status;
	struct regex_iter it;
	struct regex *re;
	size_t before, end = 0;

	str_cut(pattern, '\0', &pattern, &text);
	/* Loops that make no progress are tried out, as in libstdc++: long texts take long, and
	 * each loop around a loop multiplies the tries. */
	if (n > 64 || str_find(pattern, S("***")) >= 0)
		return 0;
	re = regex_new(pattern, &status);
	FUZZ_CHECK((re == NULL) == (status != REGEX_OK));
	if (re && regex_groups(re) < MOST) {
		if (regex_match_whole(re, text, m) == REGEX_YES)
			check(re, m, text.n);
		it = regex_iter_init(re, text);
		while (regex_iter_next(&it, m, &before) == REGEX_YES) {
			check(re, m, text.n);
			FUZZ_CHECK(before == end && m[0].from >= end);
			end = m[0].to;
		}
	}
	regex_free(re);
	return 0;
}
