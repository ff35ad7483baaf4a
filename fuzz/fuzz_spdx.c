/* SPDX-License-Identifier: MIT
 *
 * What packages say of their licences. An expression that was printed is read as the same. */
#include "fuzz.h"

#include "base/buf.h"
#include "sbom/sbom_int.h"
#include "sbom/spdx.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	const struct str any = S("MIT");
	struct str text = fuzz_str(p, n), one = spdx_expression(&a, text), which;
	struct str words = spdx_of_words(&a, text);

	FUZZ_CHECK(str_eq(spdx_expression(&a, one), one));
	FUZZ_CHECK(str_eq(spdx_expression(&a, words), words));
	if (!spdx_allowed(&a, text, &any, 1, &which))
		FUZZ_CHECK(which.n <= text.n + 16);
	struct str clean = sbom_utf8(&a, text);
	FUZZ_CHECK(str_eq(sbom_utf8(&a, clean), clean));
	return 0;
}
