/* SPDX-License-Identifier: MIT
 *
 * Versions, specifiers, markers and requirements. A version's normal form is its own normal form
 * and equals it; a requirement's marker has a value or an error, whatever it is. */
#include "fuzz.h"

#include "py/requirement.h"

static void version(struct str s)
{
	ARENA(a);
	ERR(err);
	BUF(text, LIMIT_SMALL_FILE);
	BUF(again, LIMIT_SMALL_FILE);
	struct pep440 v, w;

	if (pep440_parse(&a, s, &v, &err))
		return;
	pep440_print(&v, &text);
	FUZZ_CHECK(!pep440_parse(&a, buf_str(&text), &w, &err));
	pep440_print(&w, &again);
	FUZZ_CHECK(str_eq(buf_str(&text), buf_str(&again)) && pep440_cmp(&v, &w) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct marker_env env = marker_env_linux(&a, S("3.13.5"), S("x86_64"));
	struct requirement r;
	struct pep440 v;
	bool yes;

	version(fuzz_str(p, n));
	if (requirement_parse(&a, fuzz_str(p, n), &r, &err))
		return 0;
	FUZZ_CHECK(pep508_name_is(r.name) && pep503_name(&a, r.name).n > 0);
	FUZZ_CHECK(!pep440_parse(&a, S("1.0"), &v, &err));
	(void)specifier_set_contains(&r.versions, &v);
	if (r.marker && marker_eval(r.marker, &env, &yes, &err))
		FUZZ_CHECK(err.code);
	return 0;
}
