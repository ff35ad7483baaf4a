/* SPDX-License-Identifier: MIT
 *
 * Entries of advisories. Whatever one says, each version is affected or not, and one that mends it
 * is another. */
#include "fuzz.h"

#include "audit/osv.h"

static void ask(const struct osv_affected *f, struct str version)
{
	struct str fixed = osv_fixed_in(f, version);

	(void)osv_affects(f, version);
	FUZZ_CHECK(!fixed.n || !str_eq(fixed, version));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const struct str versions[] = {S("1.0"), S("2.0rc1"), S("1:1.2~3-4+deb13u1"), S("")};
	ARENA(a);
	ERR(err);
	struct osv_entry e;

	(void)osv_cvss3(fuzz_str(p, n));
	if (osv_parse(&a, fuzz_str(p, n), &e, &err))
		return 0;
	FUZZ_CHECK(e.id.n && !str_eq(e.id, S("")));
	for (size_t i = 0; i < e.n_affected; i++) {
		const struct osv_affected *f = &e.affected[i];

		for (size_t k = 0; k < ARRAY_LEN(versions); k++)
			ask(f, versions[k]);
		for (size_t k = 0; k < f->n_versions; k++)
			(void)osv_affects(f, f->versions[k]);
	}
	return 0;
}
