/* SPDX-License-Identifier: MIT
 *
 * Index pages of both formats. Whatever the bytes are, each file has a name without '/', and an
 * absolute URL that resolves to itself. */
#include "fuzz.h"

#include "base/url.h"
#include "source/index_page.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct index_page page;

	if (index_page_parse(&a, fuzz_str(p, n), NULL, S("https://host/simple/p/"), &page, &err)) {
		FUZZ_CHECK(err.code && err.msg);
		return 0;
	}
	for (size_t i = 0; i < page.n; i++) {
		const struct index_file *f = &page.v[i];
		struct str again;

		FUZZ_CHECK(f->name.n && str_chr(f->name, '/') < 0);
		FUZZ_CHECK(url_resolve(&a, S("https://x/"), f->url, &again, &err) == 0);
		FUZZ_CHECK(str_eq(f->url, again));
		FUZZ_CHECK(index_page_find(&page, f->name, NULL) != NULL);
	}
	return 0;
}
