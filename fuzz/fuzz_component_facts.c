/* SPDX-License-Identifier: MIT
 *
 * Facts of packages, as JSON. */
#include "fuzz.h"

#include "sbom/component_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct component_facts *facts;

	if (component_facts_parse(&a, fuzz_str(p, n), &facts, &err))
		return 0;
	for (size_t i = 0; i < facts->n_debian; i++) {
		const struct component_fact *f = &facts->debian[i];

		FUZZ_CHECK(component_fact_debian(facts, f->key, f->file) != NULL);
	}
	for (size_t i = 0; i < facts->n_made; i++)
		FUZZ_CHECK(component_fact_made(facts, facts->made[i].key) != NULL);
	return 0;
}
